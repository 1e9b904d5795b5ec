// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/lesion_plan.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "pipeline/core/label_set.h"
#include "pipeline/core/random.h"
#include "pipeline/simulate/random_streams.h"

namespace pulmo {

namespace {

/// One lung as placement sees it.
struct Lung {
  std::uint8_t label = 0;
  std::vector<std::uint32_t> cells;
  Index3 low{1 << 30, 1 << 30, 1 << 30}, high{-1, -1, -1};  ///< coarse cells
  Mm3 sum{0, 0, 0};
  double deepestMm = 1;
};

class Planner {
 public:
  Planner(const LungShape& shape, const PathologySpec& spec, const NoiseField& noise, std::uint64_t seed)
      : shape_(shape), spec_(spec), noise_(noise), seed_(seed), taken_(shape.coarseLabel.size(), false) {
    const Point3& s = shape.grid.spacingMm;
    cellMm_ = {s[0] * shape.step, s[1] * shape.step, s[2] * shape.stepZ};
    firstMm_ = {s[0] * (shape.step - 1) / 2, s[1] * (shape.step - 1) / 2, s[2] * (shape.stepZ - 1) / 2};
    findLungs();
  }

  std::vector<Lesion> plan() {
    Random random(seed_, kCountStream);
    chooseSides(random);
    if (cells_ == 0) return {};
    // A little below the limit: samples are coarser than voxels.
    budget_ = 0.94 * spec_.extentPercent / 100 * static_cast<double>(all_);
    const int wanted = random.integer(spec_.lesionsMin, spec_.lesionsMax);
    const LesionKind main = kindOf(random.uniform());
    gravityMiddle_ = random.uniform(0.35, 0.85);
    gravityWidth_ = random.uniform(0.25, 0.6);
    std::vector<Lesion> lesions;
    for (int i = 0; i < wanted; ++i)
      if (auto lesion = draw(static_cast<std::uint64_t>(i), main)) lesions.push_back(std::move(*lesion));
    std::stable_sort(lesions.begin(), lesions.end(),
                     [](const Lesion& a, const Lesion& b) { return layerOf(a.kind) < layerOf(b.kind); });
    return lesions;
  }

 private:
  static int layerOf(LesionKind kind) {
    switch (kind) {
      case LesionKind::Diffuse:
        return 0;
      case LesionKind::GroundGlass:
        return 1;
      case LesionKind::CrazyPaving:
        return 2;
      case LesionKind::Reticulation:
        return 3;
      case LesionKind::Honeycombing:
        return 4;
      default:
        return 5;
    }
  }

  void findLungs() {
    for (std::uint32_t i = 0; i < shape_.coarseLabel.size(); ++i) {
      const std::uint8_t label = shape_.coarseLabel[i];
      if (label == 0) continue;
      all_ += isSampled(indexOf(i));
      auto lung = std::find_if(lungs_.begin(), lungs_.end(), [&](const Lung& l) { return l.label == label; });
      if (lung == lungs_.end()) {
        lungs_.push_back({});
        lung = lungs_.end() - 1;
        lung->label = label;
      }
      lung->cells.push_back(i);
      const Index3 at = indexOf(i);
      for (std::size_t k = 0; k < 3; ++k) {
        lung->low[k] = std::min(lung->low[k], at[k]);
        lung->high[k] = std::max(lung->high[k], at[k]);
        lung->sum[k] += at[k];
      }
      lung->deepestMm = std::max(lung->deepestMm, static_cast<double>(shape_.coarseDepthMm[i]));
    }
    std::sort(lungs_.begin(), lungs_.end(), [](const Lung& a, const Lung& b) { return a.label < b.label; });
  }

  void chooseSides(Random& random) {
    const bool right = random.uniform() < 0.5;
    std::uint8_t only = 0;
    if (spec_.sides == LesionSides::Right || (spec_.sides == LesionSides::Either && right)) only = kRightLung;
    if (spec_.sides == LesionSides::Left || (spec_.sides == LesionSides::Either && !right)) only = kLeftLung;
    const bool there = std::any_of(lungs_.begin(), lungs_.end(), [&](const Lung& l) { return l.label == only; });
    // One side alone in the picture: "either" takes it. Lungs without sides count as either.
    if (only != 0 && !there && spec_.sides == LesionSides::Either) only = 0;
    if (only != 0) std::erase_if(lungs_, [&](const Lung& l) { return l.label != only && l.label != kLungUnsided; });
    for (const Lung& l : lungs_) cells_ += l.cells.size();
  }

