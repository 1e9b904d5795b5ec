// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/lung_surface.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pipeline/classical/optimal_surface.h"
#include "pipeline/core/distance_map.h"
#include "pipeline/core/voxel_runs.h"

namespace pulmo {
namespace {

constexpr double kBallMm = 26;  // closes disease up to twice as thick between air and wall
constexpr double kShellMm = 4;  // half the thickness below which a piece is a shell
constexpr double kApexMm = 45;  // below the highest air: there collar bone and shoulder stand for ribs
constexpr double kTouchMm = 8;  // from a piece to the wall
constexpr double kTissueBelowHu = 150, kTissueAboveHu = -600;
constexpr double kInwardMm = 56, kOutwardMm = 7, kLevelMm = 2.5;
constexpr int kMostStep = 2;
constexpr float kStepCost = 0.12F;
// A level of a column is 2.5 mm; costs are set against a full step from air to tissue, which gains 1.
constexpr float kAirOutside = 1.0F, kBoneInside = 1.0F, kWallInside = 0.6F, kTissueInside = 0.12F,
                kTissueWanted = -0.1F;
constexpr double kAirHu = -500, kStepHu = 700;

std::vector<std::uint8_t> notOf(const std::vector<std::uint8_t>& mask) {
  std::vector<std::uint8_t> result(mask.size());
  for (std::size_t i = 0; i < mask.size(); ++i) result[i] = mask[i] == 0 ? 1 : 0;
  return result;
}

/// Distance in mm to the surface of a mask, negative within.
std::vector<float> signedDistance(const LungBlocks& blocks, const std::vector<std::uint8_t>& mask, double limitMm,
                                  const StopToken& stop) {
  const auto toMask = squaredDistances(mask.data(), blocks.size, blocks.mm, limitMm, 1, stop);
  const auto toRest = squaredDistances(notOf(mask).data(), blocks.size, blocks.mm, limitMm, 1, stop);
  const auto half = static_cast<float>(0.5 * std::cbrt(blocks.mm[0] * blocks.mm[1] * blocks.mm[2]));
  std::vector<float> result(mask.size());
  for (std::size_t i = 0; i < mask.size(); ++i)
    result[i] = mask[i] != 0 ? half - std::sqrt(toRest[i]) : std::sqrt(toMask[i]) - half;
  return result;
}

/// A value between blocks, from the eight around.
template <class Value>
double between(const LungBlocks& blocks, const std::vector<Value>& of, const Point3& mm) {
  std::array<int, 3> low{};
  std::array<double, 3> share{};
  for (std::size_t k = 0; k < 3; ++k) {
    const double at = std::clamp(mm[k] / blocks.mm[k], 0.0, static_cast<double>(blocks.size[k] - 1));
    low[k] = std::min(static_cast<int>(at), std::max(0, blocks.size[k] - 2));
    share[k] = at - low[k];
  }
  double sum = 0;
  for (int corner = 0; corner < 8; ++corner) {
    double weight = 1;
    std::array<int, 3> p{};
    for (std::size_t k = 0; k < 3; ++k) {
      const int bit = corner >> k & 1;
      weight *= bit != 0 ? share[k] : 1 - share[k];
      p[k] = std::min(low[k] + bit, blocks.size[k] - 1);
    }
    if (weight > 0) sum += weight * static_cast<double>(of[blocks.at(p[0], p[1], p[2])]);
  }
  return sum;
}

struct Column {
  Index3 block{0, 0, 0};
  Point3 foot{0, 0, 0}, outward{0, 0, 0};  // mm
};

constexpr std::uint32_t kNoColumn = std::numeric_limits<std::uint32_t>::max();

/// One column a block of the mask that has a neighbour outside it.
std::vector<Column> columnsOn(const LungBlocks& blocks, const std::vector<std::uint8_t>& mask,
                              const std::vector<float>& distance, std::vector<std::uint32_t>& columnOf) {
  std::vector<Column> columns;
  columnOf.assign(mask.size(), kNoColumn);
  for (int z = 0; z < blocks.size[2]; ++z)
    for (int y = 0; y < blocks.size[1]; ++y)
      for (int x = 0; x < blocks.size[0]; ++x) {
        const std::size_t i = blocks.at(x, y, z);
        if (mask[i] == 0) continue;
        bool border = false;
        const std::array<Index3, 6> around{Index3{x - 1, y, z}, {x + 1, y, z}, {x, y - 1, z},
                                           {x, y + 1, z},       {x, y, z - 1}, {x, y, z + 1}};
        for (const Index3& p : around)
          border |= blocks.contains(p[0], p[1], p[2]) && mask[blocks.at(p[0], p[1], p[2])] == 0;
        if (!border) continue;
        Column column;
        column.block = {x, y, z};
        column.foot = {x * blocks.mm[0], y * blocks.mm[1], z * blocks.mm[2]};
        // The slope of the distance over two blocks either way: smoother than that over one.
        double length = 0;
        for (std::size_t k = 0; k < 3; ++k) {
          Point3 before = column.foot, after = column.foot;
          before[k] -= 2 * blocks.mm[0];
          after[k] += 2 * blocks.mm[0];
          column.outward[k] = between(blocks, distance, after) - between(blocks, distance, before);
          length += column.outward[k] * column.outward[k];
        }
        if (length < 1e-6) continue;
        for (double& v : column.outward) v /= std::sqrt(length);
        columnOf[i] = static_cast<std::uint32_t>(columns.size());
        columns.push_back(column);
      }
  return columns;
}

std::vector<std::array<std::uint32_t, 2>> neighboursOf(const LungBlocks& blocks, const std::vector<Column>& columns,
                                                       const std::vector<std::uint32_t>& columnOf) {
  std::vector<std::array<std::uint32_t, 2>> pairs;
  for (std::uint32_t c = 0; c < columns.size(); ++c) {
    const auto& [x, y, z] = columns[c].block;
    for (int dz = -1; dz <= 1; ++dz)
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx) {
          if (!blocks.contains(x + dx, y + dy, z + dz)) continue;
          const std::uint32_t other = columnOf[blocks.at(x + dx, y + dy, z + dz)];
          // Blocks of two walls of a thin lung may touch: they look apart and are no neighbours.
          if (other == kNoColumn || other <= c) continue;
          double along = 0;
          for (std::size_t k = 0; k < 3; ++k) along += columns[c].outward[k] * columns[other].outward[k];
          if (along > 0.2) pairs.push_back({c, other});
        }
  }
  return pairs;
}

/// The costs of one column, from its deepest level outwards.
void addCosts(const LungBlocks& blocks, const Column& column, const std::vector<std::uint8_t>& tissue,
              const std::vector<std::uint8_t>& outside, int levels, std::vector<float>& cost) {
  std::vector<double> hu(static_cast<std::size_t>(levels) + 1);
  std::vector<float> inside(hu.size(), 0), beyond(hu.size(), 0);
  bool left = false;  // the picture
  for (std::size_t k = 0; k < hu.size(); ++k) {
    const double t = -kInwardMm + kLevelMm * static_cast<double>(k);
    Point3 p{};
    for (std::size_t a = 0; a < 3; ++a) p[a] = column.foot[a] + t * column.outward[a];
    hu[k] = between(blocks, blocks.hu, p);
    for (std::size_t a = 0; a < 3; ++a) left |= p[a] < 0 || p[a] > (blocks.size[a] - 1) * blocks.mm[a];
    if (hu[k] < kAirHu && !left) {
      beyond[k] = kAirOutside;
    } else if (between(blocks, blocks.bone, p) > 0.5) {
      inside[k] = kBoneInside;
    } else if (between(blocks, outside, p) > 0.5) {
      inside[k] = kWallInside;
    } else {
      inside[k] = between(blocks, tissue, p) > 0.5 ? kTissueWanted : kTissueInside;
    }
  }
  float sum = 0;
  for (const float b : beyond) sum += b;
  for (std::size_t k = 0; k + 1 < hu.size(); ++k) {  // the surface lies between samples k and k + 1
    sum += inside[k] - beyond[k];
    const double rise = std::clamp((hu[k + 1] - hu[k]) / kStepHu, 0.0, 1.0);
    cost.push_back(sum - static_cast<float>(rise));
  }
}

}  // namespace

