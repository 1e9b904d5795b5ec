// SPDX-License-Identifier: Apache-2.0
// Trachea and main bronchi.
//
// 1. In every slice the dark components are taken that could be a trachea by area, roundness, darkness and distance
//    from the body's midline; the longest chain of them over neighbouring slices is the trachea. (Shape in successive
//    slices as in Kitasaka et al. 2002, and Tschirren et al. 2005, doi:10.1109/TMI.2005.857654.)
// 2. From its voxels a region grows below a threshold that rises step by step, and the last threshold before the
//    region explodes into the lung is kept: Mori et al. 2000, doi:10.1109/42.845177, "explosion-controlled region
//    growing". Deviation: the region is bound to a ball around the carina, since only the main bronchi are wanted; an
//    explosion is a volume, in ml, above that of the recognised trachea.
// 3. A rim in the plane takes the partial volume of the wall.
#include "pipeline/classical/airway_tree.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pipeline/classical/voxel_state.h"
#include "pipeline/core/voxel_runs.h"

namespace pulmo {
namespace {

constexpr std::int16_t kLumenHu = -780;  // partial volume included; lung is taken for lumen only if small and round
constexpr double kLumenMeanHu = -850;    // mean of a cross-section
constexpr double kMinAreaMm2 = 45;       // a child's trachea, 8 mm across
constexpr double kMaxAreaMm2 = 700;      // adults: up to 27 mm coronal and sagittal (Breatnach et al. 1984), 570 mm2
constexpr double kMinFill = 0.55;        // of the bounding box; a disc has 0.79, a horseshoe 0.6
constexpr double kMaxAspect = 2.2;       // sabre-sheath tracheas reach 2
constexpr double kMaxFromMidlineMm = 45;
constexpr double kMinChainMm = 18;
constexpr double kShiftMm = 5;           // between slices, plus half of their distance (45 degrees is steep)
constexpr double kCarinaBallMm = 45;     // the left main bronchus is 4 to 5 cm long
constexpr double kAboveMm = 15;          // over the highest recognised slice: larynx and mouth stay out
constexpr double kExplosionMl = 25;      // both main and the lobar bronchi hold about 15 ml
constexpr double kExplosionRatio = 1.6;  // growth in one step of the threshold
constexpr int kStepHu = 20;
constexpr double kWallMm = 1.4;

struct Section {
  std::size_t voxels = 0;
  double sumX = 0, sumY = 0, sumHu = 0;
  int x0 = std::numeric_limits<int>::max(), x1 = -1, y0 = std::numeric_limits<int>::max(), y1 = -1, z = 0;
  bool possible = false;
  double chainMm = 0;
  std::ptrdiff_t above = -1;
  [[nodiscard]] double x() const { return sumX / static_cast<double>(voxels); }
  [[nodiscard]] double y() const { return sumY / static_cast<double>(voxels); }
};

std::vector<Section> sectionsOf(const VoxelRuns& runs, const CtVolume& ct) {
  std::vector<Section> sections(runs.components);
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    Section& s = sections[run.component];
    const int length = run.end - run.begin;
    const std::int16_t* hu = ct.voxels().data() + ct.offset({run.begin, y, z});
    for (int i = 0; i < length; ++i) s.sumHu += hu[i];
    s.voxels += static_cast<std::size_t>(length);
    s.sumX += 0.5 * (run.begin + run.end - 1) * length;
    s.sumY += static_cast<double>(y) * length;
    s.x0 = std::min(s.x0, run.begin);
    s.x1 = std::max(s.x1, run.end - 1);
    s.y0 = std::min(s.y0, y);
    s.y1 = std::max(s.y1, y);
    s.z = z;
  });
  return sections;
}

bool couldBeTrachea(const Section& s, const CoarseScan& coarse, const BodyMask& body) {
  const double sx = coarse.fineSpacingMm[0];
  const double sy = coarse.fineSpacingMm[1];
  const double area = static_cast<double>(s.voxels) * sx * sy;
  if (area < kMinAreaMm2 || area > kMaxAreaMm2) return false;
  const double w = (s.x1 - s.x0 + 1) * sx;
  const double h = (s.y1 - s.y0 + 1) * sy;
  if (area < kMinFill * w * h || std::max(w, h) > kMaxAspect * std::min(w, h)) return false;
  if (s.sumHu / static_cast<double>(s.voxels) > kLumenMeanHu) return false;
  const double limit = coarse.flat() ? 0.6 * kMaxFromMidlineMm : kMaxFromMidlineMm;
  return std::abs(s.x() - body.midlineX) * sx <= limit;
}

