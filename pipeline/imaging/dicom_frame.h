// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/scan.h"
#include "pipeline/imaging/dicom_layout.h"

namespace pulmo {

/// One image of a DICOM file: what its header says of its place and its values.
struct DicomFrame {
  std::string path;
  int frame = 0;   ///< index within the file
  int frames = 1;  ///< in the file
  DicomLayout layout;

  SeriesFacts facts;  ///< the series-level texts; geometry is filled per series
  std::string sopClass, sopInstance, study, imageType, frameOfReference, bodyPart;
  int acquisition = 0, instance = 0;

  int bitsAllocated = 0, bitsStored = 0, highBit = 0, samples = 1;
  bool isSigned = false;
  std::string photometric;
  double slope = 1, intercept = 0;
  bool hasRescale = false;
  std::optional<int> padding, paddingLimit;  ///< stored values from one to the other mean "no data here"

  std::optional<Point3> position;                     ///< LPS mm
  std::optional<std::array<double, 6>> orientation;   ///< row direction, column direction
  std::optional<std::array<double, 2>> pixelSpacing;  ///< between rows (y), between columns (x), as in the file
  std::optional<double> thickness;

  std::string refusal;  ///< why this image can never be part of a CT volume; "" if it can
};

struct DicomFileContent {
  bool isDicom = false;
  std::string uid;  ///< of the series, as far as the header could be read
  std::vector<DicomFrame> frames;
  std::string problem;  ///< one sentence, if it is DICOM but cannot be read
};

/// Reads one header, no pixel.
/// @throws Error{Io} if the file cannot be opened
[[nodiscard]] DicomFileContent readDicomHeader(const std::filesystem::path& path);

}  // namespace pulmo