  /// The extent is reckoned on every second cell along y and z.
  static bool isSampled(const Index3& at) { return at[1] % 2 == 0 && at[2] % 2 == 0; }

  [[nodiscard]] Index3 indexOf(std::uint32_t i) const {
    const auto nx = static_cast<std::uint32_t>(shape_.coarseSize[0]),
               ny = static_cast<std::uint32_t>(shape_.coarseSize[1]);
    return {static_cast<int>(i % nx), static_cast<int>(i / nx % ny), static_cast<int>(i / nx / ny)};
  }
  [[nodiscard]] std::size_t offsetOf(int x, int y, int z) const {
    return static_cast<std::size_t>(x) +
           static_cast<std::size_t>(shape_.coarseSize[0]) *
               (static_cast<std::size_t>(y) +
                static_cast<std::size_t>(shape_.coarseSize[1]) * static_cast<std::size_t>(z));
  }
  [[nodiscard]] Mm3 placeOf(const Mm3& cell) const {
    return {firstMm_[0] + cell[0] * cellMm_[0], firstMm_[1] + cell[1] * cellMm_[1], firstMm_[2] + cell[2] * cellMm_[2]};
  }

  [[nodiscard]] LesionKind kindOf(double share) const {
    double sum = 0;
    for (const double w : spec_.weight) sum += w;
    double left = share * sum;
    std::size_t last = 0;
    for (std::size_t k = 0; k < kInfiltrateKinds; ++k) {
      if (spec_.weight[k] <= 0) continue;
      last = k;
      left -= spec_.weight[k];
      if (left < 0) break;
    }
    return lesionKinds()[last].kind;
  }

  /// Where a cell lies between the lung's two ends along an axis, 0 .. 1.
  static double fraction(const Lung& lung, const Index3& at, std::size_t axis) {
    return (at[axis] - lung.low[axis] + 0.5) / (lung.high[axis] - lung.low[axis] + 1.0);
  }

  /// How willingly a lesion starts at a cell, 0 .. 1.
  [[nodiscard]] double liking(const Lung& lung, std::uint32_t cell, LesionKind kind) const {
    const Index3 at = indexOf(cell);
    const double toward = 1 - std::min(1.0, shape_.coarseDepthMm[cell] / std::max(12.0, 0.75 * lung.deepestMm));
    const bool subpleural = kind == LesionKind::Reticulation || kind == LesionKind::Honeycombing;
    const double pleural = subpleural ? std::max(0.85, spec_.pleural) : spec_.pleural;
    const double base = 1 - fraction(lung, at, 2), back = fraction(lung, at, 1);
    const double along = spec_.basal >= 0 ? base : 1 - base, across = spec_.dorsal >= 0 ? back : 1 - back;
    return mix(1, sq(sq(toward)), pleural) * mix(1, along * along * along, std::abs(spec_.basal)) *
           mix(1, across * across * across, std::abs(spec_.dorsal));
  }

  [[nodiscard]] std::pair<const Lung*, std::uint32_t> place(Random& random, LesionKind kind) const {
    std::pair<const Lung*, std::uint32_t> best{nullptr, 0};
    double most = -1;
    for (int attempt = 0; attempt < 300; ++attempt) {
      auto n = static_cast<std::size_t>(random.uniform() * static_cast<double>(cells_));
      const Lung* lung = &lungs_.front();
      for (const Lung& l : lungs_) {
        lung = &l;
        if (n < l.cells.size()) break;
        n -= l.cells.size();
      }
      const std::uint32_t cell = lung->cells[std::min(n, lung->cells.size() - 1)];
      const double liked = liking(*lung, cell, kind);
      if (liked > most) most = liked, best = {lung, cell};
      if (random.uniform() < liked) return {lung, cell};
    }
    return best;
  }

  /// Away from the pleura.
  [[nodiscard]] Mm3 inwards(std::uint32_t cell, Random& random) const {
    const Index3 at = indexOf(cell);
    Mm3 slope{random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)};
    for (std::size_t k = 0; k < 3; ++k) {
      Index3 a = at, b = at;
      a[k] = std::max(0, at[k] - 1);
      b[k] = std::min(shape_.coarseSize[k] - 1, at[k] + 1);
      if (a[k] == b[k]) continue;
      const double rise = static_cast<double>(shape_.coarseDepthMm[offsetOf(b[0], b[1], b[2])]) -
                          shape_.coarseDepthMm[offsetOf(a[0], a[1], a[2])];
      slope[k] += 4 * rise / (cellMm_[k] * (b[k] - a[k]));
    }
    return unit(slope);
  }