/// Links each section to the best one in the slice above, and gives the lowest section of the longest chain.
std::ptrdiff_t longestChain(std::vector<Section>& sections, const CoarseScan& coarse, const BodyMask& body) {
  const double step = coarse.fineSpacingMm[2];
  std::vector<std::vector<std::size_t>> ofSlice(static_cast<std::size_t>(coarse.fineSize[2]));
  for (std::size_t i = 0; i < sections.size(); ++i) {
    sections[i].possible = couldBeTrachea(sections[i], coarse, body);
    if (sections[i].possible) ofSlice[static_cast<std::size_t>(sections[i].z)].push_back(i);
  }
  std::ptrdiff_t best = -1;
  for (std::size_t z = ofSlice.size(); z-- > 0;) {
    for (const std::size_t i : ofSlice[z]) {
      Section& s = sections[i];
      s.chainMm = step;
      if (z + 1 < ofSlice.size()) {
        for (const std::size_t k : ofSlice[z + 1]) {
          const Section& upper = sections[k];
          const double shift =
              std::hypot((s.x() - upper.x()) * coarse.fineSpacingMm[0], (s.y() - upper.y()) * coarse.fineSpacingMm[1]);
          const double ratio = static_cast<double>(s.voxels) / static_cast<double>(upper.voxels);
          if (shift > kShiftMm + 0.5 * step || ratio < 0.45 || ratio > 2.2) continue;
          if (upper.chainMm + step > s.chainMm) {
            s.chainMm = upper.chainMm + step;
            s.above = static_cast<std::ptrdiff_t>(k);
          }
        }
      }
      if (best < 0 || s.chainMm > sections[static_cast<std::size_t>(best)].chainMm)
        best = static_cast<std::ptrdiff_t>(i);
    }
  }
  const double wanted = coarse.flat() ? 0.0 : std::max(kMinChainMm, 1.5 * step);
  if (best >= 0 && sections[static_cast<std::size_t>(best)].chainMm < wanted) return -1;
  return best;
}

/// Grows from seeds through voxels below a threshold, within a part of the scan.
class Grower {
 public:
  Grower(const CtVolume& ct, const CoarseScan& coarse, const BodyMask& body, std::vector<std::uint8_t>& state)
      : ct_(ct), coarse_(coarse), body_(body), state_(state) {}

  Index3 carina{0, 0, 0};
  int lowestZ = 0, highestZ = 0;

  /// @return the voxels, seeds first; more than `limit` if it exploded
  std::vector<std::size_t> grow(const std::vector<std::size_t>& seeds, int belowHu, std::size_t limit) {
    std::vector<std::size_t> region(seeds);
    for (const std::size_t i : region) state_[i] = kVoxelAirway;
    const auto nx = static_cast<std::size_t>(coarse_.fineSize[0]);
    const auto plane = nx * static_cast<std::size_t>(coarse_.fineSize[1]);
    for (std::size_t next = 0; next < region.size() && region.size() <= limit; ++next) {
      const std::size_t i = region[next];
      const int x = static_cast<int>(i % nx);
      const int y = static_cast<int>(i % plane / nx);
      const int z = static_cast<int>(i / plane);
      visit(x - 1, y, z, belowHu, region);
      visit(x + 1, y, z, belowHu, region);
      visit(x, y - 1, z, belowHu, region);
      visit(x, y + 1, z, belowHu, region);
      visit(x, y, z - 1, belowHu, region);
      visit(x, y, z + 1, belowHu, region);
    }
    for (const std::size_t i : region) state_[i] = kBackground;
    return region;
  }

 private:
  void visit(int x, int y, int z, int belowHu, std::vector<std::size_t>& region) {
    if (x < 0 || y < 0 || x >= coarse_.fineSize[0] || y >= coarse_.fineSize[1] || z < lowestZ || z > highestZ) return;
    const std::size_t i = ct_.offset({x, y, z});
    if (ct_.voxels()[i] >= belowHu || state_[i] != kBackground) return;
    if (body_.inside[coarse_.offset(x / coarse_.factor[0], y / coarse_.factor[1], z / coarse_.factor[2])] == 0) return;
    const double dx = (x - carina[0]) * coarse_.fineSpacingMm[0];
    const double dy = (y - carina[1]) * coarse_.fineSpacingMm[1];
    const double dz = std::min(0, z - carina[2]) * coarse_.fineSpacingMm[2];  // a cylinder above the carina
    if (dx * dx + dy * dy + dz * dz > kCarinaBallMm * kCarinaBallMm) return;
    state_[i] = kVoxelAirway;
    region.push_back(i);
  }

  const CtVolume& ct_;
  const CoarseScan& coarse_;
  const BodyMask& body_;
  std::vector<std::uint8_t>& state_;
};

