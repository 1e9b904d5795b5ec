// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"
#include "pipeline/core/voxel_box.h"
#include "pipeline/metrics/metrics.h"

namespace pulmo {

/// What is compared: one side, or any lung label against background.
enum class Region { Right, Left, Both };

/// Voxels of one region in the reference, in the mask, in both of them, and of the whole grid.
struct OverlapCounts {
  std::uint64_t reference = 0, mask = 0, common = 0, total = 0;
};

/// What one walk through two masks tells. A value that is no side (kLungUnsided, or one the label set does not
/// know) counts as lung of unknown side.
struct PairSurvey {
  std::array<std::array<std::uint64_t, 4>, 4> voxels{};  ///< [reference value][mask value], 3 = unknown side
  std::array<VoxelBox, 3> boxes;                         ///< by Region: where either mask has it

  [[nodiscard]] bool referenceTellsSides() const;
  [[nodiscard]] bool maskTellsSides() const;
  [[nodiscard]] OverlapCounts counts(Region region) const;
  [[nodiscard]] const VoxelBox& box(Region region) const { return boxes[static_cast<std::size_t>(region)]; }
};

/// @pre the grids are of equal size
/// @return nullopt if stopped
/// @cost O(voxels) time, no memory to speak of
[[nodiscard]] std::optional<PairSurvey> surveyPair(const LabelVolume& reference, const LabelVolume& mask, int threads,
                                                   const StopToken& stop);

/// Dice, Jaccard, sensitivity, precision and specificity.
///
/// A figure whose denominator is zero is absent: all but specificity if both are empty, sensitivity if the reference
/// is, precision if the mask is, specificity if the reference fills the grid. Specificity counts every voxel outside
/// the reference, so it grows with the picture around the lungs.
/// @source Taha & Hanbury 2015, doi:10.1186/s12880-015-0068-x, equations 6 to 8 and 10 to 12
[[nodiscard]] LabelMetrics overlapFigures(const OverlapCounts& counts);

}  // namespace pulmo
