// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "pipeline/core/volume.h"

namespace pulmo {

/// How large the lungs of a mask are.
struct LungVolumes {
  bool sided = true;  ///< false: the mask does not tell right from left
  std::uint64_t rightVoxels = 0, leftVoxels = 0, unsidedVoxels = 0;
  std::optional<double> rightMl, leftMl;  ///< absent if not sided, or without a spacing
  std::optional<double> bothMl;           ///< any lung label; absent without a spacing
  [[nodiscard]] std::uint64_t bothVoxels() const { return rightVoxels + leftVoxels + unsidedVoxels; }
};

/// Counts voxels and multiplies by the volume of one: no partial volume, no surface fit.
/// A side that the mask tells but does not have is 0 ml. O(voxels).
[[nodiscard]] LungVolumes measureVolumes(const LabelVolume& mask);

/// nullopt without a spacing.
[[nodiscard]] std::optional<double> volumeMl(const Grid& grid, std::uint64_t voxels);

}  // namespace pulmo