/// Takes the rim in the plane that is brighter than the lumen and darker than tissue.
void addWall(const CtVolume& ct, const CoarseScan& coarse, int lumenBelowHu, double lungBelowHu,
             std::vector<std::size_t> region, std::vector<std::uint8_t>& state) {
  const auto nx = static_cast<std::size_t>(coarse.fineSize[0]);
  const auto ny = static_cast<std::size_t>(coarse.fineSize[1]);
  const int rounds = std::max(1, static_cast<int>(std::lround(kWallMm / coarse.fineSpacingMm[0])));
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::size_t> rim;
    const auto visit = [&](std::size_t i) {
      if (state[i] != kBackground || ct.voxels()[i] < lumenBelowHu || ct.voxels()[i] >= lungBelowHu) return;
      state[i] = kVoxelAirway;
      rim.push_back(i);
    };
    for (const std::size_t i : region) {
      const std::size_t x = i % nx;
      const std::size_t y = i / nx % ny;
      if (x > 0) visit(i - 1);
      if (x + 1 < nx) visit(i + 1);
      if (y > 0) visit(i - nx);
      if (y + 1 < ny) visit(i + nx);
    }
    region = std::move(rim);
  }
}

}  // namespace

std::optional<Airway> findAirwayTree(const CtVolume& ct, const CoarseScan& coarse, const BodyMask& body,
                                     double lungBelowHu, std::vector<std::uint8_t>& state, const StopToken& stop) {
  const std::int16_t* hu = ct.voxels().data();
  const auto runs = makeVoxelRuns(ct.grid().size, false, stop,
                                  [&](std::size_t i) { return hu[i] < kLumenHu && state[i] == kBackground; });
  if (stop.stop_requested()) return std::nullopt;
  auto sections = sectionsOf(runs, ct);
  const std::ptrdiff_t lowest = longestChain(sections, coarse, body);
  if (lowest < 0) return std::nullopt;

  Airway airway;
  std::vector<std::uint8_t> ofChain(sections.size(), 0);
  double x = 0;
  double sum = 0;
  std::size_t voxels = 0;
  for (std::ptrdiff_t i = lowest; i >= 0; i = sections[static_cast<std::size_t>(i)].above) {
    const Section& s = sections[static_cast<std::size_t>(i)];
    ofChain[static_cast<std::size_t>(i)] = 1;
    airway.topZ = s.z;
    x += s.sumX;
    sum += s.sumHu;
    voxels += s.voxels;
  }
  const Section& last = sections[static_cast<std::size_t>(lowest)];
  airway.bottomZ = last.z;
  airway.x = x / static_cast<double>(voxels);
  airway.meanHu = sum / static_cast<double>(voxels);

  std::vector<std::size_t> seeds;
  std::vector<std::size_t> trachea;
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    if (ofChain[run.component] == 0) return;
    for (int i = run.begin; i < run.end; ++i) {
      const std::size_t offset = ct.offset({i, y, z});
      trachea.push_back(offset);
      if (hu[offset] < airway.meanHu + 40) seeds.push_back(offset);
    }
  });

  Grower grower(ct, coarse, body, state);
  grower.carina = {static_cast<int>(last.x()), static_cast<int>(last.y()), last.z};
  const double step = coarse.fineSpacingMm[2];
  grower.lowestZ = std::max(0, last.z - static_cast<int>(kCarinaBallMm / step));
  grower.highestZ = std::min(coarse.fineSize[2] - 1, airway.topZ + static_cast<int>(kAboveMm / step));
  const double voxelMl = coarse.fineSpacingMm[0] * coarse.fineSpacingMm[1] * step / 1000.0;
  // In one single slice there is nothing but the trachea's own section.
  const auto limit = voxels + static_cast<std::size_t>(coarse.flat() ? 0.0 : kExplosionMl / voxelMl);
  std::vector<std::size_t> region(trachea);
  int lumenBelowHu = kLumenHu;
  std::size_t before = 0;
  for (int below = static_cast<int>(airway.meanHu) + 40; below <= -700 && !stop.stop_requested(); below += kStepHu) {
    auto grown = grower.grow(seeds, below, limit);
    const bool exploded = grown.size() > limit ||
                          (before > voxels / 2 && static_cast<double>(grown.size()) >
                                                      kExplosionRatio * static_cast<double>(before) + 5.0 / voxelMl);
    if (exploded) break;
    before = grown.size();
    region = std::move(grown);
    lumenBelowHu = below;
  }
  for (const std::size_t i : trachea) state[i] = kVoxelAirway;
  for (const std::size_t i : region) state[i] = kVoxelAirway;
  region.insert(region.end(), trachea.begin(), trachea.end());
  addWall(ct, coarse, lumenBelowHu, lungBelowHu, std::move(region), state);
  return airway;
}

}  // namespace pulmo