  std::optional<Lesion> draw(std::uint64_t number, LesionKind main) {
    Random random(seed_, kLesionStreams + number);
    const bool likeMain = random.uniform() < 0.5;
    const LesionKind other = kindOf(random.uniform());
    Lesion lesion;
    lesion.kind = likeMain ? main : other;
    const auto [lung, cell] = place(random, lesion.kind);
    lesion.side = lung->label;
    const Index3 at = indexOf(cell);
    lesion.centre = placeOf(
        {at[0] + random.uniform(-0.5, 0.5), at[1] + random.uniform(-0.5, 0.5), at[2] + random.uniform(-0.5, 0.5)});
    lesion.axes = Blob::along({}, {1, 1, 1}, inwards(cell, random)).axes;
    lesion.offset = {random.uniform(0, 32), random.uniform(0, 32), random.uniform(0, 32)};
    double size = random.uniform(spec_.sizeMmMin, spec_.sizeMmMax);
    lesion.depth0Mm = shape_.coarseDepthMm[cell];
    const bool wide = lesion.kind == LesionKind::Diffuse;
    lesion.hugs = lesion.depth0Mm < 22 && random.uniform() < 0.7 && !wide;
    const Mm3 shares{lesion.hugs ? random.uniform(0.25, 0.8) : random.uniform(wide ? 0.8 : 0.5, 1),
                     random.uniform(wide ? 0.8 : 0.65, 1), 1};
    dress(lesion, *lung, random);
    for (int attempt = 0; attempt < 5; ++attempt, size *= 0.72) {
      if (size < std::max(4.0, 0.5 * spec_.sizeMmMin)) break;
      shapeTo(lesion, size, shares);
      if (!take(lesion)) continue;
      if (lesion.kind == LesionKind::Consolidation || lesion.kind == LesionKind::Diffuse)
        if (size > 22 && random.uniform() < 0.75)
          lesion.bronchi = growBronchi(hilumOf(*lung), lesion, seed_, kBronchusStreams + number);
      return lesion;
    }
    return std::nullopt;
  }

  /// Where airways come from: the inner side of the lung, half way up.
  [[nodiscard]] Mm3 hilumOf(const Lung& lung) const {
    const double n = static_cast<double>(lung.cells.size());
    Mm3 middle{lung.sum[0] / n, lung.sum[1] / n, lung.sum[2] / n};
    if (lung.label == kRightLung) middle[0] = mix(middle[0], lung.high[0], 0.55);
    if (lung.label == kLeftLung) middle[0] = mix(middle[0], lung.low[0], 0.55);
    return placeOf(middle);
  }

  void shapeTo(Lesion& l, double sizeMm, const Mm3& shares) const {
    const double r = sizeMm / 2;
    l.radii = {r * shares[0], r * shares[1], r * shares[2]};
    const double thin = l.radii[0];
    l.warpMm = std::clamp(0.17 * r, 0.8, 9.0);
    l.warpCellMm = std::clamp(0.8 * r, 5.0, 34.0);
    l.frayMm = 0.17 * thin;
    l.frayCellMm = std::clamp(0.3 * r, 3.0, 13.0);
    l.fringeMm = std::min(0.1 * thin, 1.1);
    l.fringeCellMm = 2.8;
    l.softMm = std::min(l.softMm, 0.8 * thin);
  }

