// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/densitometry.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "pipeline/core/label_set.h"
#include "pipeline/metrics/volumetry.h"

namespace pulmo {

namespace {

constexpr std::size_t kBins = 65536;
constexpr std::size_t kThirds = 3, kHalves = 2;

/// While counting: an entry for each HU.
class Counter {
 public:
  Counter() : count_(kBins, 0) {}
  void add(std::int16_t hu) { ++count_[static_cast<std::size_t>(hu - HuHistogram::kLeastHu)]; }
  void add(const Counter& other) {
    for (std::size_t i = 0; i < kBins; ++i) count_[i] += other.count_[i];
  }
  [[nodiscard]] HuHistogram histogram() const { return {HuHistogram::kLeastHu, count_}; }

 private:
  std::vector<std::uint64_t> count_;
};

Densitometry figuresOf(const HuHistogram& histogram, const Grid& grid) {
  constexpr int kLeastHu = HuHistogram::kLeastHu, kEnd = HuHistogram::kEndHu;
  Densitometry d;
  d.voxels = histogram.voxels();
  d.meanHu = histogram.moment(0, 1);
  const double variance = histogram.moment(d.meanHu, 2);
  d.sdHu = std::sqrt(variance);
  if (variance > 0) {
    d.skewness = histogram.moment(d.meanHu, 3) / (variance * d.sdHu);
    d.kurtosis = histogram.moment(d.meanHu, 4) / (variance * variance) - 3;
  }
  d.percentile10Hu = histogram.percentile(10);
  d.percentile15Hu = histogram.percentile(15);
  const auto percent = [&](int low, int high) {
    return 100 * static_cast<double>(histogram.between(low, high)) / static_cast<double>(d.voxels);
  };
  for (std::size_t i = 0; i < Densitometry::kLowHu.size(); ++i)
    d.lowPercent[i] = percent(kLeastHu, Densitometry::kLowHu[i]);
  for (std::size_t i = 0; i < Densitometry::kHighHu.size(); ++i)
    d.highPercent[i] = percent(Densitometry::kHighHu[i] + 1, kEnd);
  d.highBandPercent = percent(-599, -250);
  d.ml = volumeMl(grid, d.voxels);
  if (d.ml) {
    double tissue = 0;  // sum of (HU + 1000) over the voxels above -1000
    for (int hu = std::max(-999, histogram.firstHu()); hu < histogram.endHu(); ++hu)
      tissue += static_cast<double>(histogram.at(hu)) * (hu + 1000);
    d.massG = tissue / 1000 * grid.voxelMl();
  }
  return d;
}

/// Where a lung lies along y and z.
struct Extent {
  int lowY = std::numeric_limits<int>::max(), highY = -1, lowZ = std::numeric_limits<int>::max(), highZ = -1;
  [[nodiscard]] std::size_t third(int z) const {  // 0 = lower
    return static_cast<std::size_t>((z - lowZ) * static_cast<int>(kThirds) / (highZ - lowZ + 1));
  }
  [[nodiscard]] std::size_t half(int y) const {  // 0 = ventral
    return static_cast<std::size_t>((y - lowY) * static_cast<int>(kHalves) / (highY - lowY + 1));
  }
};

using Counts = std::array<std::array<Counter, kHalves>, kThirds>;

void report(LungPart part, const Counts& counts, const Grid& grid, const AerationLimits& limits,
            std::vector<MeasuredRegion>& regions) {
  std::array<Counter, 6> zones;  // in the order of LungZone
  for (std::size_t third = 0; third < kThirds; ++third)
    for (std::size_t half = 0; half < kHalves; ++half) {
      zones[0].add(counts[third][half]);
      zones[3 - third].add(counts[third][half]);
      zones[4 + half].add(counts[third][half]);
    }
  for (std::size_t zone = 0; zone < zones.size(); ++zone) {
    HuHistogram histogram = zones[zone].histogram();
    if (histogram.voxels() == 0) continue;
    const Densitometry figures = figuresOf(histogram, grid);
    regions.push_back({part, static_cast<LungZone>(zone), figures, std::move(histogram)});
    setAerationLimits(regions.back(), limits);
  }
}

}  // namespace

void setAerationLimits(MeasuredRegion& region, const AerationLimits& limits) {
  Densitometry& d = region.density;
  const auto percent = aerationPercent(region.histogram, limits);
  d.aerationLimits = limits;
  d.hyperinflatedPercent = percent[0];
  d.inflatedPercent = percent[1];
  d.infiltratedPercent = percent[2];
  d.collapsedPercent = percent[3];
  d.densePercent = percent[4];
}

std::vector<MeasuredRegion> measureDensity(const CtVolume& ct, const LabelVolume& mask) {
  return measureDensity(ct, mask, {}, {}).value();
}

std::optional<std::vector<MeasuredRegion>> measureDensity(const CtVolume& ct, const LabelVolume& mask,
                                                          const AerationLimits& limits, const StopToken& stop) {
  requireValid(limits);
  requireSameGrid(ct.grid(), "scan", mask.grid(), "mask");
  const Index3 n = mask.grid().size;
  bool sided = true;
  for (const std::uint8_t v : mask.voxels()) sided = sided && v < kLungUnsided;
  const auto sideOf = [sided](std::uint8_t label) { return sided && label == kLeftLung ? 1U : 0U; };

  std::array<Extent, 2> extents;
  for (int z = 0; z < n[2]; ++z) {
    if (stop.stop_requested()) return std::nullopt;
    for (int y = 0; y < n[1]; ++y) {
      const std::uint8_t* row = mask.slice(z) + static_cast<std::size_t>(y) * static_cast<std::size_t>(n[0]);
      for (int x = 0; x < n[0]; ++x) {
        if (row[x] == 0) continue;
        Extent& e = extents[sideOf(row[x])];
        e = {std::min(e.lowY, y), std::max(e.highY, y), std::min(e.lowZ, z), std::max(e.highZ, z)};
      }
    }
  }
  std::array<Counts, 2> counts;
  for (int z = 0; z < n[2]; ++z) {
    if (stop.stop_requested()) return std::nullopt;
    for (int y = 0; y < n[1]; ++y) {
      const std::size_t start = static_cast<std::size_t>(y) * static_cast<std::size_t>(n[0]);
      const std::uint8_t* row = mask.slice(z) + start;
      const std::int16_t* hu = ct.slice(z) + start;
      for (int x = 0; x < n[0]; ++x) {
        if (row[x] == 0) continue;
        const std::size_t side = sideOf(row[x]);
        counts[side][extents[side].third(z)][extents[side].half(y)].add(hu[x]);
      }
    }
  }

  std::vector<MeasuredRegion> regions;
  if (sided) {
    report(LungPart::Right, counts[0], mask.grid(), limits, regions);
    report(LungPart::Left, counts[1], mask.grid(), limits, regions);
    for (std::size_t third = 0; third < kThirds; ++third)
      for (std::size_t half = 0; half < kHalves; ++half) counts[0][third][half].add(counts[1][third][half]);
  }
  report(LungPart::Both, counts[0], mask.grid(), limits, regions);
  return regions;
}

}  // namespace pulmo
