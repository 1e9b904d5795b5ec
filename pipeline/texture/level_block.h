// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"
#include "pipeline/core/voxel_box.h"
#include "pipeline/metrics/hu_histogram.h"
#include "pipeline/texture/texture.h"

namespace pulmo {

/// A box of the scan as levels: label << 6 | level, and 0 outside the region (label 0).
struct LevelBlock {
  Index3 size{0, 0, 0};
  std::vector<std::uint8_t> codes;
};

/// Pairs of neighbours by their levels, each once, in the order in which they are met; row-major.
using PairCounts = std::vector<std::uint64_t>;

/// What one walk over a block tells: of label 1, of label 2, and of the rest (label 3, or one voxel of each).
struct BlockCounts {
  std::array<HuHistogram, 3> histograms;
  std::array<PairCounts, 3> pairs;
};

/// @param inside  of a voxel (x, y, z) of the scan that the mask has: whether it is in the region
/// @return false if stopped
bool countBlock(const CtVolume& ct, const LabelVolume& mask, const VoxelBox& box, const GreyLevels& levels,
                const std::function<bool(int, int, int)>& inside, int threads, const StopToken& stop,
                const ProgressSink& progress, BlockCounts& counts);

/// The figures of what was counted.
[[nodiscard]] Texture textureOf(const HuHistogram& histogram, const PairCounts& pairs, const GreyLevels& levels,
                                const Grid& grid);

}  // namespace pulmo
