// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/lung_regions.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/classical/voxel_state.h"
#include "pipeline/core/distance_map.h"
#include "pipeline/core/voxel_runs.h"

namespace pulmo {
namespace {

constexpr double kCoreMm = 3.0;  // first erosion: bridges up to 6 mm wide break
constexpr std::array kSplitMm{3.0, 4.2, 5.4, 6.6, 8.0, 10.0, 12.0, 15.0};  // further ones, for lungs that touch widely
constexpr double kLimitMm = 18.0;
constexpr double kMinLungMl = 60.0;     // together; a newborn's lungs hold about 80 ml
constexpr double kMinFlatMm2 = 1500.0;  // the same for one single slice
constexpr double kMinPieceMl = 2.0;
constexpr double kMinPieceMm2 = 150.0;
constexpr double kGasHu = -955.0;  // darker cores are gas, if the trachea does not tell
constexpr double kOverTracheaHu = 30.0;
constexpr double kNearMm = 12.0;       // a further piece of lung lies this near to the lungs
constexpr double kSecondShare = 0.12;  // of the larger lung: below, the other side counts as missing
constexpr double kApart = 0.2;         // of the body's width: centres of two lungs

struct Core {
  std::size_t voxels = 0;
  double sumX = 0, sumHu = 0, deepest = 0;
  std::size_t near = 0;     ///< voxels near the chosen lungs
  std::size_t onRight = 0;  ///< voxels at the right of the midline
  std::uint8_t label = kBackground;
  [[nodiscard]] double x() const { return sumX / static_cast<double>(std::max<std::size_t>(1, voxels)); }
  [[nodiscard]] double hu() const { return sumHu / static_cast<double>(std::max<std::size_t>(1, voxels)); }
};

class Finder {
 public:
  Finder(const CoarseScan& scan, const BodyMask& body, const std::optional<Airway>& airway,
         const std::vector<std::uint8_t>& air, const StopToken& stop)
      : scan_(scan),
        air_(air),
        stop_(stop),
        midX_((body.midlineX + 0.5) / scan.factor[0] - 0.5),
        widthX_(body.widthMm / scan.spacingMm[0]) {
    gasHu_ = airway ? std::clamp(airway->meanHu + kOverTracheaHu, -975.0, -935.0) : kGasHu;
  }

  LungRegions find() {
    std::vector<std::uint8_t> tissue(air_.size());
    for (std::size_t i = 0; i < tissue.size(); ++i) tissue[i] = air_[i] == 0 && scan_.padding[i] == 0 ? 1 : 0;
    depth2_ = squaredDistances(tissue.data(), scan_.size, scan_.spacingMm, kLimitMm, 0, stop_);
    const VoxelRuns cores = coresDeeperThan(kCoreMm);
    if (stop_.stop_requested()) return {};
    std::vector<Core> facts = factsOf(cores, nullptr);
    chooseLungs(cores, facts);
    if (stop_.stop_requested()) return {};
    plantMarkers(cores, facts);
    flood();
    return std::move(result_);
  }

 private:
  [[nodiscard]] VoxelRuns coresDeeperThan(double mm) const {
    const auto least = static_cast<float>(mm * mm);
    return makeVoxelRuns(scan_.size, true, stop_, [&](std::size_t i) { return air_[i] != 0 && depth2_[i] > least; });
  }

  /// @param within  if given, only voxels where it is 1 count
  [[nodiscard]] std::vector<Core> factsOf(const VoxelRuns& cores, const std::vector<std::uint8_t>* within) const {
    std::vector<Core> facts(cores.components);
    forEachRun(cores, [&](const VoxelRun& run, int y, int z) {
      Core& core = facts[run.component];
      for (int x = run.begin; x < run.end; ++x) {
        const std::size_t i = scan_.offset(x, y, z);
        if (within != nullptr && (*within)[i] == 0) continue;
        ++core.voxels;
        core.sumX += x;
        core.sumHu += scan_.hu[i];
        core.onRight += x < midX_ ? 1 : 0;
        core.deepest = std::max(core.deepest, static_cast<double>(depth2_[i]));
      }
    });
    return facts;
  }

