// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/region_grow.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "pipeline/core/distance_map.h"
#include "pipeline/core/parallel.h"
#include "pipeline/edit/label_box.h"

namespace pulmo {
namespace {

constexpr double kMostRadiusMm = 150, kMostNeckMm = 30, kAroundMm = 4, kLeastHalfRange = 80, kHoleMl = 1.0;

double squaredMm(const Grid& grid, const Index3& a, const Index3& b) {
  double sum = 0;
  for (std::size_t k = 0; k < 3; ++k) sum += std::pow((a[k] - b[k]) * grid.spacingMm[k], 2);
  return sum;
}

/// Of a voxel and those around it that have its label: lung beside a consolidation would darken its rim.
double meanAround(const CtVolume& ct, const LabelVolume& mask, const Index3& at) {
  const Index3 n = ct.grid().size;
  const std::uint8_t label = mask[at];
  int sum = 0, count = 0;
  for (int z = std::max(0, at[2] - 1); z <= std::min(n[2] - 1, at[2] + 1); ++z)
    for (int y = std::max(0, at[1] - 1); y <= std::min(n[1] - 1, at[1] + 1); ++y)
      for (int x = std::max(0, at[0] - 1); x <= std::min(n[0] - 1, at[0] + 1); ++x) {
        if (mask[{x, y, z}] != label) continue;
        sum += ct[{x, y, z}];
        ++count;
      }
  return static_cast<double>(sum) / count;
}

/// The box around the radius, and what is found in it step by step. Offsets are in the box.
class Growth {
 public:
  Growth(const CtVolume& ct, const LabelVolume& mask, const Index3& click, const RegionRule& rule)
      : ct_(ct), mask_(mask), click_(click), rule_(rule), from_(mask[click]) {
    box_ = widened({click, click}, mask.grid(), rule.radiusMm + rule.neckMm);
    size_ = box_.size();
    strides_ = {1, static_cast<std::size_t>(size_[0]),
                static_cast<std::size_t>(size_[0]) * static_cast<std::size_t>(size_[1])};
  }

  /// @return false if stopped
  bool run(const StopToken& stop, const ProgressSink& progress) {
    if (progress) progress(0, "Looking at the region");
    findCandidates(stop);
    if (stop.stop_requested()) return false;
    if (progress) progress(0.5, "Growing");
    const double half = rule_.neckMm / 2;
    const auto clearance2 =
        squaredDistances(walls_.data(), size_, mask_.grid().spacingMm, std::max(half, 1e-3), 0, stop);
    if (stop.stop_requested()) return false;
    const auto limit = static_cast<float>(half * half);
    const auto core = [&](std::size_t i) { return candidate_[i] != 0 && clearance2[i] > limit; };
    std::vector<std::uint8_t> grown(candidate_.size(), 0);
    const auto seed = nearestTo(core);
    if (seed) flood({*seed}, grown, core);
    if (half > 0 && seed) {
      const auto toCore2 = squaredDistances(grown.data(), size_, mask_.grid().spacingMm, half, 0, stop);
      if (stop.stop_requested()) return false;
      std::vector<std::size_t> rim;
      for (std::size_t i = 0; i < grown.size(); ++i)
        if (grown[i] != 0) rim.push_back(i);
      const auto reach = static_cast<float>(half * half * (1 + 1e-6));
      flood(std::move(rim), grown, [&](std::size_t i) { return candidate_[i] != 0 && toCore2[i] <= reach; });
    }
    region_ = std::move(grown);
    if (from_ == 0) closeRim();
    fillHoles();
    return !stop.stop_requested();
  }

  [[nodiscard]] std::uint8_t touchedMost() const {
    std::array<std::size_t, kHighestEditedLabel + 1> faces{};
    forEachVoxel(mask_, box_, [&](std::size_t, std::size_t i) {
      if (region_[i] == 0) return;
      forEachNeighbour(i, [&](std::size_t j) { ++faces[labelAt(j) & kHighestEditedLabel]; });
    });
    faces[0] = 0;
    const auto most = std::max_element(faces.begin(), faces.end());
    return *most == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(most - faces.begin());
  }

  [[nodiscard]] RegionEdit edit(std::uint8_t to) const {
    RegionEdit result;
    DifferenceWriter writer(mask_.grid().size);
    const Point3& mm = mask_.grid().spacingMm;
    const double shell = std::max(0.0, rule_.radiusMm - std::max({mm[0], mm[1], mm[2]}));
    forEachVoxel(mask_, box_, [&](std::size_t here, std::size_t i) {
      if (region_[i] == 0) return;
      writer.add(here, 1, from_, to);
      if (squaredMm(mask_.grid(), indexOf(i), click_) > shell * shell) result.reachedRadius = true;
    });
    result.difference = writer.finish();
    result.ml = static_cast<double>(result.difference.changedVoxels()) * mask_.grid().voxelMl();
    return result;
  }

