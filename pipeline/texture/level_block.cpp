// SPDX-License-Identifier: Apache-2.0
#include "pipeline/texture/level_block.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"

namespace pulmo {

namespace {

constexpr unsigned kLabelShift = 6, kLevelMask = 63;
constexpr std::size_t kHuBins = 65536;

struct Offset {
  int x, y, z;
};
/// One of each two opposite directions.
constexpr std::array<Offset, 13> kOffsets{{{1, 0, 0},
                                           {-1, 1, 0},
                                           {0, 1, 0},
                                           {1, 1, 0},
                                           {-1, -1, 1},
                                           {0, -1, 1},
                                           {1, -1, 1},
                                           {-1, 0, 1},
                                           {0, 0, 1},
                                           {1, 0, 1},
                                           {-1, 1, 1},
                                           {0, 1, 1},
                                           {1, 1, 1}}};

/// Which of the three counts a code, or a pair of codes, belongs to.
std::size_t binOf(unsigned label) {
  return label == kRightLung ? 0 : label == kLeftLung ? 1 : 2;
}

using HuCounts = std::array<std::vector<std::uint64_t>, 3>;

/// One slice of codes, and its HU counted.
void codeSlice(const CtVolume& ct, const LabelVolume& mask, const VoxelBox& box, const GreyLevels& levels,
               const std::function<bool(int, int, int)>& inside, int z, std::uint8_t* to, HuCounts& hu) {
  for (auto& counts : hu) counts.assign(kHuBins, 0);
  for (int y = box.low[1]; y <= box.high[1]; ++y) {
    const std::size_t row = mask.offset({0, y, z});
    for (int x = box.low[0]; x <= box.high[0]; ++x, ++to) {
      const std::uint8_t label = std::min(mask.voxels()[row + static_cast<std::size_t>(x)], kLungUnsided);
      if (label == kBackground || (inside && !inside(x, y, z))) continue;
      const int value = ct.voxels()[row + static_cast<std::size_t>(x)];
      const int above = std::max(0, value - levels.lowHu);
      const auto level = static_cast<unsigned>(std::min(above / levels.binHu, levels.count - 1));
      *to = static_cast<std::uint8_t>(static_cast<unsigned>(label) << kLabelShift | level);
      ++hu[binOf(label)][static_cast<std::size_t>(value - HuHistogram::kLeastHu)];
    }
  }
}

/// The pairs whose first voxel lies in a slice of the block.
void pairSlice(const LevelBlock& block, int z, std::size_t levels, std::array<PairCounts, 3>& pairs) {
  const Index3& n = block.size;
  const auto rowAt = [&](int y, int slice) {
    return block.codes.data() +
           static_cast<std::size_t>(n[0]) *
               (static_cast<std::size_t>(y) + static_cast<std::size_t>(n[1]) * static_cast<std::size_t>(slice));
  };
  for (const Offset& offset : kOffsets) {
    if (z + offset.z >= n[2]) continue;
    for (int y = std::max(0, -offset.y); y < std::min(n[1], n[1] - offset.y); ++y) {
      const std::uint8_t* from = rowAt(y, z);
      const std::uint8_t* other = rowAt(y + offset.y, z + offset.z) + offset.x;
      for (int x = std::max(0, -offset.x); x < std::min(n[0], n[0] - offset.x); ++x) {
        const unsigned a = from[x], b = other[x];
        if (a <= kLevelMask || b <= kLevelMask) continue;
        const unsigned labelA = a >> kLabelShift, labelB = b >> kLabelShift;
        ++pairs[labelA == labelB ? binOf(labelA) : 2][(a & kLevelMask) * levels + (b & kLevelMask)];
      }
    }
  }
}

}  // namespace

bool countBlock(const CtVolume& ct, const LabelVolume& mask, const VoxelBox& box, const GreyLevels& levels,
                const std::function<bool(int, int, int)>& inside, int threads, const StopToken& stop,
                const ProgressSink& progress, BlockCounts& counts) {
  LevelBlock block;
  block.size = box.size();
  const std::size_t perSlice = static_cast<std::size_t>(block.size[0]) * static_cast<std::size_t>(block.size[1]);
  const auto slices = static_cast<std::size_t>(block.size[2]);
  block.codes.assign(perSlice * slices, 0);
  const auto levelCount = static_cast<std::size_t>(levels.count);
  HuCounts hu;
  for (auto& part : hu) part.assign(kHuBins, 0);
  for (auto& part : counts.pairs) part.assign(levelCount * levelCount, 0);
  std::mutex mutex;
  std::size_t done = 0;
  const auto tell = [&] {  // under the mutex
    if (progress) progress(static_cast<double>(++done) / static_cast<double>(2 * slices), "Measuring the texture");
  };
  const auto add = [](std::vector<std::uint64_t>& to, const std::vector<std::uint64_t>& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  Outcome outcome = parallelFor(slices, threads, stop, [&](std::size_t z) {
    HuCounts own;
    codeSlice(ct, mask, box, levels, inside, box.low[2] + static_cast<int>(z), block.codes.data() + z * perSlice, own);
    const std::scoped_lock lock(mutex);
    for (std::size_t part = 0; part < hu.size(); ++part) add(hu[part], own[part]);
    tell();
  });
  if (outcome == Outcome::Stopped) return false;
  outcome = parallelFor(slices, threads, stop, [&](std::size_t z) {
    std::array<PairCounts, 3> own;
    for (auto& part : own) part.assign(levelCount * levelCount, 0);
    pairSlice(block, static_cast<int>(z), levelCount, own);
    const std::scoped_lock lock(mutex);
    for (std::size_t part = 0; part < own.size(); ++part) add(counts.pairs[part], own[part]);
    tell();
  });
  for (std::size_t part = 0; part < hu.size(); ++part)
    counts.histograms[part] = {HuHistogram::kLeastHu, std::move(hu[part])};
  return outcome == Outcome::Completed;
}

}  // namespace pulmo