  [[nodiscard]] double sizeOf(const Core& core) const {  // ml, or mm2 of a single slice
    const double voxels = static_cast<double>(core.voxels);
    return scan_.flat() ? voxels * scan_.spacingMm[0] * scan_.spacingMm[1] : voxels * scan_.voxelMl();
  }

  [[noreturn]] static void throwNone() {
    throw Error(
        ErrorKind::InvalidInput,
        "No lungs were found in this scan: there is no large region of lung density within the body. Check that "
        "it is a CT of the chest, and that its values are Hounsfield units.");
  }

  void chooseLungs(const VoxelRuns& cores, std::vector<Core>& facts) {
    const double minPiece = scan_.flat() ? kMinPieceMm2 : kMinPieceMl;
    std::vector<std::size_t> lungLike;
    double total = 0;
    for (std::size_t i = 0; i < facts.size(); ++i) {
      facts[i].label = kVoxelOther;
      if (sizeOf(facts[i]) < minPiece || facts[i].hu() < gasHu_) continue;
      lungLike.push_back(i);
      total += sizeOf(facts[i]);
    }
    if (lungLike.empty() || total < (scan_.flat() ? kMinFlatMm2 : kMinLungMl)) throwNone();
    std::sort(lungLike.begin(), lungLike.end(),
              [&](std::size_t a, std::size_t b) { return facts[a].voxels > facts[b].voxels; });
    Core& first = facts[lungLike[0]];
    const Core* second = lungLike.size() > 1 ? &facts[lungLike[1]] : nullptr;
    const bool pair = second != nullptr && apart(first, *second) && comparable(first, *second);
    const double right = static_cast<double>(first.onRight) / static_cast<double>(first.voxels);
    // Also where the second largest piece is a lung: the largest may hold the other one and a part of this.
    if (right > kSecondShare && right < 1 - kSecondShare) {
      separate(cores, static_cast<std::uint32_t>(lungLike[0]), pair);
    }
    if (pair) midX_ = between(first.x(), second->x());
    std::array<double, 2> sizes{0, 0};
    for (const std::size_t i : lungLike) {
      if (i == lungLike[0] && result_.touching) {
        facts[i].label = kVoxelAir;  // its markers are planted already
        continue;
      }
      if (i != lungLike[0] && !(pair && i == lungLike[1])) continue;
      facts[i].label = facts[i].x() < midX_ ? kRightLung : kLeftLung;
      sizes[facts[i].label == kRightLung ? 0 : 1] += sizeOf(facts[i]);
    }
    addPieces(cores, facts, lungLike, sizes);
    result_.single =
        !result_.touching && std::min(sizes[0], sizes[1]) < kSecondShare * 0.25 * std::max(sizes[0], sizes[1]);
  }

  [[nodiscard]] bool apart(const Core& a, const Core& b) const { return std::abs(a.x() - b.x()) > kApart * widthX_; }
  static bool comparable(const Core& a, const Core& b) {
    const auto [small, large] = std::minmax(a.voxels, b.voxels);
    return static_cast<double>(small) >= kSecondShare * static_cast<double>(large);
  }
  /// The body's midline if it lies between the two, else their middle: shifted mediastinum, body off the centre.
  [[nodiscard]] double between(double a, double b) const {
    return midX_ > std::min(a, b) && midX_ < std::max(a, b) ? midX_ : 0.5 * (a + b);
  }

