// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/worst_places.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/metrics/distance_visit.h"
#include "pipeline/metrics/overlap.h"

namespace pulmo {
namespace {

constexpr std::uint8_t kReferenceBit = 1, kMaskBit = 2, kMissedBit = 4, kAddedBit = 8;

/// One lung in both masks, a bit each, and what only one of them has.
MarkedBox markPair(const LabelVolume& reference, const LabelVolume& mask, std::uint8_t label, const VoxelBox& box,
                   int threads, const StopToken& stop) {
  MarkedBox result;
  result.size = box.size();
  result.spacingMm = reference.grid().spacingMm;
  std::array<std::uint8_t, 256> member{};
  for (unsigned v = 1; v < 256; ++v) member[v] = label == kLungUnsided || v == label ? 1 : 0;
  constexpr std::array<std::uint8_t, 4> kMarks{0, kReferenceBit | kMissedBit, kMaskBit | kAddedBit,
                                               kReferenceBit | kMaskBit};
  const auto nx = static_cast<std::size_t>(result.size[0]), ny = static_cast<std::size_t>(result.size[1]);
  const auto nz = static_cast<std::size_t>(result.size[2]);
  result.marks.resize(nx * ny * nz);
  parallelFor(nz, threads, stop, [&](std::size_t z) {
    for (std::size_t y = 0; y < ny; ++y) {
      const std::size_t start =
          reference.offset({box.low[0], box.low[1] + static_cast<int>(y), box.low[2] + static_cast<int>(z)});
      const std::uint8_t* r = reference.voxels().data() + start;
      const std::uint8_t* m = mask.voxels().data() + start;
      std::uint8_t* out = result.marks.data() + nx * (y + ny * z);
      for (std::size_t x = 0; x < nx; ++x) out[x] = kMarks[member[r[x]] + 2U * member[m[x]]];
    }
  });
  return result;
}

struct Peak {
  double mm = 0;  ///< 0 = none
  Index3 voxel{0, 0, 0};
};

/// Larger first; of equal ones the first in memory, so that nothing depends on threads.
bool worse(const Peak& a, const Peak& b) {
  if (a.mm != b.mm) return a.mm > b.mm;
  return std::array{a.voxel[2], a.voxel[1], a.voxel[0]} < std::array{b.voxel[2], b.voxel[1], b.voxel[0]};
}

/// The largest error of each cell of a coarse grid over the box.
class PeakCells {
 public:
  PeakCells(const Index3& size, const Point3& spacingMm, double cellMm) {
    for (std::size_t k = 0; k < 3; ++k) {
      edge_[k] = std::max(1, static_cast<int>(std::lround(cellMm / spacingMm[k])));
      count_[k] = (size[k] + edge_[k] - 1) / edge_[k];
    }
    rows_.resize(static_cast<std::size_t>(size[1]));
  }
  /// @pre one thread at a time for one y
  void add(const Peak& peak) {
    auto& row = rows_[static_cast<std::size_t>(peak.voxel[1])];
    if (row.empty()) row.resize(static_cast<std::size_t>(count_[0]) * static_cast<std::size_t>(count_[2]));
    keepWorse(row[static_cast<std::size_t>(peak.voxel[0] / edge_[0]) +
                  static_cast<std::size_t>(count_[0]) * static_cast<std::size_t>(peak.voxel[2] / edge_[2])],
              peak);
  }
  /// Those that no neighbouring cell exceeds, worst first.
  [[nodiscard]] std::vector<Peak> maxima() const {
    const auto nx = static_cast<std::size_t>(count_[0]), ny = static_cast<std::size_t>(count_[1]);
    std::vector<Peak> cells(nx * ny * static_cast<std::size_t>(count_[2]));
    for (std::size_t y = 0; y < rows_.size(); ++y)
      for (std::size_t i = 0; i < rows_[y].size(); ++i)
        keepWorse(cells[i % nx + nx * (y / static_cast<std::size_t>(edge_[1]) + ny * (i / nx))], rows_[y][i]);
    std::vector<Peak> result;
    for (int z = 0; z < count_[2]; ++z)
      for (int y = 0; y < count_[1]; ++y)
        for (int x = 0; x < count_[0]; ++x)
          if (isMaximum(cells, {x, y, z})) result.push_back(cells[at({x, y, z})]);
    std::sort(result.begin(), result.end(), worse);
    return result;
  }

 private:
  static void keepWorse(Peak& kept, const Peak& other) {
    if (other.mm > 0 && (kept.mm <= 0 || worse(other, kept))) kept = other;
  }
  [[nodiscard]] std::size_t at(const Index3& cell) const {
    return static_cast<std::size_t>(cell[0]) +
           static_cast<std::size_t>(count_[0]) *
               (static_cast<std::size_t>(cell[1]) +
                static_cast<std::size_t>(count_[1]) * static_cast<std::size_t>(cell[2]));
  }
  [[nodiscard]] bool isMaximum(const std::vector<Peak>& cells, const Index3& cell) const {
    const Peak& here = cells[at(cell)];
    if (here.mm <= 0) return false;
    for (int dz = -1; dz <= 1; ++dz)
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx) {
          const Index3 next{cell[0] + dx, cell[1] + dy, cell[2] + dz};
          bool inside = true;
          for (std::size_t k = 0; k < 3; ++k) inside = inside && next[k] >= 0 && next[k] < count_[k];
          if (inside && next != cell && cells[at(next)].mm > 0 && worse(cells[at(next)], here)) return false;
        }
    return true;
  }