std::vector<std::uint8_t> tissueAtWall(const LungBlocks& blocks, std::uint8_t side,
                                       const std::vector<std::uint8_t>& outside, const StopToken& stop) {
  const std::size_t n = blocks.count();
  double meanX = 0, voxels = 0, otherX = 0, others = 0;
  const std::size_t plane = static_cast<std::size_t>(blocks.size[0]) * static_cast<std::size_t>(blocks.size[1]);
  std::size_t lowest = n, highest = 0;  // slices that hold air of this lung
  for (std::size_t i = 0; i < n; ++i) {
    const auto x = static_cast<double>(i % static_cast<std::size_t>(blocks.size[0]));
    if (blocks.lung[i] == side) {
      meanX += x;
      voxels += 1;
      lowest = std::min(lowest, i / plane);
      highest = std::max(highest, i / plane);
    } else if (blocks.lung[i] != 0) {
      otherX += x;
      others += 1;
    }
  }
  std::vector<std::uint8_t> ground(n, 0);
  if (voxels == 0) return ground;
  // The chest wall of this lung's own side: a wall across the body closes nothing, nor does what lies below it.
  const double middle = others > 0 ? 0.5 * (meanX / voxels + otherX / others) : -1;
  const bool lowX = others > 0 ? meanX / voxels < middle : true;
  for (std::size_t i = 0; i < n; ++i) {
    const auto x = static_cast<double>(i % static_cast<std::size_t>(blocks.size[0]));
    const bool own = others == 0 || (x < middle) == lowX;
    ground[i] = blocks.lung[i] == side || (own && outside[i] == kOutsideRibs) ? 1 : 0;
  }
  const auto apex = static_cast<std::size_t>(kApexMm / blocks.mm[2]);
  const std::size_t end = highest > apex ? highest - apex : 0;
  const double reach = kBallMm + 4 * blocks.mm[0];
  const auto ball2 = static_cast<float>(kBallMm * kBallMm);
  const auto toGround = squaredDistances(ground.data(), blocks.size, blocks.mm, reach, 1, stop);
  std::vector<std::uint8_t> away(n);
  for (std::size_t i = 0; i < n; ++i) away[i] = toGround[i] > ball2 ? 1 : 0;
  const auto toAway = squaredDistances(away.data(), blocks.size, blocks.mm, reach, 1, stop);
  std::vector<std::uint8_t> filled(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const double hu = static_cast<double>(blocks.hu[i]);
    filled[i] = toAway[i] > ball2 && i / plane >= lowest && i / plane < end && ground[i] == 0 && outside[i] == 0 &&
                        blocks.lung[i] == 0 && blocks.bone[i] == 0 && hu > kTissueAboveHu && hu < kTissueBelowHu
                    ? 1
                    : 0;
  }
  // Opened, and then what is left of it grown back.
  const double shellReach = kShellMm + 2 * blocks.mm[0];
  const auto shell2 = static_cast<float>(kShellMm * kShellMm);
  std::vector<std::uint8_t> rest(n);  // lung and wall do not make a piece thin
  for (std::size_t i = 0; i < n; ++i) rest[i] = filled[i] == 0 ? 1 : 0;
  const auto toRest = squaredDistances(rest.data(), blocks.size, blocks.mm, shellReach, 1, stop);
  std::vector<std::uint8_t> core(n);
  for (std::size_t i = 0; i < n; ++i) core[i] = toRest[i] > shell2 ? 1 : 0;
  const auto toCore = squaredDistances(core.data(), blocks.size, blocks.mm, shellReach, 1, stop);
  for (std::size_t i = 0; i < n; ++i) filled[i] = filled[i] != 0 && toCore[i] <= shell2 ? 1 : 0;
  std::vector<std::uint8_t> wall(n);
  for (std::size_t i = 0; i < n; ++i) wall[i] = outside[i] == kOutsideRibs ? 1 : 0;
  const auto toWall = squaredDistances(wall.data(), blocks.size, blocks.mm, kTouchMm + blocks.mm[0], 1, stop);
  const VoxelRuns pieces = makeVoxelRuns(blocks.size, true, {}, [&](std::size_t i) { return filled[i] != 0; });
  std::vector<std::uint8_t> touches(pieces.components, 0);
  const auto row = [&](int y, int z) { return blocks.at(0, y, z); };
  forEachRun(pieces, [&](const VoxelRun& run, int y, int z) {
    for (int x = run.begin; x < run.end; ++x)
      if (toWall[row(y, z) + static_cast<std::size_t>(x)] <= static_cast<float>(kTouchMm * kTouchMm))
        touches[run.component] = 1;
  });
  forEachRun(pieces, [&](const VoxelRun& run, int y, int z) {
    if (touches[run.component] != 0) return;
    for (int x = run.begin; x < run.end; ++x) filled[row(y, z) + static_cast<std::size_t>(x)] = 0;
  });
  return filled;
}

