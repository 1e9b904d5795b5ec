// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/threshold_segmenter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <new>

#include "pipeline/classical/airway_tree.h"
#include "pipeline/classical/body_mask.h"
#include "pipeline/classical/coarse_scan.h"
#include "pipeline/classical/lung_border.h"
#include "pipeline/classical/lung_fill.h"
#include "pipeline/classical/lung_regions.h"
#include "pipeline/classical/lung_threshold.h"
#include "pipeline/classical/voxel_state.h"
#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/voxel_runs.h"

namespace pulmo {
namespace {

constexpr double kAirwayShare = 0.34;  // of a block's voxels: the lumen of a main bronchus in one corner does not count
constexpr double kSpeckShare = 0.005;  // of a lung: smaller loose pieces of it are noise
constexpr double kBorderMm2 = 100.0;   // of lung at the edge of the picture that is worth a note

/// 1 = air in the body without the airway, a value a block.
std::vector<std::uint8_t> airBlocks(const CoarseScan& coarse, const BodyMask& body, double lungBelowHu,
                                    const std::vector<std::uint8_t>& state, const StopToken& stop) {
  std::vector<std::uint8_t> air(coarse.count(), 0);
  const auto fineX = static_cast<std::size_t>(coarse.fineSize[0]);
  const auto fineY = static_cast<std::size_t>(coarse.fineSize[1]);
  parallelFor(static_cast<std::size_t>(coarse.size[2]), 0, stop, [&](std::size_t cz) {
    const auto z0 = static_cast<int>(cz) * coarse.factor[2];
    const int z1 = std::min(coarse.fineSize[2], z0 + coarse.factor[2]);
    std::vector<int> airway(static_cast<std::size_t>(coarse.size[0]) * static_cast<std::size_t>(coarse.size[1]), 0);
    for (int z = z0; z < z1; ++z) {
      for (std::size_t y = 0; y < fineY; ++y) {
        const std::uint8_t* row = state.data() + fineX * (y + fineY * static_cast<std::size_t>(z));
        int* blocks =
            airway.data() + static_cast<std::size_t>(coarse.size[0]) * (y / static_cast<std::size_t>(coarse.factor[1]));
        for (std::size_t x = 0; x < fineX; ++x) {
          if (row[x] == kVoxelAirway) ++blocks[x / static_cast<std::size_t>(coarse.factor[0])];
        }
      }
    }
    const double most = kAirwayShare * coarse.factor[0] * coarse.factor[1] * (z1 - z0);
    const std::size_t first = coarse.offset(0, 0, static_cast<int>(cz));
    for (std::size_t i = 0; i < airway.size(); ++i) {
      const bool dark = coarse.hu[first + i] < lungBelowHu && coarse.padding[first + i] == 0;
      air[first + i] = dark && body.inside[first + i] != 0 && airway[i] < most ? 1 : 0;
    }
  });
  return air;
}

/// Makes the state a label volume: loose specks and everything that is not lung become background.
/// @return voxels of right and left
std::array<std::size_t, 2> keepLungs(const Index3& size, std::vector<std::uint8_t>& state, const StopToken& stop) {
  std::array<std::size_t, 2> voxels{0, 0};
  for (std::size_t side = 0; side < 2; ++side) {
    const auto label = static_cast<std::uint8_t>(side == 0 ? kRightLung : kLeftLung);
    const auto pieces = makeVoxelRuns(size, true, stop, [&](std::size_t i) { return state[i] == label; });
    const auto counts = pieces.voxelCounts();
    for (const std::size_t count : counts) voxels[side] += count;
    const auto least = static_cast<std::size_t>(kSpeckShare * static_cast<double>(voxels[side]));
    forEachRun(pieces, [&](const VoxelRun& run, int y, int z) {
      if (counts[run.component] > least) return;
      const std::size_t first =
          (static_cast<std::size_t>(z) * static_cast<std::size_t>(size[1]) + static_cast<std::size_t>(y)) *
          static_cast<std::size_t>(size[0]);
      std::fill_n(state.begin() + static_cast<std::ptrdiff_t>(first) + run.begin, run.end - run.begin, kBackground);
      voxels[side] -= static_cast<std::size_t>(run.end - run.begin);
    });
  }
  const std::size_t plane = static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]);
  parallelFor(static_cast<std::size_t>(size[2]), 0, stop, [&](std::size_t z) {
    for (std::size_t i = plane * z; i < plane * (z + 1); ++i) {
      if (state[i] > kLeftLung) state[i] = kBackground;
    }
  });
  return voxels;
}

double lungAreaMm2(const LabelVolume& labels, const CoarseScan& coarse, int z) {
  const std::uint8_t* slice = labels.slice(z);
  const std::size_t plane = static_cast<std::size_t>(coarse.fineSize[0]) * static_cast<std::size_t>(coarse.fineSize[1]);
  const auto lung = std::count_if(slice, slice + plane, [](std::uint8_t v) { return v != kBackground; });
  return static_cast<double>(lung) * coarse.fineSpacingMm[0] * coarse.fineSpacingMm[1];
}

