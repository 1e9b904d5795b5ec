// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alarms/dense_region.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/alarms/mask_parts.h"
#include "pipeline/core/distance_map.h"
#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/voxel_box.h"
#include "pipeline/core/voxel_runs.h"

namespace pulmo {
namespace {

constexpr std::int16_t kDenseHu = -300;  // most of a block of consolidation, with air bronchograms in it
constexpr double kReachZMm = 45, kReachMm = 60;
constexpr double kHalfThickMm = 6;
constexpr double kHilumShare = 0.4;  // of the way from the midline to the lung's outermost place
constexpr double kLeastMl = 5, kStandsOutMm = 15;

/// The side of each block; a block is lung where half of its voxels are.
std::vector<std::uint8_t> sidesOf(const CoarseScan& scan, const LabelVolume& mask, double midlineX,
                                  const StopToken& stop) {
  std::vector<std::uint8_t> sides(scan.count(), kBackground);
  const auto nx = static_cast<std::size_t>(scan.size[0]), ny = static_cast<std::size_t>(scan.size[1]);
  parallelFor(static_cast<std::size_t>(scan.size[2]), 0, stop, [&](std::size_t cz) {
    std::vector<std::array<std::uint16_t, 4>> votes(nx * ny, {0, 0, 0, 0});
    const int first = static_cast<int>(cz) * scan.factor[2];
    for (int z = first; z < std::min(scan.fineSize[2], first + scan.factor[2]); ++z)
      for (int y = 0; y < scan.fineSize[1]; ++y) {
        const std::uint8_t* row = mask.voxels().data() + mask.offset({0, y, z});
        auto* line = votes.data() + nx * static_cast<std::size_t>(y / scan.factor[1]);
        for (int x = 0, k = 0; x < scan.fineSize[0]; ++x) {
          ++(*line)[std::min(row[x], kLungUnsided)];
          if (++k < scan.factor[0]) continue;
          k = 0;
          ++line;
        }
      }
    for (std::size_t i = 0; i < votes.size(); ++i) {
      const int lung = votes[i][1] + votes[i][2] + votes[i][3];
      if (lung == 0 || lung < votes[i][0]) continue;
      std::uint8_t& side = sides[i + nx * ny * cz];
      side = votes[i][1] >= votes[i][2] ? kRightLung : kLeftLung;
      if (2 * votes[i][3] > lung)
        side = static_cast<double>(i % nx) * scan.factor[0] < midlineX ? kRightLung : kLeftLung;
    }
  });
  return sides;
}

/// A side's lung and the blocks around it, cut out with an empty block on each side.
struct Cutout {
  Index3 low{0, 0, 0};  ///< in blocks; the empty margin may lie outside the scan
  Index3 size{0, 0, 0};
  std::vector<std::uint8_t> lung, dense;

