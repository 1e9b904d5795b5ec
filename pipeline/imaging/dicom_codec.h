// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pulmo {

/// How a DICOM file's transfer syntax packs the picture.
enum class Packing { None, Jpeg, JpegLs, Jpeg2000, RunLength, Unknown };

[[nodiscard]] Packing packingOf(const std::string& transferSyntax);

/// What a packed picture says of itself at its start.
struct CodecPicture {
  int columns = 0, rows = 0, components = 0, bits = 0;  ///< bits of one value
  std::size_t start = 0;                                ///< of the bare code stream (behind the boxes of a JP2 file)
  std::string problem;                                  ///< "is cut short", ...; the rest counts only where this is ""
};

/// Reads the head of a JPEG, JPEG-LS or JPEG 2000 stream up to its first coded data, every length checked.
///
/// Decoders take the size from here and not from the DICOM header: one that contradicts the header makes them write
/// beyond the memory that the header asked for, or ask for tens of gigabytes. So it is read first, by ourselves.
/// @source ITU-T T.81 B.2 (JPEG), T.87 C.2 (JPEG-LS), T.800 A.5 and I.4 (JPEG 2000)
[[nodiscard]] CodecPicture readCodecHeader(Packing packing, std::string_view stream);

/// Whether a picture's first bytes are at the start of this fragment, for telling frames apart.
[[nodiscard]] bool beginsPicture(Packing packing, std::string_view fragment);

/// Unpacks one run-length frame into little-endian values of `bytesPerValue` bytes.
/// @return what is wrong with it, in words; "" if it gave exactly `values` values
/// @source DICOM PS3.5, annex G
[[nodiscard]] std::string unpackRunLength(std::string_view frame, std::size_t values, std::size_t bytesPerValue,
                                          char* to);

}  // namespace pulmo
