// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/core/volume.h"
#include "pipeline/imaging/dicom_layout.h"

namespace pulmo {

/// One segment of a DICOM SEG.
struct SegSegment {
  int number = 0;                                                    ///< what the frames call it, from 1
  std::string label;                                                 ///< free text of its maker
  enum class Lung { Right, Left, Unsided, None } lung = Lung::None;  ///< by its codes alone
};

/// One frame: a plane of one segment.
struct SegFrame {
  int segment = 0;
  Point3 positionMm{0, 0, 0};                  ///< LPS, centre of the first pixel
  Point3 rowDirection{1, 0, 0};                ///< unit vector along a row
  Point3 columnDirection{0, 1, 0};             ///< unit vector along a column
  std::array<double, 2> pixelSpacingMm{1, 1};  ///< along a row, along a column
};

/// What a DICOM SEG says before its pixels are looked at.
struct SegHeader {
  DicomLayout layout;
  std::string frameOfReferenceUid;  ///< "" if absent
  int columns = 0, rows = 0;
  int bits = 1;          ///< a pixel: 1 (BINARY) or 8 (FRACTIONAL)
  int threshold = 1;     ///< a pixel of at least this belongs to the segment
  double spacingMm = 0;  ///< between slices, 0 if not said
  std::vector<SegSegment> segments;
  std::vector<SegFrame> frames;  ///< in the file's order
};

/// Every size is checked against the file's own, so that what the header promises is there.
/// @throws Error{InvalidInput, Unsupported, Io} with one sentence
[[nodiscard]] SegHeader readSegHeader(const std::filesystem::path& path);

}  // namespace pulmo