 private:
  [[nodiscard]] Index3 indexOf(std::size_t i) const {
    return {box_.low[0] + static_cast<int>(i % strides_[1]),
            box_.low[1] + static_cast<int>(i % strides_[2] / strides_[1]),
            box_.low[2] + static_cast<int>(i / strides_[2])};
  }
  [[nodiscard]] std::uint8_t labelAt(std::size_t i) const { return mask_[indexOf(i)]; }

  template <class Visit>
  void forEachNeighbour(std::size_t i, const Visit& visit) const {
    const Index3 at = indexOf(i);
    for (std::size_t k = 0; k < 3; ++k) {
      if (at[k] > box_.low[k]) visit(i - strides_[k]);
      if (at[k] < box_.high[k]) visit(i + strides_[k]);
    }
  }

  void findCandidates(const StopToken& stop) {
    candidate_.assign(voxelsIn(box_), 0);
    walls_.assign(voxelsIn(box_), 0);
    parallelFor(static_cast<std::size_t>(size_[2]), 0, stop, [&](std::size_t z) {
      for (std::size_t i = z * strides_[2]; i < (z + 1) * strides_[2]; ++i) {
        const Index3 at = indexOf(i);
        if (mask_[at] == from_ && rule_.hu.contains(meanAround(ct_, mask_, at))) candidate_[i] = 1;
      }
    });
    for (std::size_t i = 0; i < walls_.size(); ++i) {
      const bool lungBeside = from_ == 0 && labelAt(i) != 0;
      walls_[i] = candidate_[i] == 0 && !lungBeside ? 1 : 0;
    }
  }

  [[nodiscard]] bool inRadius(std::size_t i) const {
    return squaredMm(mask_.grid(), indexOf(i), click_) <= rule_.radiusMm * rule_.radiusMm;
  }

  /// The voxel nearest to the click that `inside` accepts, at most neckMm and a voxel away.
  template <class Inside>
  [[nodiscard]] std::optional<std::size_t> nearestTo(const Inside& inside) const {
    const VoxelBox around = widened({click_, click_}, mask_.grid(), rule_.neckMm);
    std::optional<std::size_t> best;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < candidate_.size(); ++i) {
      if (!inside(i)) continue;
      const Index3 at = indexOf(i);
      bool near = true;
      for (std::size_t k = 0; k < 3; ++k) near = near && at[k] >= around.low[k] && at[k] <= around.high[k];
      const double away = squaredMm(mask_.grid(), at, click_);
      if (!near || away >= least || !inRadius(i)) continue;
      least = away;
      best = i;
    }
    return best;
  }

  /// Marks what hangs together with the seeds over faces, within the radius.
  template <class Inside>
  void flood(std::vector<std::size_t> seeds, std::vector<std::uint8_t>& marks, const Inside& inside) const {
    for (const std::size_t s : seeds) marks[s] = 1;
    while (!seeds.empty()) {
      const std::size_t i = seeds.back();
      seeds.pop_back();
      forEachNeighbour(i, [&](std::size_t j) {
        if (marks[j] != 0 || !inside(j) || !inRadius(j)) return;
        marks[j] = 1;
        seeds.push_back(j);
      });
    }
  }

  /// Background with the region on one side and lung on another: partial volume between the two.
  void closeRim() {
    std::vector<std::size_t> rim;
    for (std::size_t i = 0; i < region_.size(); ++i) {
      if (region_[i] != 0 || labelAt(i) != 0 || !inRadius(i)) continue;
      bool besideRegion = false, besideLung = false;
      forEachNeighbour(i, [&](std::size_t j) {
        besideRegion = besideRegion || region_[j] != 0;
        besideLung = besideLung || labelAt(j) != 0;
      });
      if (besideRegion && besideLung) rim.push_back(i);
    }
    for (const std::size_t i : rim) region_[i] = 1;
  }

  /// What neither reaches the edge of the box nor is lung or region: filled if it is small and may change at all.
  void fillHoles() {
    const auto most = static_cast<std::size_t>(kHoleMl / mask_.grid().voxelMl());
    std::vector<bool> seen(region_.size(), false);
    const auto open = [&](std::size_t i) { return region_[i] == 0 && (from_ != 0 || labelAt(i) == 0); };
    std::vector<std::size_t> piece;
    for (std::size_t start = 0; start < region_.size(); ++start) {
      if (seen[start] || !open(start)) continue;
      piece.assign(1, start);
      seen[start] = true;
      bool hole = true;
      for (std::size_t k = 0; k < piece.size(); ++k) {
        const Index3 at = indexOf(piece[k]);
        for (std::size_t a = 0; a < 3; ++a) hole = hole && at[a] > box_.low[a] && at[a] < box_.high[a];
        hole = hole && labelAt(piece[k]) == from_;
        forEachNeighbour(piece[k], [&](std::size_t j) {
          if (seen[j] || !open(j)) return;
          seen[j] = true;
          piece.push_back(j);
        });
      }
      if (!hole || piece.size() > most || !touchesRegion(piece)) continue;
      for (const std::size_t i : piece) region_[i] = 1;
    }
  }

