// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/simulate/simulator.h"

namespace pulmo {

namespace {

constexpr double kCellMm = 4;

/// Voxels of one label in a row.
struct Run {
  int y, x0, x1;
  std::uint8_t label;
};

std::vector<Run> runsOf(const std::uint8_t* slice, int nx, int ny) {
  std::vector<Run> runs;
  for (int y = 0; y < ny; ++y) {
    const std::uint8_t* row = slice + static_cast<std::size_t>(y) * static_cast<std::size_t>(nx);
    for (int x = 0; x < nx;) {
      if (row[x] == 0) {
        ++x;
        continue;
      }
      const int x0 = x;
      const std::uint8_t label = row[x];
      while (x < nx && row[x] == label) ++x;
      runs.push_back({y, x0, x - 1, label});
    }
  }
  return runs;
}

std::size_t rootOf(std::vector<std::size_t>& parent, std::size_t i) {
  while (parent[i] != i) i = parent[i] = parent[parent[i]];
  return i;
}

/// The boxes of the two largest regions of one label, joined over sides and corners; larger first, ties by the first
/// row. @source the published method's regionprops over a labelled slice
std::array<LungShape::Box, 2> boxesOf(const std::vector<Run>& runs) {
  std::vector<std::size_t> parent(runs.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  for (std::size_t i = 0, above = 0; i < runs.size(); ++i) {
    while (above < i && runs[above].y < runs[i].y - 1) ++above;
    for (std::size_t j = above; j < i && runs[j].y < runs[i].y; ++j)
      if (runs[j].label == runs[i].label && runs[j].x0 <= runs[i].x1 + 1 && runs[j].x1 >= runs[i].x0 - 1) {
        const std::size_t a = rootOf(parent, i), b = rootOf(parent, j);
        parent[std::max(a, b)] = std::min(a, b);
      }
  }
  std::vector<long> area(runs.size(), 0);
  std::vector<LungShape::Box> box(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::size_t root = rootOf(parent, i);
    const Run& r = runs[i];
    LungShape::Box& b = box[root];
    b = area[root] == 0 ? LungShape::Box{r.x0, r.y, r.x1, r.y}
                        : LungShape::Box{std::min(b.x0, r.x0), b.y0, std::max(b.x1, r.x1), r.y};
    area[root] += r.x1 - r.x0 + 1;
  }
  std::array<LungShape::Box, 2> result;
  for (LungShape::Box& wanted : result) {
    const auto most = std::max_element(area.begin(), area.end());
    if (most == area.end() || *most == 0) break;
    wanted = box[static_cast<std::size_t>(most - area.begin())];
    *most = 0;
  }
  return result;
}

using Counts = std::vector<std::array<std::uint32_t, 3>>;  // right, left, unsided

void count(const std::vector<Run>& runs, const LungShape& shape, Counts& counts) {
  for (const Run& r : runs) {
    const std::size_t kind = r.label == kRightLung ? 0 : r.label == kLeftLung ? 1 : 2;
    const std::size_t row = static_cast<std::size_t>(r.y / shape.step) * static_cast<std::size_t>(shape.coarseSize[0]);
    for (int cell = r.x0 / shape.step; cell <= r.x1 / shape.step; ++cell) {
      const int from = std::max(r.x0, cell * shape.step), to = std::min(r.x1, (cell + 1) * shape.step - 1);
      counts[row + static_cast<std::size_t>(cell)][kind] += static_cast<std::uint32_t>(to - from + 1);
    }
  }
}

/// Distance in mm to the nearest cell that is no lung, by two chamfer passes over the 26 neighbours. What lies beyond
/// the grid is unknown, not pleura.
void fillDepth(LungShape& shape) {
  const auto [nx, ny, nz] = shape.coarseSize;
  const std::array<double, 3> mm{shape.step * shape.grid.spacingMm[0], shape.step * shape.grid.spacingMm[1],
                                 shape.stepZ * shape.grid.spacingMm[2]};
  struct Neighbour {
    int x, y, z;
    float mm;
  };
  std::vector<Neighbour> before;
  for (int z = -1; z <= 0; ++z)
    for (int y = -1; y <= 1; ++y)
      for (int x = -1; x <= 1; ++x)
        if (z < 0 || y < 0 || (y == 0 && x < 0))
          before.push_back(
              {x, y, z,
               static_cast<float>(std::sqrt(x * x * mm[0] * mm[0] + y * y * mm[1] * mm[1] + z * z * mm[2] * mm[2]))});
  std::vector<float> depth(shape.coarseLabel.size());
  for (std::size_t i = 0; i < depth.size(); ++i) depth[i] = shape.coarseLabel[i] == 0 ? 0.F : 1e6F;
  const auto at = [nx = nx, ny = ny](int x, int y, int z) {
    return static_cast<std::size_t>(x) +
           static_cast<std::size_t>(nx) *
               (static_cast<std::size_t>(y) + static_cast<std::size_t>(ny) * static_cast<std::size_t>(z));
  };
  const auto relax = [&, nx = nx, ny = ny, nz = nz](int x, int y, int z, int sign) {
    float& d = depth[at(x, y, z)];
    if (d <= 0) return;
    for (const Neighbour& n : before) {
      const int u = x + sign * n.x, v = y + sign * n.y, w = z + sign * n.z;
      if (u < 0 || v < 0 || w < 0 || u >= nx || v >= ny || w >= nz) continue;
      d = std::min(d, depth[at(u, v, w)] + n.mm);
    }
  };
  for (int z = 0; z < nz; ++z)
    for (int y = 0; y < ny; ++y)
      for (int x = 0; x < nx; ++x) relax(x, y, z, 1);
  for (int z = nz - 1; z >= 0; --z)
    for (int y = ny - 1; y >= 0; --y)
      for (int x = nx - 1; x >= 0; --x) relax(x, y, z, -1);
  shape.coarseDepthMm.resize(depth.size());
  for (std::size_t i = 0; i < depth.size(); ++i)
    shape.coarseDepthMm[i] = static_cast<std::uint8_t>(std::min(255.F, depth[i] + 0.5F));
}

int cellsOf(double spacing, int size) {
  return std::clamp(static_cast<int>(std::floor(kCellMm / spacing + 0.5)), 1, std::max(1, size));
}

}  // namespace

LungShape makeLungShape(const LabelVolume& lungs) {
  LungShape shape;
  shape.grid = lungs.grid();
  const auto [nx, ny, nz] = shape.grid.size;
  const Point3& mm = shape.grid.spacingMm;
  shape.step = std::min(cellsOf(mm[0], nx), cellsOf(mm[1], ny));
  shape.stepZ = cellsOf(mm[2], nz);
  shape.coarseSize = {(nx + shape.step - 1) / shape.step, (ny + shape.step - 1) / shape.step,
                      (nz + shape.stepZ - 1) / shape.stepZ};
  const std::size_t plane =
      static_cast<std::size_t>(shape.coarseSize[0]) * static_cast<std::size_t>(shape.coarseSize[1]);
  const auto layers = static_cast<std::size_t>(shape.coarseSize[2]);
  shape.coarseLabel.assign(plane * layers, 0);
  shape.boxes.resize(static_cast<std::size_t>(nz));
  std::vector<std::size_t> voxels(layers, 0);
  parallelFor(layers, 0, {}, [&, nx = nx, ny = ny, nz = nz](std::size_t layer) {
    Counts counts(plane, {0, 0, 0});
    const int first = static_cast<int>(layer) * shape.stepZ, last = std::min(nz, first + shape.stepZ);
    for (int z = first; z < last; ++z) {
      const std::vector<Run> runs = runsOf(lungs.slice(z), nx, ny);
      shape.boxes[static_cast<std::size_t>(z)] = boxesOf(runs);
      count(runs, shape, counts);
    }
    for (std::size_t i = 0; i < plane; ++i) {
      const auto [right, left, unsided] = counts[i];
      const std::uint32_t all = right + left + unsided;
      voxels[layer] += all;
      const int cx = static_cast<int>(i % static_cast<std::size_t>(shape.coarseSize[0])) * shape.step;
      const int cy = static_cast<int>(i / static_cast<std::size_t>(shape.coarseSize[0])) * shape.step;
      const int full = std::min(shape.step, nx - cx) * std::min(shape.step, ny - cy) * (last - first);
      if (all == 0 || 2 * all < static_cast<std::uint32_t>(full)) continue;
      shape.coarseLabel[layer * plane + i] = unsided > std::max(right, left) ? kLungUnsided
                                             : right >= left                 ? kRightLung
                                                                             : kLeftLung;
    }
  });
  fillDepth(shape);
  shape.lungMl =
      static_cast<double>(std::accumulate(voxels.begin(), voxels.end(), std::size_t{0})) * shape.grid.voxelMl();
  return shape;
}

}  // namespace pulmo