std::vector<float> searchSurface(const LungBlocks& blocks, const std::vector<std::uint8_t>& first,
                                 const std::vector<std::uint8_t>& tissue, const std::vector<std::uint8_t>& outside,
                                 const StopToken& stop) {
  const double reach = kInwardMm + 4 * blocks.mm[0];
  std::vector<float> distance = signedDistance(blocks, first, reach, stop);
  if (stop.stop_requested()) return distance;
  std::vector<std::uint32_t> columnOf;
  const std::vector<Column> columns = columnsOn(blocks, first, distance, columnOf);
  if (columns.empty()) return distance;
  SurfaceProblem problem;
  problem.levels = static_cast<int>((kInwardMm + kOutwardMm) / kLevelMm);
  problem.mostStep = kMostStep;
  problem.stepCost = kStepCost;
  problem.neighbours = neighboursOf(blocks, columns, columnOf);
  std::vector<std::uint8_t> wall(outside.size());
  for (std::size_t i = 0; i < wall.size(); ++i) wall[i] = outside[i] == kOutsideRibs ? 1 : 0;
  for (const Column& column : columns) {
    if (stop.stop_requested()) return distance;
    addCosts(blocks, column, tissue, wall, problem.levels, problem.cost);
  }
  const std::vector<int> level = optimalSurface(problem);
  // Each block is judged by the column nearest to it: handed on from block to block, twice forth and back.
  const auto offsetOf = [&](std::uint32_t column) {
    return static_cast<float>(-kInwardMm + kLevelMm * (0.5 + level[column]));
  };
  const auto away2 = [&](std::uint32_t column, int x, int y, int z) {
    const Index3& at = columns[column].block;
    return std::pow((at[0] - x) * blocks.mm[0], 2) + std::pow((at[1] - y) * blocks.mm[1], 2) +
           std::pow((at[2] - z) * blocks.mm[2], 2);
  };
  for (int round = 0; round < 4 && !stop.stop_requested(); ++round) {
    const int sign = round % 2 == 0 ? 1 : -1;
    for (int zz = 0; zz < blocks.size[2]; ++zz)
      for (int yy = 0; yy < blocks.size[1]; ++yy)
        for (int xx = 0; xx < blocks.size[0]; ++xx) {
          const int x = sign > 0 ? xx : blocks.size[0] - 1 - xx, y = sign > 0 ? yy : blocks.size[1] - 1 - yy,
                    z = sign > 0 ? zz : blocks.size[2] - 1 - zz;
          std::uint32_t& own = columnOf[blocks.at(x, y, z)];
          double best = own == kNoColumn ? 1e12 : away2(own, x, y, z);
          for (int dz = -1; dz <= 1; ++dz)
            for (int dy = -1; dy <= 1; ++dy)
              for (int dx = -1; dx <= 1; ++dx) {
                if (!blocks.contains(x + dx, y + dy, z + dz)) continue;
                const std::uint32_t other = columnOf[blocks.at(x + dx, y + dy, z + dz)];
                if (other == kNoColumn || other == own) continue;
                const double away = away2(other, x, y, z);
                if (away >= best) continue;
                best = away;
                own = other;
              }
        }
  }
  for (std::size_t i = 0; i < distance.size(); ++i)
    if (columnOf[i] != kNoColumn) distance[i] -= offsetOf(columnOf[i]);
  return distance;
}

}  // namespace pulmo