  [[nodiscard]] bool touchesRegion(const std::vector<std::size_t>& piece) const {
    bool touches = false;
    for (const std::size_t i : piece) forEachNeighbour(i, [&](std::size_t j) { touches = touches || region_[j] != 0; });
    return touches;
  }

  const CtVolume& ct_;
  const LabelVolume& mask_;
  Index3 click_;
  RegionRule rule_;
  std::uint8_t from_;  ///< the label of candidates
  VoxelBox box_;
  Index3 size_{0, 0, 0};
  std::array<std::size_t, 3> strides_{};
  std::vector<std::uint8_t> candidate_, walls_, region_;
};

void requireClick(const CtVolume& ct, const LabelVolume& mask, const Index3& click, const RegionRule& rule) {
  requireSameGrid(ct.grid(), "scan", mask.grid(), "mask");
  if (!mask.grid().contains(click)) throw Error(ErrorKind::InvalidInput, "The clicked point lies outside of the scan.");
  if (!(rule.radiusMm >= 0 && rule.radiusMm <= kMostRadiusMm && rule.neckMm >= 0 && rule.neckMm <= kMostNeckMm))
    throw Error(ErrorKind::InvalidInput, "A region reaches at most 150 mm, and its neck is at most 30 mm wide.");
}

/// The label nearest to a voxel in mm, 0 if the mask is empty.
std::uint8_t nearestLabel(const LabelVolume& mask, const Index3& to) {
  double least = std::numeric_limits<double>::infinity();
  std::uint8_t label = 0;
  const VoxelBox box = labelBox(mask, std::nullopt);
  for (int z = box.low[2]; z <= box.high[2]; ++z)
    for (int y = box.low[1]; y <= box.high[1]; ++y)
      for (int x = box.low[0]; x <= box.high[0]; ++x) {
        if (mask[{x, y, z}] == 0) continue;
        const double away = squaredMm(mask.grid(), {x, y, z}, to);
        if (away < least) least = away, label = mask[{x, y, z}];
      }
  return label;
}

}  // namespace

HuRange huAround(const CtVolume& ct, const Index3& click) {
  if (!ct.grid().contains(click)) throw Error(ErrorKind::InvalidInput, "The clicked point lies outside of the scan.");
  const VoxelBox box = widened({click, click}, ct.grid(), kAroundMm);
  double sum = 0, squares = 0, count = 0;
  for (int z = box.low[2]; z <= box.high[2]; ++z)
    for (int y = box.low[1]; y <= box.high[1]; ++y)
      for (int x = box.low[0]; x <= box.high[0]; ++x) {
        if (squaredMm(ct.grid(), {x, y, z}, click) > kAroundMm * kAroundMm) continue;
        const double hu = ct[{x, y, z}];
        sum += hu, squares += hu * hu, count += 1;
      }
  const double mean = sum / count;
  const double half = std::max(kLeastHalfRange, 2 * std::sqrt(std::max(0.0, squares / count - mean * mean)));
  return {static_cast<int>(std::floor(mean - half)), static_cast<int>(std::ceil(mean + half))};
}

std::optional<RegionEdit> addRegion(const CtVolume& ct, const LabelVolume& mask, const Index3& click,
                                    const RegionRule& rule, std::optional<std::uint8_t> label, const StopToken& stop,
                                    const ProgressSink& progress) {
  requireClick(ct, mask, click, rule);
  if (mask[click] != 0)
    throw Error(ErrorKind::InvalidInput, "The clicked point is lung already: click beside the mask.");
  Growth growth(ct, mask, click, rule);
  if (!growth.run(stop, progress)) return std::nullopt;
  std::uint8_t to = label.value_or(growth.touchedMost());
  if (to == 0) to = nearestLabel(mask, click);
  if (to == 0) throw Error(ErrorKind::InvalidInput, "The mask is empty: choose the lung that the region belongs to.");
  RegionEdit edit = growth.edit(to);
  edit.label = to;
  return edit;
}

std::optional<RegionEdit> removeRegion(const CtVolume& ct, const LabelVolume& mask, const Index3& click,
                                       const RegionRule& rule, const StopToken& stop, const ProgressSink& progress) {
  requireClick(ct, mask, click, rule);
  if (mask[click] == 0)
    throw Error(ErrorKind::InvalidInput, "The clicked point is not in the mask: nothing to remove.");
  Growth growth(ct, mask, click, rule);
  if (!growth.run(stop, progress)) return std::nullopt;
  RegionEdit edit = growth.edit(0);
  edit.label = mask[click];
  return edit;
}

}  // namespace pulmo