  /// Erodes the piece until it falls into two lungs, and plants markers in them.
  void separate(const VoxelRuns& cores, std::uint32_t piece, bool pairKnown) {
    std::vector<std::uint8_t> within(scan_.count(), 0);
    forEachRun(cores, [&](const VoxelRun& run, int y, int z) {
      if (run.component != piece) return;
      std::fill_n(within.begin() + static_cast<std::ptrdiff_t>(scan_.offset(run.begin, y, z)), run.end - run.begin,
                  std::uint8_t{1});
    });
    for (const double mm : kSplitMm) {
      if (mm <= kCoreMm || stop_.stop_requested()) continue;
      const VoxelRuns deeper = coresDeeperThan(mm);
      const auto facts = factsOf(deeper, &within);
      std::size_t a = 0;
      for (std::size_t i = 1; i < facts.size(); ++i) {
        if (facts[i].voxels > facts[a].voxels) a = i;
      }
      std::ptrdiff_t b = -1;
      for (std::size_t i = 0; i < facts.size(); ++i) {
        if (i == a || !apart(facts[i], facts[a]) || !comparable(facts[i], facts[a])) continue;
        if (b < 0 || facts[i].voxels > facts[static_cast<std::size_t>(b)].voxels) b = static_cast<std::ptrdiff_t>(i);
      }
      if (b < 0) continue;
      const Core& other = facts[static_cast<std::size_t>(b)];
      const double middle = between(facts[a].x(), other.x());
      std::vector<std::uint8_t> labels(facts.size(), kBackground);
      for (std::size_t i = 0; i < facts.size(); ++i) {
        // Small cores near the middle (junction, hilum) are left for the flood.
        const bool clear = std::abs(facts[i].x() - middle) > 0.1 * widthX_;
        const bool chosen =
            i == a || static_cast<std::ptrdiff_t>(i) == b || (clear && 20 * facts[i].voxels > other.voxels);
        if (facts[i].voxels > 0 && chosen) labels[i] = facts[i].x() < middle ? kRightLung : kLeftLung;
      }
      prepareLabels();
      forEachRun(deeper, [&](const VoxelRun& run, int y, int z) {
        for (int x = run.begin; x < run.end && labels[run.component] != kBackground; ++x) {
          const std::size_t i = scan_.offset(x, y, z);
          if (within[i] != 0) result_.labels[i] = labels[run.component];
        }
      });
      midX_ = middle;
      result_.touching = true;
      return;
    }
    if (pairKnown) return;
    const bool bothHalves = halvesAreLungs(within);
    if (!bothHalves) return;  // one lung that reaches over the midline
    prepareLabels();
    for (std::size_t i = 0; i < within.size(); ++i) {
      if (within[i] == 0) continue;
      const auto x = static_cast<double>(i % static_cast<std::size_t>(scan_.size[0]));
      result_.labels[i] = x < midX_ ? kRightLung : kLeftLung;
    }
    result_.touching = result_.cutAtMidline = true;
  }

  /// Whether the piece fills both sides of the midline alike, as two lungs do, and one that hangs over does not.
  [[nodiscard]] bool halvesAreLungs(const std::vector<std::uint8_t>& within) const {
    double right = 0;
    double all = 0;
    for (std::size_t i = 0; i < within.size(); ++i) {
      if (within[i] == 0) continue;
      all += 1;
      right += static_cast<double>(i % static_cast<std::size_t>(scan_.size[0])) < midX_ ? 1 : 0;
    }
    return std::min(right, all - right) > 0.3 * all;
  }

  void prepareLabels() {
    if (result_.labels.empty()) result_.labels.assign(scan_.count(), kBackground);
  }

