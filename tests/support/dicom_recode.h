// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

namespace pulmo::test {

/// Lossless ways to put pixels into a DICOM file that want a codec.
enum class Codec { Deflated, JpegLossless, JpegLsLossless, Jpeg2000Lossless, RunLength };

/// Compresses every file of a folder in place; names, geometry and stored values stay.
///
/// GDCM's encoders do it. pipeline/imaging decodes with the same library, so a fault that encoder and decoder share
/// would not show here; that the files say what they should has been checked with pydicom and DCMTK.
/// @throws std::runtime_error naming the file
void recodeSeries(const std::filesystem::path& folder, Codec codec);

}  // namespace pulmo::test
