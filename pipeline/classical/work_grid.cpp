// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/work_grid.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "pipeline/core/parallel.h"

namespace pulmo {

namespace {

constexpr double kWorkMm = 1.5;      // finer than the thinnest structure judged here (a bronchus wall is not)
constexpr double kUnknownMm = 0.7;   // a chest on 512 pixels, where the file gives no spacing

void forEachSlice(const WorkGrid& grid, const std::function<void(std::size_t)>& body) {
  (void)parallelFor(static_cast<std::size_t>(grid.size[2]), 0, {}, body);
}

/// Squared distance in one line to the nearest zero of f (lower envelope of parabolas).
/// @source Felzenszwalb & Huttenlocher 2012, doi:10.4086/toc.2012.v008a019, algorithm 1
class LineTransform {
 public:
  explicit LineTransform(std::size_t longest) : vertex_(longest), bound_(longest + 1), out_(longest) {}
  void operator()(float* f, std::size_t n, std::size_t stride, double step) {
    constexpr double kFar = 1e18;
    std::size_t k = 0;
    vertex_[0] = 0;
    bound_[0] = -kFar;
    bound_[1] = kFar;
    const auto at = [&](std::size_t i) { return static_cast<double>(f[i * stride]); };
    const double s2 = step * step;
    for (std::size_t q = 1; q < n; ++q) {
      double cut = 0;
      while (true) {
        const std::size_t v = vertex_[k];
        const auto dq = static_cast<double>(q), dv = static_cast<double>(v);
        cut = ((at(q) + s2 * dq * dq) - (at(v) + s2 * dv * dv)) / (2 * s2 * (dq - dv));
        if (cut > bound_[k] || k == 0) break;
        --k;
      }
      if (cut <= bound_[k]) {  // k == 0 and hidden
        vertex_[0] = q;
        bound_[1] = kFar;
        continue;
      }
      vertex_[++k] = q;
      bound_[k] = cut;
      bound_[k + 1] = kFar;
    }
    k = 0;
    for (std::size_t q = 0; q < n; ++q) {
      while (bound_[k + 1] < static_cast<double>(q)) ++k;
      const double d = step * (static_cast<double>(q) - static_cast<double>(vertex_[k]));
      out_[q] = static_cast<float>(d * d + at(vertex_[k]));
    }
    for (std::size_t q = 0; q < n; ++q) f[q * stride] = out_[q];
  }

 private:
  std::vector<std::size_t> vertex_;
  std::vector<double> bound_;
  std::vector<float> out_;
};

/// Squared distance in mm to the nearest pixel whose value is `wanted`, in one slice.
void distanceInSlice(const std::uint8_t* slice, const WorkGrid& grid, bool wanted, std::vector<float>& d2) {
  const auto nx = static_cast<std::size_t>(grid.size[0]), ny = static_cast<std::size_t>(grid.size[1]);
  d2.resize(nx * ny);
  for (std::size_t i = 0; i < nx * ny; ++i) d2[i] = (slice[i] != 0) == wanted ? 0.0F : 1e12F;
  LineTransform line(std::max(nx, ny));
  for (std::size_t y = 0; y < ny; ++y) line(d2.data() + y * nx, nx, 1, grid.spacingMm[0]);
  for (std::size_t x = 0; x < nx; ++x) line(d2.data() + x, ny, nx, grid.spacingMm[1]);
}

}  // namespace

WorkVolume makeWorkVolume(const CtVolume& ct) {
  WorkVolume work;
  const Grid& from = ct.grid();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double spacing = from.spacingKnown ? from.spacingMm[axis] : kUnknownMm;
    work.grid.factor[axis] = std::max(1, static_cast<int>(std::lround(kWorkMm / spacing)));
    work.grid.size[axis] = (from.size[axis] + work.grid.factor[axis] - 1) / work.grid.factor[axis];
    work.grid.spacingMm[axis] = spacing * work.grid.factor[axis];
  }
  work.hu.resize(work.grid.count());
  forEachSlice(work.grid, [&](std::size_t z) {
    const auto& f = work.grid.factor;
    std::vector<std::int32_t> sum(work.grid.planeCount());
    std::vector<std::int32_t> number(work.grid.planeCount());
    const int z0 = static_cast<int>(z) * f[2], z1 = std::min(from.size[2], z0 + f[2]);
    for (int sz = z0; sz < z1; ++sz)
      for (int y = 0; y < from.size[1]; ++y) {
        const std::int16_t* row = ct.slice(sz) + static_cast<std::ptrdiff_t>(y) * from.size[0];
        const std::size_t base = static_cast<std::size_t>(y / f[1]) * static_cast<std::size_t>(work.grid.size[0]);
        for (int x = 0; x < from.size[0]; ++x) {
          sum[base + static_cast<std::size_t>(x / f[0])] += row[x];
          ++number[base + static_cast<std::size_t>(x / f[0])];
        }
      }
    std::int16_t* to = work.hu.data() + z * work.grid.planeCount();
    for (std::size_t i = 0; i < sum.size(); ++i) to[i] = static_cast<std::int16_t>(sum[i] / std::max(1, number[i]));
  });
  return work;
}