  [[nodiscard]] std::size_t at(int x, int y, int z) const {
    return static_cast<std::size_t>(x) +
           static_cast<std::size_t>(size[0]) *
               (static_cast<std::size_t>(y) + static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(z));
  }
};

Cutout cutOut(const CoarseScan& scan, const std::vector<std::uint8_t>& sides, std::uint8_t side) {
  VoxelBox box;
  for (int z = 0; z < scan.size[2]; ++z)
    for (int y = 0; y < scan.size[1]; ++y)
      for (int x = 0; x < scan.size[0]; ++x)
        if (sides[scan.offset(x, y, z)] == side) box.include({{x, y, z}, {x, y, z}});
  Cutout cut;
  if (box.empty()) return cut;
  for (std::size_t k = 0; k < 3; ++k) {
    cut.low[k] = box.low[k] - 1;
    cut.size[k] = box.size()[k] + 2;
  }
  cut.lung.assign(static_cast<std::size_t>(cut.size[0]) * static_cast<std::size_t>(cut.size[1]) *
                      static_cast<std::size_t>(cut.size[2]),
                  0);
  cut.dense = cut.lung;
  for (int z = 1; z + 1 < cut.size[2]; ++z)
    for (int y = 1; y + 1 < cut.size[1]; ++y)
      for (int x = 1; x + 1 < cut.size[0]; ++x) {
        const std::size_t from = scan.offset(x + cut.low[0], y + cut.low[1], z + cut.low[2]), to = cut.at(x, y, z);
        cut.lung[to] = sides[from] == side ? 1 : 0;
        cut.dense[to] = sides[from] == kBackground && scan.hu[from] > kDenseHu ? 1 : 0;
      }
  return cut;
}

/// Adds `bit` to blocks with lung on both sides along an axis, each within `reach` blocks.
void markBetween(const Cutout& cut, std::size_t axis, int reach, std::uint8_t bit, std::vector<std::uint8_t>& marks) {
  const std::array<std::size_t, 3> step{1, cut.at(0, 1, 0), cut.at(0, 0, 1)};
  const std::size_t u = (axis + 1) % 3, v = (axis + 2) % 3;
  const int count = cut.size[axis];
  std::vector<int> before(static_cast<std::size_t>(count));
  for (int i = 0; i < cut.size[u]; ++i)
    for (int j = 0; j < cut.size[v]; ++j) {
      const std::size_t start = static_cast<std::size_t>(i) * step[u] + static_cast<std::size_t>(j) * step[v];
      const auto at = [&](int k) { return start + static_cast<std::size_t>(k) * step[axis]; };
      int last = -reach - 1;
      for (int k = 0; k < count; ++k) {
        if (cut.lung[at(k)] != 0) last = k;
        before[static_cast<std::size_t>(k)] = k - last;
      }
      last = count + reach;
      for (int k = count; k-- > 0;) {
        if (cut.lung[at(k)] != 0) last = k;
        if (last - k <= reach && before[static_cast<std::size_t>(k)] <= reach)
          marks[at(k)] = static_cast<std::uint8_t>(marks[at(k)] | bit);
      }
    }
}

/// Dense blocks in a lung's place: 1.
std::vector<std::uint8_t> candidatesOf(const Cutout& cut, const Point3& mm) {
  std::vector<std::uint8_t> marks(cut.lung.size(), 0);
  constexpr std::uint8_t kAlongX = 1, kAlongY = 2, kAlongZ = 4;
  markBetween(cut, 0, static_cast<int>(kReachMm / mm[0]), kAlongX, marks);
  markBetween(cut, 1, static_cast<int>(kReachMm / mm[1]), kAlongY, marks);
  markBetween(cut, 2, static_cast<int>(kReachZMm / mm[2]), kAlongZ, marks);
  for (std::size_t i = 0; i < marks.size(); ++i)
    marks[i] = cut.dense[i] != 0 && (marks[i] & kAlongZ) != 0 && (marks[i] & (kAlongX | kAlongY)) != 0 ? 1 : 0;
  return marks;
}

/// What a ball of kHalfThickMm that lies within reaches.
std::vector<std::uint8_t> thickOnly(const std::vector<std::uint8_t>& marks, const Cutout& cut, const Point3& mm,
                                    const StopToken& stop) {
  constexpr double kRadius2 = kHalfThickMm * kHalfThickMm;
  std::vector<std::uint8_t> work(marks.size());
  for (std::size_t i = 0; i < work.size(); ++i) work[i] = marks[i] == 0 ? 1 : 0;
  const auto toRest = squaredDistances(work.data(), cut.size, mm, kHalfThickMm + 1, 0, stop);
  for (std::size_t i = 0; i < work.size(); ++i) work[i] = static_cast<double>(toRest[i]) > kRadius2 ? 1 : 0;
  const auto toCore = squaredDistances(work.data(), cut.size, mm, kHalfThickMm + 1, 0, stop);
  for (std::size_t i = 0; i < work.size(); ++i)
    work[i] = marks[i] != 0 && static_cast<double>(toCore[i]) <= kRadius2 ? 1 : 0;
  return work;
}

struct Judged {
  double beyondHilumMl = 0, standsOutMm = 0, huSum = 0;
};

void addRegions(const CoarseScan& scan, const Cutout& cut, std::uint8_t side, double midline, const StopToken& stop,
                std::vector<DenseRegion>& regions) {
  const Point3& mm = scan.spacingMm;
  const auto marks = candidatesOf(cut, mm);
  const auto thick = thickOnly(marks, cut, mm, stop);
  const VoxelRuns runs = makeVoxelRuns(cut.size, true, stop, [&](std::size_t i) { return thick[i] != 0; });
  if (stop.stop_requested() || runs.components == 0) return;
  std::vector<std::uint8_t> noLung(marks.size());
  for (std::size_t i = 0; i < noLung.size(); ++i) noLung[i] = marks[i] == 0 && cut.lung[i] == 0 ? 1 : 0;
  const auto toNoLung = squaredDistances(noLung.data(), cut.size, mm, kStandsOutMm + 10, 0, stop);
  if (stop.stop_requested()) return;
  // From the midline to the lung's outermost block; the margin is one block.
  const int outermost = side == kRightLung ? cut.low[0] + 1 : cut.low[0] + cut.size[0] - 2;
  const double width = std::abs(outermost - midline);
  std::vector<Judged> judged(runs.components);
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    Judged& j = judged[run.component];
    for (int x = run.begin; x < run.end; ++x) {
      const std::size_t i = cut.at(x, y, z);
      const double away = side == kRightLung ? midline - (x + cut.low[0]) : x + cut.low[0] - midline;
      if (away > kHilumShare * width) j.beyondHilumMl += scan.voxelMl();
      j.standsOutMm = std::max(j.standsOutMm, std::sqrt(static_cast<double>(toNoLung[i])));
      j.huSum += scan.hu[scan.offset(x + cut.low[0], y + cut.low[1], z + cut.low[2])];
    }
  });
  const auto parts = partsOf(runs, mm);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (judged[i].beyondHilumMl < kLeastMl || judged[i].standsOutMm < kStandsOutMm) continue;
    DenseRegion region;
    region.label = side;
    region.ml = static_cast<double>(parts[i].voxels) * scan.voxelMl();
    region.thickMm = judged[i].standsOutMm;
    region.meanHu = judged[i].huSum / static_cast<double>(parts[i].voxels);
    for (std::size_t k = 0; k < 3; ++k)
      region.voxel[k] =
          std::min(scan.fineSize[k] - 1, (parts[i].place[k] + cut.low[k]) * scan.factor[k] + scan.factor[k] / 2);
    regions.push_back(region);
  }
}

}  // namespace

std::vector<DenseRegion> findDenseRegions(const CoarseScan& scan, const LabelVolume& mask, double midlineX,
                                          const StopToken& stop) {
  const auto sides = sidesOf(scan, mask, midlineX, stop);
  std::vector<DenseRegion> regions;
  for (const std::uint8_t side : {kRightLung, kLeftLung}) {
    if (stop.stop_requested()) break;
    const Cutout cut = cutOut(scan, sides, side);
    if (!cut.lung.empty()) addRegions(scan, cut, side, midlineX / scan.factor[0], stop, regions);
  }
  std::stable_sort(regions.begin(), regions.end(),
                   [](const DenseRegion& a, const DenseRegion& b) { return a.ml > b.ml; });
  return regions;
}

}  // namespace pulmo
