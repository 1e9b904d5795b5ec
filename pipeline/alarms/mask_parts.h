// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"
#include "pipeline/core/voxel_runs.h"

namespace pulmo {

/// A connected part of a mask (faces touch).
struct MaskPart {
  std::uint64_t voxels = 0;
  Point3 centre{0, 0, 0};  ///< mean voxel index
  Index3 place{0, 0, 0};   ///< its voxel nearest to the centre
  bool atEdge = false;     ///< reaches the edge of the picture in the plane
  bool atEnd = false;      ///< reaches the first or last slice
};

/// The parts of runs, by component number. O(runs)
[[nodiscard]] std::vector<MaskPart> partsOf(const VoxelRuns& runs, const Point3& spacingMm);

/// A mask taken apart: what every alarm is made from.
struct MaskSurvey {
  Grid grid;
  Point3 spacingMm{1, 1, 1};  ///< of the grid, or a usual one where the grid has none
  bool sided = true;
  std::array<VoxelRuns, 4> runs;               ///< by label; 0 = background
  std::array<std::vector<MaskPart>, 4> parts;  ///< likewise
  std::array<MaskPart, 4> whole;               ///< each label as one; place is in its largest part

  [[nodiscard]] double mlOf(std::uint64_t voxels) const {
    return static_cast<double>(voxels) * spacingMm[0] * spacingMm[1] * spacingMm[2] / 1000;
  }
  [[nodiscard]] double apartMm(const Point3& a, const Point3& b) const;
};

/// @return unfinished if stopped: the caller checks its token
/// @throws Error{InvalidInput} if the mask has no voxels
/// @cost four passes over the mask, shared by all processors
[[nodiscard]] MaskSurvey surveyMask(const LabelVolume& mask, const StopToken& stop);

}  // namespace pulmo
