// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/lung_fill.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pipeline/classical/voxel_state.h"
#include "pipeline/core/distance_map.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/voxel_runs.h"

namespace pulmo {
namespace {

constexpr double kCloseMm = 4.0;      // dents of vessels up to 8 mm wide; the costophrenic recess only gains
constexpr double kIslandMm2 = 200.0;  // a vessel 16 mm across; the top of the diaphragm's dome is soon larger
constexpr std::array<std::uint8_t, 2> kSides{kRightLung, kLeftLung};

/// Adds a vote to each block of one plane that the label encloses there.
/// @param stepU, stepV  distance in memory of neighbours along the plane's two axes
void voteEnclosed(const std::vector<std::uint8_t>& regions, std::uint8_t label, std::size_t first, std::size_t stepU,
                  std::size_t countU, std::size_t stepV, std::size_t countV, std::vector<std::uint8_t>& votes) {
  std::vector<std::uint8_t> open(countU * countV, 0);
  std::vector<std::size_t> queue;
  bool any = false;
  const auto visit = [&](std::size_t u, std::size_t v) {
    const std::size_t i = u + countU * v;
    if (open[i] != 0 || regions[first + u * stepU + v * stepV] == label) return;
    open[i] = 1;
    queue.push_back(i);
  };
  for (std::size_t v = 0; v < countV && !any; ++v) {
    for (std::size_t u = 0; u < countU && !any; ++u) any = regions[first + u * stepU + v * stepV] == label;
  }
  if (!any) return;
  for (std::size_t u = 0; u < countU; ++u) {
    visit(u, 0);
    visit(u, countV - 1);
  }
  for (std::size_t v = 0; v < countV; ++v) {
    visit(0, v);
    visit(countU - 1, v);
  }
  while (!queue.empty()) {
    const std::size_t u = queue.back() % countU;
    const std::size_t v = queue.back() / countU;
    queue.pop_back();
    if (u > 0) visit(u - 1, v);
    if (u + 1 < countU) visit(u + 1, v);
    if (v > 0) visit(u, v - 1);
    if (v + 1 < countV) visit(u, v + 1);
  }
  for (std::size_t v = 0; v < countV; ++v) {
    for (std::size_t u = 0; u < countU; ++u) {
      const std::size_t i = first + u * stepU + v * stepV;
      if (open[u + countU * v] == 0 && regions[i] != label) votes[i] = static_cast<std::uint8_t>(votes[i] + 1);
    }
  }
}

/// Blocks that a lung encloses in two planes: its label, else 0.
std::vector<std::uint8_t> enclosedBlocks(const CoarseScan& coarse, const std::vector<std::uint8_t>& regions,
                                         const StopToken& stop) {
  const auto nx = static_cast<std::size_t>(coarse.size[0]);
  const auto ny = static_cast<std::size_t>(coarse.size[1]);
  const auto nz = static_cast<std::size_t>(coarse.size[2]);
  std::vector<std::uint8_t> filled(regions.size(), kBackground);
  for (const std::uint8_t side : kSides) {
    std::vector<std::uint8_t> votes(regions.size(), 0);
    // Planes of one direction share no block, so each direction may run in parallel.
    parallelFor(nz, 0, stop, [&](std::size_t z) { voteEnclosed(regions, side, nx * ny * z, 1, nx, nx, ny, votes); });
    parallelFor(ny, 0, stop, [&](std::size_t y) { voteEnclosed(regions, side, nx * y, 1, nx, nx * ny, nz, votes); });
    parallelFor(nx, 0, stop, [&](std::size_t x) { voteEnclosed(regions, side, x, nx, ny, nx * ny, nz, votes); });
    for (std::size_t i = 0; i < votes.size(); ++i) {
      if (votes[i] >= 2 && regions[i] != kRightLung && regions[i] != kLeftLung) filled[i] = side;
    }
  }
  return filled;
}

/// One lung in one slice, cut out with room for the disc around it.
struct Cutout {
  int x0 = 0, y0 = 0;
  Index3 size{0, 0, 1};
  std::vector<std::uint8_t> mask;
  [[nodiscard]] std::size_t at(int x, int y) const {
    return static_cast<std::size_t>(x) + static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(y);
  }
};

Cutout cutOut(const std::uint8_t* slice, const CoarseScan& coarse, std::uint8_t side, int room) {
  const int nx = coarse.fineSize[0];
  const int ny = coarse.fineSize[1];
  int x0 = nx, x1 = -1, y0 = ny, y1 = -1;
  for (int y = 0; y < ny; ++y) {
    const std::uint8_t* row = slice + static_cast<std::size_t>(nx) * static_cast<std::size_t>(y);
    for (int x = 0; x < nx; ++x) {
      if (row[x] != side) continue;
      x0 = std::min(x0, x);
      x1 = std::max(x1, x);
      y0 = std::min(y0, y);
      y1 = y;
    }
  }
  Cutout cut;
  if (x1 < x0) return cut;
  cut.x0 = x0 - room;
  cut.y0 = y0 - room;
  cut.size = {x1 - x0 + 1 + 2 * room, y1 - y0 + 1 + 2 * room, 1};
  cut.mask.assign(static_cast<std::size_t>(cut.size[0]) * static_cast<std::size_t>(cut.size[1]), 0);
  for (int y = y0; y <= y1; ++y) {
    const std::uint8_t* row = slice + static_cast<std::size_t>(nx) * static_cast<std::size_t>(y);
    for (int x = x0; x <= x1; ++x) cut.mask[cut.at(x - cut.x0, y - cut.y0)] = row[x] == side ? 1 : 0;
  }
  return cut;
}

/// Fills islands up to a size: 1 where mask is 1 or an island was.
void fillIslands(Cutout& cut, std::size_t largest) {
  const auto gaps = makeVoxelRuns(cut.size, false, {}, [&](std::size_t i) { return cut.mask[i] == 0; });
  const auto counts = gaps.voxelCounts();
  const std::uint32_t outside = 0;  // the room around holds the first voxel
  forEachRun(gaps, [&](const VoxelRun& run, int y, int) {
    if (run.component == outside || counts[run.component] > largest) return;
    std::fill_n(cut.mask.begin() + static_cast<std::ptrdiff_t>(cut.at(run.begin, y)), run.end - run.begin,
                std::uint8_t{1});
  });
}

void closeDents(Cutout& cut, const Point3& spacingMm) {
  const double limit = kCloseMm + spacingMm[0] + spacingMm[1];
  const auto toLung = squaredDistances(cut.mask.data(), cut.size, {spacingMm[0], spacingMm[1], 1.0}, limit, 1);
  constexpr float kRadius2 = kCloseMm * kCloseMm;
  std::vector<std::uint8_t> away(cut.mask.size());
  for (std::size_t i = 0; i < away.size(); ++i) away[i] = toLung[i] > kRadius2 ? 1 : 0;
  const auto toAway = squaredDistances(away.data(), cut.size, {spacingMm[0], spacingMm[1], 1.0}, limit, 1);
  for (std::size_t i = 0; i < away.size(); ++i) {
    if (toAway[i] > kRadius2) cut.mask[i] = 1;
  }
}

void putBack(const Cutout& cut, const CoarseScan& coarse, std::uint8_t side, bool overAirway, std::uint8_t* slice) {
  for (int y = 0; y < cut.size[1]; ++y) {
    if (y + cut.y0 < 0 || y + cut.y0 >= coarse.fineSize[1]) continue;
    std::uint8_t* row = slice + static_cast<std::size_t>(coarse.fineSize[0]) * static_cast<std::size_t>(y + cut.y0);
    for (int x = 0; x < cut.size[0]; ++x) {
      const int at = x + cut.x0;
      if (at < 0 || at >= coarse.fineSize[0] || cut.mask[cut.at(x, y)] == 0) continue;
      if (row[at] == kBackground || row[at] == kVoxelAir || (overAirway && row[at] == kVoxelAirway)) row[at] = side;
    }
  }
}

void fillSlice(const CoarseScan& coarse, const std::vector<std::uint8_t>& enclosed, int z,
               std::vector<std::uint8_t>& state) {
  const int nx = coarse.fineSize[0];
  const int ny = coarse.fineSize[1];
  std::uint8_t* slice =
      state.data() + static_cast<std::size_t>(nx) * static_cast<std::size_t>(ny) * static_cast<std::size_t>(z);
  for (int y = 0; y < ny; ++y) {
    std::uint8_t* row = slice + static_cast<std::size_t>(nx) * static_cast<std::size_t>(y);
    const std::uint8_t* blocks = enclosed.data() + coarse.offset(0, y / coarse.factor[1], z / coarse.factor[2]);
    for (int x = 0; x < nx; ++x) {
      const std::uint8_t side = blocks[x / coarse.factor[0]];
      if (side != kBackground && row[x] != kRightLung && row[x] != kLeftLung) row[x] = side;
    }
  }
  const Point3& mm = coarse.fineSpacingMm;
  const int room = static_cast<int>(std::ceil(kCloseMm / std::min(mm[0], mm[1]))) + 2;
  // In one single slice nothing tells a vessel or a mass from the diaphragm's dome, and the dome is rare.
  constexpr std::size_t kAnyIsland = std::numeric_limits<std::size_t>::max();
  const auto island = coarse.flat() ? kAnyIsland : static_cast<std::size_t>(kIslandMm2 / (mm[0] * mm[1]));
  for (const std::uint8_t side : kSides) {
    Cutout cut = cutOut(slice, coarse, side, room);
    if (cut.mask.empty()) continue;
    fillIslands(cut, island);
    putBack(cut, coarse, side, true, slice);
    closeDents(cut, mm);
    fillIslands(cut, island);
    putBack(cut, coarse, side, false, slice);
  }
}

}  // namespace

void fillLungs(const CoarseScan& coarse, const std::vector<std::uint8_t>& regions, std::vector<std::uint8_t>& state,
               const StopToken& stop) {
  const auto enclosed = enclosedBlocks(coarse, regions, stop);
  parallelFor(static_cast<std::size_t>(coarse.fineSize[2]), 0, stop,
              [&](std::size_t z) { fillSlice(coarse, enclosed, static_cast<int>(z), state); });
}

}  // namespace pulmo
