// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/volumetry.h"

#include <array>

#include "pipeline/core/label_set.h"

namespace pulmo {

std::optional<double> volumeMl(const Grid& grid, std::uint64_t voxels) {
  if (!grid.spacingKnown) return std::nullopt;
  return static_cast<double>(voxels) * grid.voxelMl();
}

LungVolumes measureVolumes(const LabelVolume& mask) {
  std::array<std::uint64_t, 256> count{};
  for (const std::uint8_t value : mask.voxels()) ++count[value];
  LungVolumes result;
  result.rightVoxels = count[kRightLung];
  result.leftVoxels = count[kLeftLung];
  for (std::size_t value = kLungUnsided; value < count.size(); ++value) result.unsidedVoxels += count[value];
  result.sided = result.unsidedVoxels == 0;
  if (result.sided) {
    result.rightMl = volumeMl(mask.grid(), result.rightVoxels);
    result.leftMl = volumeMl(mask.grid(), result.leftVoxels);
  }
  result.bothMl = volumeMl(mask.grid(), result.bothVoxels());
  return result;
}

}  // namespace pulmo
