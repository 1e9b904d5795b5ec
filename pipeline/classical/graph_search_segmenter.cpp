// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/graph_search_segmenter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>

#include "pipeline/classical/coarse_scan.h"
#include "pipeline/classical/lung_blocks.h"
#include "pipeline/classical/lung_surface.h"
#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/distance_map.h"
#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"

namespace pulmo {
namespace {

constexpr double kThresholdShare = 0.4;  // of the time
constexpr std::int16_t kAirBelowHu = -700, kBoneAboveHu = 200;
constexpr std::array<std::uint8_t, 2> kSides{kRightLung, kLeftLung};

/// The surface's distance at a voxel between the blocks' middles, along one axis.
struct Place {
  int low = 0, high = 0;
  float share = 0;
};

std::vector<Place> placesAlong(int voxels, int factor, int blocks) {
  std::vector<Place> places(static_cast<std::size_t>(voxels));
  for (int v = 0; v < voxels; ++v) {
    const double at = std::clamp((v + 0.5) / factor - 0.5, 0.0, static_cast<double>(blocks - 1));
    const int low = static_cast<int>(at);
    places[static_cast<std::size_t>(v)] = {low, std::min(low + 1, blocks - 1), static_cast<float>(at - low)};
  }
  return places;
}

/// Adds to a lung the tissue within its surface, where a block or its neighbour was found to be such.
void addTissue(const CtVolume& ct, const LungBlocks& blocks, const std::vector<float>& distance,
               const std::vector<std::uint8_t>& near, std::uint8_t side, LabelVolume& labels, const StopToken& stop) {
  const auto xs = placesAlong(blocks.fineSize[0], blocks.factor[0], blocks.size[0]);
  const auto ys = placesAlong(blocks.fineSize[1], blocks.factor[1], blocks.size[1]);
  const auto zs = placesAlong(blocks.fineSize[2], blocks.factor[2], blocks.size[2]);
  parallelFor(zs.size(), 0, stop, [&](std::size_t z) {
    for (std::size_t y = 0; y < ys.size(); ++y) {
      const std::size_t row = ct.offset({0, static_cast<int>(y), static_cast<int>(z)});
      const int by = static_cast<int>(y) / blocks.factor[1], bz = static_cast<int>(z) / blocks.factor[2];
      for (std::size_t x = 0; x < xs.size(); ++x) {
        if (near[blocks.at(static_cast<int>(x) / blocks.factor[0], by, bz)] == 0) continue;
        std::uint8_t& label = labels.voxels()[row + x];
        const std::int16_t hu = ct.voxels()[row + x];
        if (label != kBackground || hu < kAirBelowHu || hu > kBoneAboveHu) continue;
        float sum = 0;
        for (int corner = 0; corner < 8; ++corner) {
          const bool ux = (corner & 1) != 0, uy = (corner & 2) != 0, uz = (corner & 4) != 0;
          const float weight = (ux ? xs[x].share : 1 - xs[x].share) * (uy ? ys[y].share : 1 - ys[y].share) *
                               (uz ? zs[z].share : 1 - zs[z].share);
          if (weight > 0)
            sum += weight * distance[blocks.at(ux ? xs[x].high : xs[x].low, uy ? ys[y].high : ys[y].low,
                                               uz ? zs[z].high : zs[z].low)];
        }
        if (sum <= 0) label = side;
      }
    }
  });
}

/// Blocks that the surface keeps of the tissue at the wall, without shells of a block, and those around them.
std::vector<std::uint8_t> addedBlocks(const LungBlocks& blocks, const std::vector<std::uint8_t>& tissue,
                                      const std::vector<float>& distance, const StopToken& stop) {
  const double shellMm = 1.2 * blocks.mm[0];
  const auto toTissue = squaredDistances(tissue.data(), blocks.size, blocks.mm, 4 * blocks.mm[0], 0, stop);
  const auto near2 = static_cast<float>(std::pow(1.8 * blocks.mm[0], 2));
  std::vector<std::uint8_t> kept(blocks.count());  // as they were
  for (std::size_t i = 0; i < kept.size(); ++i)
    kept[i] = distance[i] > 0 || blocks.lung[i] != 0 || toTissue[i] > near2 ? 1 : 0;
  const auto toKept = squaredDistances(kept.data(), blocks.size, blocks.mm, 4 * blocks.mm[0], 0, stop);
  std::vector<std::uint8_t> core(kept.size());
  for (std::size_t i = 0; i < core.size(); ++i) core[i] = toKept[i] > static_cast<float>(shellMm * shellMm) ? 1 : 0;
  const double around = shellMm + 1.8 * blocks.mm[0];
  const auto toCore = squaredDistances(core.data(), blocks.size, blocks.mm, around + blocks.mm[0], 0, stop);
  for (std::size_t i = 0; i < core.size(); ++i) core[i] = toCore[i] <= static_cast<float>(around * around) ? 1 : 0;
  return core;
}

}  // namespace

std::optional<Segmentation> GraphSearchSegmenter::segment(const CtVolume& ct, const StopToken& stop,
                                                          const ProgressSink& progress) const {
  const auto report = [&](double fraction, const std::string& step) {
    if (progress) progress(fraction, step);
  };
  if (ct.grid().size[2] == 1)
    throw Error(ErrorKind::InvalidInput,
                "Graph search needs a scan of several slices: for a slice by itself take another method.");
  auto result = ThresholdSegmenter().segment(ct, stop, [&](double fraction, const std::string& step) {
    if (fraction < 1) report(kThresholdShare * fraction, step);
  });
  if (!result) return std::nullopt;
  try {
    const Grid& grid = ct.grid();
    const Point3 mm = grid.spacingKnown ? grid.spacingMm : Point3{kAssumedPixelMm, kAssumedPixelMm, 1.0};
    report(kThresholdShare, "Finding the ribs");
    const LungBlocks blocks = makeLungBlocks(ct, result->labels, mm, stop);
    const std::vector<std::uint8_t> outside = outsideRibs(blocks, stop);
    if (stop.stop_requested()) return std::nullopt;
    const auto has = [&](std::uint8_t side) {
      return std::find(blocks.lung.begin(), blocks.lung.end(), side) != blocks.lung.end();
    };
    if (!has(kRightLung) || !has(kLeftLung)) {
      result->notes.emplace_back(
          "Graph search needs both lungs to know the chest wall: this is what the threshold method found.");
      report(1.0, "Done");
      return result;
    }
    report(0.5, "Searching the surfaces");
    std::array<std::vector<float>, 2> distance;
    std::array<std::vector<std::uint8_t>, 2> tissue;
    parallelFor(2, 0, stop, [&](std::size_t side) {
      tissue[side] = tissueAtWall(blocks, kSides[side], outside, stop);
      std::vector<std::uint8_t> first(blocks.count());
      for (std::size_t i = 0; i < first.size(); ++i)
        first[i] = blocks.lung[i] == kSides[side] || tissue[side][i] != 0 ? 1 : 0;
      if (!stop.stop_requested()) distance[side] = searchSurface(blocks, first, tissue[side], outside, stop);
    });
    if (stop.stop_requested()) return std::nullopt;
    report(0.9, "Drawing the border");
    for (std::size_t side = 0; side < 2; ++side) {
      const auto near = addedBlocks(blocks, tissue[side], distance[side], stop);
      addTissue(ct, blocks, distance[side], near, kSides[side], result->labels, stop);
      if (stop.stop_requested()) return std::nullopt;
    }
    report(1.0, "Done");
    return result;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::OutOfMemory,
                "There is not enough memory to find the lungs in this scan: close other programs or halve its matrix.");
  }
}

}  // namespace pulmo
