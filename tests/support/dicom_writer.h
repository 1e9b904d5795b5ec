// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/volume.h"

namespace pulmo::test {

enum class Encoding { ImplicitLittle, ExplicitLittle, ExplicitBig };

/// One CT slice as it shall stand in a DICOM file. Written byte by byte from the standard (PS3.5, PS3.10), without any
/// DICOM library, so that reader and writer share no mistake.
struct DicomSlice {
  Encoding encoding = Encoding::ExplicitLittle;
  bool metaHeader = true;
  std::string seriesUid = "1.2.826.0.1.3680043.2.1125.1.1", sopClass = "1.2.840.10008.5.1.4.1.1.2", modality = "CT";
  std::string studyUid = "1.2.826.0.1.3680043.2.1125.1";
  std::string characterSet;  ///< of the texts; "" = not written
  std::string description = "Chest 1.0", imageType = "ORIGINAL\\PRIMARY\\AXIAL", photometric = "MONOCHROME2";
  std::string patientName = "Test^Phantom", patientId = "PH-1", patientBirthDate;  ///< "" = not written
  int instance = 1, acquisition = 1;
  int columns = 0, rows = 0, bitsAllocated = 16, bitsStored = 16, samples = 1;
  std::optional<int> highBit;  ///< bitsStored - 1 if not given; the bits around the value are set at random
  bool isSigned = true;
  double slope = 1, intercept = 0;
  std::optional<int> padding;
  std::optional<Point3> position = Point3{0, 0, 0};
  std::optional<std::array<double, 6>> orientation = std::array<double, 6>{1, 0, 0, 0, 1, 0};
  std::optional<std::array<double, 2>> spacing = std::array<double, 2>{1, 1};  ///< between rows, between columns
  std::optional<double> thickness = 1.0;
  std::vector<int> stored;  ///< stored values, row by row

  void write(const std::filesystem::path& path) const;
};

/// How a volume is cut into slices. Axis k of the stack runs along canonical axis axes[k], backwards if flip[k].
struct DicomCut {
  std::array<std::size_t, 3> axes{0, 1, 2};
  std::array<bool, 3> flip{false, false, false};
  std::function<void(int slice, DicomSlice&)> change;  ///< last word on each slice
  std::function<bool(int slice)> keep = [](int) { return true; };
};

/// Writes a CT volume as a series, one file a slice; file names sort unlike the slices lie.
void writeSeries(const CtVolume& ct, const std::filesystem::path& folder, const DicomCut& cut = {},
                 const DicomSlice& like = {});

}  // namespace pulmo::test
