// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// Least and greatest voxel of a label, both within.
struct LabelBox {
  Index3 low{0, 0, 0}, high{-1, -1, -1};
  [[nodiscard]] bool empty() const { return high[0] < low[0]; }
};

/// The boxes of labels 1 to 3; element 0 is not used. Other ids are passed over.
/// @return nullopt if stopped
[[nodiscard]] std::optional<std::array<LabelBox, 4>> labelBoxes(const LabelVolume& mask, const StopToken& stop);

/// How much of each block of voxels a label covers. Averaging over blocks is what makes a coarse surface smooth: the
/// share says where in the block the border runs.
struct CoverageField {
  std::array<int, 3> size{0, 0, 0};    ///< blocks along x, y, z
  std::array<int, 3> factor{1, 1, 1};  ///< voxels of a block along each axis
  Index3 firstVoxel{0, 0, 0};          ///< of the first block; may lie outside the scan
  std::vector<float> share;            ///< 0 to 1, x fastest

  /// Continuous voxel index of the first block's centre.
  [[nodiscard]] Point3 firstCentre() const;
  /// The border's level: one half, moved aside where a block could have exactly that share, which would put the
  /// surface through block centres and give it triangles without area.
  [[nodiscard]] float border() const;
};

/// @param blockMm  length of a block's edges, met as nearly as whole voxels can; 0 = one voxel
/// @return with two empty blocks around the label, also where the scan ends, so that its surface closes;
///         nullopt if stopped
/// @cost the label's box once; 4 bytes a block
[[nodiscard]] std::optional<CoverageField> coverageOf(const LabelVolume& mask, std::uint8_t label, const LabelBox& box,
                                                      double blockMm, const StopToken& stop);

}  // namespace pulmo