  Index3 edge_{1, 1, 1}, count_{1, 1, 1};
  std::vector<std::vector<Peak>> rows_;  ///< by voxel y, then cell x and cell z
};

double apartMm(const Index3& a, const Index3& b, const Point3& spacingMm) {
  return std::hypot((a[0] - b[0]) * spacingMm[0], (a[1] - b[1]) * spacingMm[1], (a[2] - b[2]) * spacingMm[2]);
}

/// What one mask has and the other has not, and how far it is from the other.
/// @return false if stopped
bool addPlaces(const MarkedBox& pair, std::uint8_t from, std::uint8_t wrong, const WorstPlacesOptions& options,
               const StopToken& stop, std::vector<Peak>& places) {
  PeakCells cells(pair.size, pair.spacingMm, options.apartMm / 3);
  const auto keep = [&](const Index3& voxel, std::uint8_t, double mm) {
    if (mm >= options.leastMm && std::isfinite(mm)) cells.add({mm, voxel});
  };
  if (visitDistances(pair, from, wrong, options.threads, stop, keep) == Outcome::Stopped) return false;
  for (const Peak& peak : cells.maxima()) {
    if (places.size() >= options.most) break;
    const bool near = std::any_of(places.begin(), places.end(), [&](const Peak& p) {
      return apartMm(p.voxel, peak.voxel, pair.spacingMm) < options.apartMm;
    });
    if (!near) places.push_back(peak);
  }
  return true;
}

/// The voxel of a lung that is nearest to the mean of all of them.
/// @pre the box holds one
Index3 middleOf(const LabelVolume& mask, std::uint8_t label, const VoxelBox& box) {
  const auto each = [&](const auto& look) {
    for (int z = box.low[2]; z <= box.high[2]; ++z)
      for (int y = box.low[1]; y <= box.high[1]; ++y)
        for (int x = box.low[0]; x <= box.high[0]; ++x) {
          const Index3 voxel{x, y, z};
          const std::uint8_t value = mask[voxel];
          if (label == kLungUnsided ? value != kBackground : value == label) look(voxel);
        }
  };
  Point3 mean{};
  double count = 0;
  each([&](const Index3& voxel) {
    for (std::size_t k = 0; k < 3; ++k) mean[k] += voxel[k];
    ++count;
  });
  for (double& k : mean) k /= count;
  const Point3& mm = mask.grid().spacingMm;
  Index3 nearest{};
  double least = std::numeric_limits<double>::infinity();
  each([&](const Index3& voxel) {
    const double away =
        std::hypot((voxel[0] - mean[0]) * mm[0], (voxel[1] - mean[1]) * mm[1], (voxel[2] - mean[2]) * mm[2]);
    if (away < least) least = away, nearest = voxel;
  });
  return nearest;
}

}  // namespace

std::optional<std::vector<WorstPlace>> worstPlaces(const LabelVolume& reference, const LabelVolume& mask,
                                                   const WorstPlacesOptions& options, const StopToken& stop,
                                                   const ProgressSink& progress) {
  requireSameGrid(reference.grid(), "reference", mask.grid(), "mask");
  std::vector<WorstPlace> result;
  const auto survey = surveyPair(reference, mask, options.threads, stop);
  if (!survey) return std::nullopt;
  if (!reference.grid().spacingKnown || !mask.grid().spacingKnown) return result;
  const bool sided = survey->referenceTellsSides() && survey->maskTellsSides();
  std::vector<std::pair<std::uint8_t, Region>> lungs{{kLungUnsided, Region::Both}};
  if (sided) lungs = {{kRightLung, Region::Right}, {kLeftLung, Region::Left}};
  double done = 0.1;
  for (const auto& [label, region] : lungs) {
    if (progress) progress(done, "Looking for the worst places");
    done += 0.9 / static_cast<double>(lungs.size());
    const OverlapCounts counts = survey->counts(region);
    if (counts.reference == 0 && counts.mask == 0) continue;
    const VoxelBox& box = survey->box(region);
    if (counts.reference == 0 || counts.mask == 0) {
      const bool missed = counts.mask == 0;
      const Index3 voxel = middleOf(missed ? reference : mask, label, box);
      constexpr double kInfinite = std::numeric_limits<double>::infinity();
      result.push_back({label, missed ? -kInfinite : kInfinite, voxel, toPatient(reference.grid(), voxel)});
      continue;
    }
    const MarkedBox pair = markPair(reference, mask, label, box, options.threads, stop);
    for (const bool missed : {true, false}) {
      if ((missed ? counts.reference : counts.mask) == counts.common) continue;
      std::vector<Peak> places;
      if (stop.stop_requested() ||
          !addPlaces(pair, missed ? kMaskBit : kReferenceBit, missed ? kMissedBit : kAddedBit, options, stop, places))
        return std::nullopt;
      for (const Peak& p : places) {
        const Index3 voxel{p.voxel[0] + box.low[0], p.voxel[1] + box.low[1], p.voxel[2] + box.low[2]};
        result.push_back({label, missed ? -p.mm : p.mm, voxel, toPatient(reference.grid(), voxel)});
      }
    }
  }
  std::stable_sort(result.begin(), result.end(), [](const WorstPlace& a, const WorstPlace& b) {
    return std::abs(a.signedMm) > std::abs(b.signedMm);
  });
  if (result.size() > options.most) result.resize(options.most);
  if (progress) progress(1, "Done");
  return result;
}

}  // namespace pulmo
