// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "pipeline/core/scan.h"
#include "pipeline/imaging/dicom_seg_header.h"

namespace pulmo {

/// Where a frame's pixels lie in a volume's memory: pixel (column, row) at start + column * step[0] + row * step[1].
struct FramePlace {
  std::ptrdiff_t start = 0;
  std::array<std::ptrdiff_t, 2> step{1, 1};
};

/// Finds the places of frames on the slices of a scan, or on a regular grid.
class FramePlaces {
 public:
  explicit FramePlaces(const SourceGeometry& source);

  /// @return nullopt if the frame does not lie there; every pixel of one that is given lies within the grid
  [[nodiscard]] std::optional<FramePlace> of(const SegFrame& frame, int columns, int rows) const;

 private:
  [[nodiscard]] std::optional<FramePlace> onSlice(const SegFrame& frame, int columns, int rows) const;
  [[nodiscard]] std::optional<FramePlace> onVoxels(const SegFrame& frame, int columns, int rows) const;

  Grid grid_;
  bool regular_;
  std::vector<Point3> originsMm_;  ///< of the slices, in order
};

/// The grid that frames of one orientation span, with slices where there are none.
/// @param name  of the file, for sentences
/// @throws Error{InvalidInput} if there is none, or it would be larger than loadSegmentation allows
[[nodiscard]] Grid gridOfFrames(const SegHeader& header, const std::string& name);

}  // namespace pulmo