  void dress(Lesion& l, const Lung& lung, Random& random) const {
    const double shift = spec_.densityShiftHu;
    l.mottle = random.uniform(0.1, 0.3);
    switch (l.kind) {
      case LesionKind::GroundGlass:
        l.hu = random.uniform(-740, -430) + shift;
        l.softMm = random.uniform(4, 16);
        break;
      case LesionKind::Consolidation:
        l.hu = mix(-70, 50, std::sqrt(random.uniform())) + shift;
        l.softMm = random.uniform(6, 34);
        break;
      case LesionKind::Reticulation:
        l.hu = random.uniform(-800, -650) + shift;
        l.softMm = random.uniform(5, 14);
        l.cellMm = random.uniform(4, 8.5);
        l.lineMm = random.uniform(0.8, 1.6);
        l.lineHu = random.uniform(-450, -150) + shift;
        l.depthMm = random.uniform(12, 40);
        break;
      case LesionKind::Honeycombing:
        l.hu = random.uniform(-960, -900) + shift / 4;
        l.softMm = random.uniform(2, 5);
        l.cellMm = random.uniform(3.2, 8);
        l.lineMm = random.uniform(0.7, 1.5);
        l.lineHu = random.uniform(-500, -180) + shift;
        l.depthMm = random.uniform(8, 26);
        break;
      case LesionKind::CrazyPaving:
        l.hu = random.uniform(-690, -480) + shift;
        l.softMm = random.uniform(3, 12);
        l.cellMm = random.uniform(6, 12);
        l.lineMm = random.uniform(0.9, 1.6);
        l.lineHu = random.uniform(-350, -80) + shift;
        break;
      default:
        l.hu = random.uniform(0, 50) + shift;
        l.softMm = random.uniform(8, 24);
        dressDiffuse(l, lung);
    }
  }

  /// One patient lies one way: all diffuse lesions settle alike.
  void dressDiffuse(Lesion& l, const Lung& lung) const {
    const double front = placeOf({0, static_cast<double>(lung.low[1]), 0})[1];
    const double back = placeOf({0, static_cast<double>(lung.high[1]), 0})[1];
    l.gravityY0 = mix(front, back, gravityMiddle_ - gravityWidth_);
    l.gravityY1 = mix(front, back, gravityMiddle_ + gravityWidth_ / 2);
  }

  /// Marks the cells a lesion covers, unless that would go beyond the extent.
  bool take(const Lesion& lesion) {
    const Bounds b = lesion.bounds();
    Index3 low{}, high{};
    for (std::size_t k = 0; k < 3; ++k) {
      low[k] = std::max(0, static_cast<int>(std::ceil((b.low[k] - firstMm_[k]) / cellMm_[k])));
      high[k] =
          std::min(shape_.coarseSize[k] - 1, static_cast<int>(std::floor((b.high[k] - firstMm_[k]) / cellMm_[k])));
    }
    found_.clear();
    if (low[0] > high[0]) return true;
    const auto n = static_cast<std::size_t>(high[0] - low[0] + 1);
    std::vector<float> cover(n), depth(n), scratch(4 * n);
    for (int z = low[2] + low[2] % 2; z <= high[2]; z += 2)
      for (int y = low[1] + low[1] % 2; y <= high[1]; y += 2) {
        int first = low[0], last = high[0];
        const std::size_t row = offsetOf(0, y, z);
        const auto lung = [&](int x) { return shape_.coarseLabel[row + static_cast<std::size_t>(x)] == lesion.side; };
        while (first <= last && !lung(first)) ++first;
        while (last >= first && !lung(last)) --last;
        if (first > last) continue;
        const PointRow points{firstMm_[0], cellMm_[0], firstMm_[1] + y * cellMm_[1], firstMm_[2] + z * cellMm_[2],
                              first,       last};
        for (int x = first; x <= last; ++x)
          depth[static_cast<std::size_t>(x - first)] = shape_.coarseDepthMm[row + static_cast<std::size_t>(x)];
        coverRow(noise_, lesion, points, depth.data(), cover.data(), scratch.data());
        for (int x = first; x <= last; ++x) {
          const std::size_t i = row + static_cast<std::size_t>(x);
          if (cover[static_cast<std::size_t>(x - first)] >= kLeastCover && lung(x) && !taken_[i]) found_.push_back(i);
        }
      }
    if (static_cast<double>(used_ + found_.size()) > budget_) return false;
    used_ += found_.size();
    for (const std::size_t i : found_) taken_[i] = true;
    return true;
  }

  const LungShape& shape_;
  const PathologySpec& spec_;
  const NoiseField& noise_;
  std::uint64_t seed_;
  Mm3 cellMm_{}, firstMm_{};
  std::vector<Lung> lungs_;
  std::size_t all_ = 0, cells_ = 0, used_ = 0;
  double budget_ = 0, gravityMiddle_ = 0.6, gravityWidth_ = 0.4;
  std::vector<bool> taken_;
  std::vector<std::size_t> found_;
};

}  // namespace

std::vector<Lesion> planLesions(const LungShape& shape, const PathologySpec& spec, const NoiseField& noise,
                                std::uint64_t seed) {
  return Planner(shape, spec, noise, seed).plan();
}

}  // namespace pulmo