std::vector<Component> components(const Mask& mask, const WorkVolume& volume, std::vector<std::int32_t>& labels) {
  const WorkGrid& g = volume.grid;
  const auto nx = static_cast<std::size_t>(g.size[0]), plane = g.planeCount();
  labels.assign(mask.size(), 0);
  std::vector<Component> found;
  std::vector<std::size_t> queue;
  std::vector<std::size_t> area(static_cast<std::size_t>(g.size[2]));
  for (std::size_t seed = 0; seed < mask.size(); ++seed) {
    if (mask[seed] == 0 || labels[seed] != 0) continue;
    Component c;
    c.id = static_cast<std::int32_t>(found.size()) + 1;
    c.low = g.size;
    c.high = {-1, -1, -1};
    std::fill(area.begin(), area.end(), std::size_t{0});
    double sumHu = 0;
    queue.assign(1, seed);
    labels[seed] = c.id;
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const std::size_t at = queue[head];
      const Index3 p{static_cast<int>(at % nx), static_cast<int>((at % plane) / nx), static_cast<int>(at / plane)};
      sumHu += volume.hu[at];
      ++area[static_cast<std::size_t>(p[2])];
      for (std::size_t axis = 0; axis < 3; ++axis) {
        c.centroid[axis] += p[axis];
        c.low[axis] = std::min(c.low[axis], p[axis]);
        c.high[axis] = std::max(c.high[axis], p[axis]);
        const std::size_t step = axis == 0 ? 1 : axis == 1 ? nx : plane;
        if (p[axis] > 0 && mask[at - step] != 0 && labels[at - step] == 0) {
          labels[at - step] = c.id;
          queue.push_back(at - step);
        }
        if (p[axis] + 1 < g.size[axis] && mask[at + step] != 0 && labels[at + step] == 0) {
          labels[at + step] = c.id;
          queue.push_back(at + step);
        }
      }
    }
    c.voxels = queue.size();
    c.meanHu = sumHu / static_cast<double>(c.voxels);
    for (double& x : c.centroid) x /= static_cast<double>(c.voxels);
    c.largestSliceMm2 = static_cast<double>(*std::max_element(area.begin(), area.end())) * g.pixelMm2();
    found.push_back(c);
  }
  std::stable_sort(found.begin(), found.end(), [](const Component& a, const Component& b) { return a.voxels > b.voxels; });
  return found;
}

void dilateInPlane(Mask& mask, const WorkGrid& grid, double radiusMm) {
  const auto r2 = static_cast<float>(radiusMm * radiusMm);
  forEachSlice(grid, [&](std::size_t z) {
    std::uint8_t* slice = mask.data() + z * grid.planeCount();
    if (std::none_of(slice, slice + grid.planeCount(), [](std::uint8_t v) { return v != 0; })) return;
    std::vector<float> d2;
    distanceInSlice(slice, grid, true, d2);
    for (std::size_t i = 0; i < d2.size(); ++i) slice[i] = d2[i] <= r2;
  });
}

void erodeInPlane(Mask& mask, const WorkGrid& grid, double radiusMm) {
  const auto r2 = static_cast<float>(radiusMm * radiusMm);
  forEachSlice(grid, [&](std::size_t z) {
    std::uint8_t* slice = mask.data() + z * grid.planeCount();
    if (std::none_of(slice, slice + grid.planeCount(), [](std::uint8_t v) { return v != 0; })) return;
    std::vector<float> d2;
    distanceInSlice(slice, grid, false, d2);
    for (std::size_t i = 0; i < d2.size(); ++i) slice[i] = d2[i] > r2;
  });
}

namespace {

/// A voxel becomes `value` if a face neighbour has it. Outside the grid counts as mask, so that a lung cut by the scan's
/// end is not eaten from there.
void stepByFaces(Mask& mask, const WorkGrid& g, std::uint8_t value) {
  const Mask before = mask;
  const auto nx = static_cast<std::size_t>(g.size[0]), plane = g.planeCount();
  const bool alongZ = g.spacingMm[2] <= 2 * g.spacingMm[0];
  forEachSlice(g, [&](std::size_t z) {
    for (std::size_t y = 0; y < static_cast<std::size_t>(g.size[1]); ++y)
      for (std::size_t x = 0; x < nx; ++x) {
        const std::size_t i = z * plane + y * nx + x;
        if (before[i] == value) continue;
        const bool touched = (x > 0 && before[i - 1] == value) || (x + 1 < nx && before[i + 1] == value) ||
                             (y > 0 && before[i - nx] == value) || (y + 1 < static_cast<std::size_t>(g.size[1]) && before[i + nx] == value) ||
                             (alongZ && z > 0 && before[i - plane] == value) ||
                             (alongZ && z + 1 < static_cast<std::size_t>(g.size[2]) && before[i + plane] == value);
        if (touched) mask[i] = value;
      }
  });
}

}  // namespace

void erodeByFaces(Mask& mask, const WorkGrid& grid) { stepByFaces(mask, grid, 0); }
void dilateByFaces(Mask& mask, const WorkGrid& grid) { stepByFaces(mask, grid, 1); }

void fillHolesInPlane(Mask& mask, const WorkGrid& grid) {
  const auto nx = static_cast<std::size_t>(grid.size[0]), ny = static_cast<std::size_t>(grid.size[1]);
  forEachSlice(grid, [&](std::size_t z) {
    std::uint8_t* slice = mask.data() + z * grid.planeCount();
    std::vector<std::uint8_t> outside(nx * ny);
    std::vector<std::size_t> queue;
    const auto reach = [&](std::size_t i) {
      if (slice[i] != 0 || outside[i] != 0) return;
      outside[i] = 1;
      queue.push_back(i);
    };
    for (std::size_t x = 0; x < nx; ++x) reach(x), reach((ny - 1) * nx + x);
    for (std::size_t y = 0; y < ny; ++y) reach(y * nx), reach(y * nx + nx - 1);
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const std::size_t i = queue[head], x = i % nx, y = i / nx;
      if (x > 0) reach(i - 1);
      if (x + 1 < nx) reach(i + 1);
      if (y > 0) reach(i - nx);
      if (y + 1 < ny) reach(i + nx);
    }
    for (std::size_t i = 0; i < nx * ny; ++i) slice[i] = slice[i] != 0 || outside[i] == 0;
  });
}

}  // namespace pulmo
