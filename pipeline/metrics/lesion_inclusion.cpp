// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/lesion_inclusion.h"

#include <algorithm>
#include <vector>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/metrics/distance_visit.h"
#include "pipeline/metrics/overlap.h"

namespace pulmo {
namespace {

// One bit a side, so that the border of touching lungs runs between them.
constexpr std::uint8_t kLungBits = 0b0111;
constexpr std::uint8_t kFound = 0b1000;
constexpr std::uint8_t kMissed = 0b1'0000;

struct Share {
  std::uint64_t all = 0, found = 0;
  [[nodiscard]] std::optional<double> value() const {
    if (all == 0) return std::nullopt;
    return static_cast<double>(found) / static_cast<double>(all);
  }
};

std::uint8_t lungBit(std::uint8_t value) {
  return value == kBackground ? std::uint8_t{0} : static_cast<std::uint8_t>(1U << std::min<unsigned>(value - 1U, 2U));
}

/// Calls row(offset of its first voxel in the volume, in the box, voxels) for each row of the box.
template <class Row>
void forRows(const Grid& grid, const VoxelBox& box, int threads, const StopToken& stop, const Row& row) {
  const Index3 size = box.size();
  const auto nx = static_cast<std::size_t>(size[0]), ny = static_cast<std::size_t>(size[1]);
  const auto gx = static_cast<std::size_t>(grid.size[0]), gy = static_cast<std::size_t>(grid.size[1]);
  parallelFor(static_cast<std::size_t>(size[2]), threads, stop, [&](std::size_t z) {
    for (std::size_t y = 0; y < ny; ++y) {
      const std::size_t inVolume =
          static_cast<std::size_t>(box.low[0]) +
          gx * (static_cast<std::size_t>(box.low[1]) + y + gy * (static_cast<std::size_t>(box.low[2]) + z));
      row(inVolume, nx * (y + ny * z), nx);
    }
  });
}

/// Borders of the lungs and lesion voxels, found or missed, inside the box.
MarkedBox markAll(const LabelVolume& lesions, const LabelVolume& mask, const LabelVolume& lungs, const VoxelBox& box,
                  int threads, const StopToken& stop) {
  const Grid& grid = lungs.grid();
  MarkedBox marked;
  marked.size = box.size();
  marked.spacingMm = grid.spacingMm;
  marked.marks.resize(static_cast<std::size_t>(marked.size[0]) * static_cast<std::size_t>(marked.size[1]) *
                      static_cast<std::size_t>(marked.size[2]));
  forRows(grid, box, threads, stop, [&](std::size_t from, std::size_t to, std::size_t count) {
    for (std::size_t x = 0; x < count; ++x) marked.marks[to + x] = lungBit(lungs.voxels()[from + x]);
  });
  marked.marks = bordersOf(marked, {grid.size[0] == 1, grid.size[1] == 1, grid.size[2] == 1}, threads, stop);
  forRows(grid, box, threads, stop, [&](std::size_t from, std::size_t to, std::size_t count) {
    for (std::size_t x = 0; x < count; ++x) {
      if (lesions.voxels()[from + x] == 0) continue;
      std::uint8_t& marks = marked.marks[to + x];
      marks = static_cast<std::uint8_t>(marks | (mask.voxels()[from + x] != kBackground ? kFound : kMissed));
    }
  });
  return marked;
}

}  // namespace

std::optional<LesionInclusion> lesionInclusion(const LabelVolume& lesions, const LabelVolume& mask,
                                               const LabelVolume& referenceLungs, const LesionInclusionOptions& options,
                                               const StopToken& stop, const ProgressSink& progress) {
  requireSameGrid(lesions.grid(), "lesions", mask.grid(), "mask");
  requireSameGrid(lesions.grid(), "lesions", referenceLungs.grid(), "reference lungs");
  const auto report = [&](double share) {
    if (progress) progress(share, "Looking for lesions outside the mask");
  };
  report(0);
  const auto overlap = surveyPair(lesions, mask, options.threads, stop);
  const auto around = surveyPair(lesions, referenceLungs, options.threads, stop);
  if (!overlap || !around) return std::nullopt;
  report(0.2);
  const OverlapCounts counts = overlap->counts(Region::Both);
  LesionInclusion result;
  result.lesionVoxels = counts.reference;
  result.overall = Share{counts.reference, counts.common}.value();
  const bool lungsEmpty = around->counts(Region::Both).mask == 0;
  if (counts.reference == 0 || lungsEmpty || !referenceLungs.grid().spacingKnown) {
    report(1);
    return result;
  }

  const MarkedBox marked = markAll(lesions, mask, referenceLungs, around->box(Region::Both), options.threads, stop);
  if (stop.stop_requested()) return std::nullopt;
  report(0.4);
  std::vector<Share> rows(static_cast<std::size_t>(marked.size[1]));
  // Distances are exact to single precision: a voxel at exactly the limit must not fall out by rounding.
  const double limit = options.nearPleuraMm * (1 + 1e-6);
  const auto count = [&](const Index3& voxel, std::uint8_t marks, double mm) {
    if (mm > limit) return;
    Share& row = rows[static_cast<std::size_t>(voxel[1])];
    ++row.all;
    if ((marks & kFound) != 0) ++row.found;
  };
  if (visitDistances(marked, kLungBits, kFound | kMissed, options.threads, stop, count) == Outcome::Stopped)
    return std::nullopt;
  Share near;
  for (const Share& row : rows) {
    near.all += row.all;
    near.found += row.found;
  }
  result.nearPleuraVoxels = near.all;
  result.nearPleura = near.value();
  report(1);
  return result;
}

}  // namespace pulmo