/// Lung at the sides of the picture or of the field of view: its area in mm2, over all slices.
double lungAtEdgeMm2(const LabelVolume& labels, const CoarseScan& coarse) {
  double area = 0;
  for (int z = 0; z < coarse.size[2]; ++z) {
    for (int y = 0; y < coarse.size[1]; ++y) {
      for (int x = 0; x < coarse.size[0]; ++x) {
        const bool edge =
            x == 0 || y == 0 || x + 1 == coarse.size[0] || y + 1 == coarse.size[1] ||
            coarse.padding[coarse.offset(x - 1, y, z)] != 0 || coarse.padding[coarse.offset(x + 1, y, z)] != 0 ||
            coarse.padding[coarse.offset(x, y - 1, z)] != 0 || coarse.padding[coarse.offset(x, y + 1, z)] != 0;
        if (!edge) continue;
        const Index3 voxel{std::min(coarse.fineSize[0] - 1, x * coarse.factor[0] + coarse.factor[0] / 2),
                           std::min(coarse.fineSize[1] - 1, y * coarse.factor[1] + coarse.factor[1] / 2),
                           z * coarse.factor[2]};
        if (labels[voxel] != kBackground) area += coarse.spacingMm[1] * coarse.spacingMm[2];
      }
    }
  }
  return area;
}

std::vector<std::string> notesOf(const LabelVolume& labels, const CoarseScan& coarse, const BodyMask& body,
                                 const std::optional<Airway>& airway, const LungRegions& regions) {
  std::vector<std::string> notes;
  if (regions.cutAtMidline) {
    notes.emplace_back(
        "The lungs touch over a wide area and were cut along the middle of the body: check the border between right "
        "and left.");
  } else if (regions.touching) {
    notes.emplace_back("The lungs touch each other and were separated: check the border between right and left.");
  }
  if (regions.single) {
    const bool right = std::find(labels.voxels().begin(), labels.voxels().end(), kRightLung) != labels.voxels().end();
    notes.emplace_back(std::string("Only the ") + (right ? "right" : "left") +
                       " lung was found: the other one is missing, collapsed, or too dense for a threshold.");
  }
  if (regions.single && body.cutAtSides) {
    notes.emplace_back(
        "Its side was told from the spine, but the body is cut by the edge of the field of view and the spine may lie "
        "outside: check the side.");
  }
  if (lungAtEdgeMm2(labels, coarse) > kBorderMm2) {
    notes.emplace_back("The lungs are cut by the edge of the field of view: their volume is too small.");
  } else if (body.cutAtSides) {
    notes.emplace_back("The body is cut by the edge of the field of view; the lungs are within it.");
  }
  if (!coarse.flat()) {
    if (lungAreaMm2(labels, coarse, coarse.fineSize[2] - 1) > kBorderMm2)
      notes.emplace_back("The lungs reach the top of the scan: a part may be missing above it.");
    if (lungAreaMm2(labels, coarse, 0) > kBorderMm2)
      notes.emplace_back("The lungs reach the bottom of the scan: a part may be missing below it.");
    if (!airway) notes.emplace_back("No trachea was recognised: check that the large airways are not in the mask.");
  }
  if (body.bonesInFront)
    notes.emplace_back(
        "The spine seems to lie at the front of the picture. If its orientation is stated wrongly, right and left are "
        "exchanged: check the sides.");
  return notes;
}

}  // namespace

std::optional<Segmentation> ThresholdSegmenter::segment(const CtVolume& ct, const StopToken& stop,
                                                        const ProgressSink& progress) const {
  const auto report = [&](double fraction, const char* step) {
    if (progress) progress(fraction, step);
  };
  if (ct.voxels().empty()) throw Error(ErrorKind::InvalidInput, "No lungs were found: the scan holds no voxels.");
  try {
    report(0.0, "Finding the body");
    Segmentation result;
    result.labels = LabelVolume(ct.grid());
    std::vector<std::uint8_t>& state = result.labels.voxels();
    markPadding(ct, kVoxelPadding, state, stop);
    const CoarseScan coarse = makeCoarseScan(ct, state, kVoxelPadding, stop);
    if (stop.stop_requested()) return std::nullopt;
    const BodyMask body = findBody(coarse, stop);
    if (stop.stop_requested()) return std::nullopt;
    report(0.25, "Finding the threshold");
    const double lungBelowHu = findLungThreshold(ct, coarse, body, stop);
    if (stop.stop_requested()) return std::nullopt;
    report(0.3, "Following the airways");
    const auto airway = findAirwayTree(ct, coarse, body, lungBelowHu, state, stop);
    if (stop.stop_requested()) return std::nullopt;
    report(0.45, "Telling right from left");
    const auto air = airBlocks(coarse, body, lungBelowHu, state, stop);
    if (stop.stop_requested()) return std::nullopt;
    const LungRegions regions = findLungRegions(coarse, body, airway, air, stop);
    if (stop.stop_requested()) return std::nullopt;
    report(0.65, "Drawing the border");
    drawLungBorder(ct, coarse, body, regions.labels, lungBelowHu, state, stop);
    if (stop.stop_requested()) return std::nullopt;
    report(0.8, "Filling vessels");
    fillLungs(coarse, regions.labels, state, stop);
    if (stop.stop_requested()) return std::nullopt;
    const auto voxels = keepLungs(ct.grid().size, state, stop);
    if (stop.stop_requested()) return std::nullopt;
    if (voxels[0] + voxels[1] == 0) throw Error(ErrorKind::InvalidInput, "No lungs were found in this scan.");
    result.notes = notesOf(result.labels, coarse, body, airway, regions);
    report(1.0, "Done");
    return result;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::OutOfMemory,
                "There is not enough memory to find the lungs in this scan: close other programs or halve its matrix.");
  }
}

}  // namespace pulmo