  /// Further pieces near the lungs (a lobe behind a fissure, lung between scars) are lung.
  void addPieces(const VoxelRuns& cores, std::vector<Core>& facts, const std::vector<std::size_t>& lungLike,
                 std::array<double, 2>& sizes) {
    std::vector<std::uint8_t> chosen(scan_.count(), 0);
    forEachRun(cores, [&](const VoxelRun& run, int y, int z) {
      if (facts[run.component].label == kVoxelOther) return;
      std::fill_n(chosen.begin() + static_cast<std::ptrdiff_t>(scan_.offset(run.begin, y, z)), run.end - run.begin,
                  std::uint8_t{1});
    });
    const double reach = kNearMm + 2 * kCoreMm;
    const auto away2 = squaredDistances(chosen.data(), scan_.size, scan_.spacingMm, reach, 0, stop_);
    forEachRun(cores, [&](const VoxelRun& run, int y, int z) {
      for (int x = run.begin; x < run.end; ++x) {
        facts[run.component].near += away2[scan_.offset(x, y, z)] <= static_cast<float>(reach * reach) ? 1 : 0;
      }
    });
    const double lungs = sizes[0] + sizes[1] + (result_.touching ? sizeOf(facts[lungLike[0]]) : 0.0);
    for (const std::size_t i : lungLike) {
      Core& core = facts[i];
      if (core.label != kVoxelOther) continue;
      const double nearShare = static_cast<double>(core.near) / static_cast<double>(core.voxels);
      const bool large = sizeOf(core) > 0.04 * lungs;
      if (!(nearShare > 0.35 || (large && (nearShare > 0.02 || scan_.flat() || sizeOf(core) > 0.1 * lungs)))) continue;
      core.label = core.x() < midX_ ? kRightLung : kLeftLung;
      sizes[core.label == kRightLung ? 0 : 1] += sizeOf(core);
    }
  }

  void plantMarkers(const VoxelRuns& cores, const std::vector<Core>& facts) {
    prepareLabels();
    forEachRun(cores, [&](const VoxelRun& run, int y, int z) {
      const std::uint8_t label = facts[run.component].label;
      if (label == kVoxelAir) return;
      std::fill_n(result_.labels.begin() + static_cast<std::ptrdiff_t>(scan_.offset(run.begin, y, z)),
                  run.end - run.begin, label);
    });
  }

  /// Labels grow over the air, the deepest voxel first.
  void flood() {
    constexpr std::size_t kLevels = 128;
    std::vector<std::vector<std::uint32_t>> queue(kLevels);
    const auto levelOf = [&](std::size_t i) {
      const double depth = std::min(std::sqrt(static_cast<double>(depth2_[i])), kLimitMm);
      return static_cast<std::size_t>(depth / kLimitMm * (kLevels - 1));
    };
    const auto nx = static_cast<std::size_t>(scan_.size[0]);
    const auto plane = nx * static_cast<std::size_t>(scan_.size[1]);
    std::size_t level = kLevels - 1;
    const auto take = [&](std::size_t i, std::uint8_t label) {
      if (air_[i] == 0 || result_.labels[i] != kBackground) return;
      result_.labels[i] = label;
      queue[std::min(level, levelOf(i))].push_back(static_cast<std::uint32_t>(i));
    };
    const auto spread = [&](std::size_t i) {
      const std::uint8_t label = result_.labels[i];
      const std::size_t x = i % nx;
      const std::size_t y = i % plane / nx;
      if (x > 0) take(i - 1, label);
      if (x + 1 < nx) take(i + 1, label);
      if (y > 0) take(i - nx, label);
      if (i % plane + nx < plane) take(i + nx, label);
      if (i >= plane) take(i - plane, label);
      if (i + plane < air_.size()) take(i + plane, label);
    };
    std::vector<std::uint32_t> seeds;
    for (std::size_t i = 0; i < air_.size(); ++i) {
      if (result_.labels[i] != kBackground) seeds.push_back(static_cast<std::uint32_t>(i));
    }
    for (const std::uint32_t i : seeds) spread(i);
    for (level = kLevels; level-- > 0;) {
      for (std::size_t next = 0; next < queue[level].size(); ++next) spread(queue[level][next]);
      queue[level].clear();
      if (stop_.stop_requested()) return;
    }
  }

  const CoarseScan& scan_;
  const std::vector<std::uint8_t>& air_;
  const StopToken& stop_;
  double midX_;  ///< in blocks
  double widthX_;
  double gasHu_ = kGasHu;
  std::vector<float> depth2_;
  LungRegions result_;
};

}  // namespace

LungRegions findLungRegions(const CoarseScan& scan, const BodyMask& body, const std::optional<Airway>& airway,
                            const std::vector<std::uint8_t>& air, const StopToken& stop) {
  return Finder(scan, body, airway, air, stop).find();
}

}  // namespace pulmo
