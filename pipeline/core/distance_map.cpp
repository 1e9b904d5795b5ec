// SPDX-License-Identifier: Apache-2.0
// Separable exact distance transform (Saito & Toriwaki 1994, Pattern Recognition 27:1551). The minimum along y and z
// is taken over the window that the limit allows instead of over a lower envelope: limits here are a few voxels, and
// the plain loop over x is what the compiler turns into vector code.
#include "pipeline/core/distance_map.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pipeline/core/parallel.h"

namespace pulmo {
namespace {

void alongRow(const std::uint8_t* mask, std::size_t nx, float spacing, float far, float* out) {
  float steps = far;
  for (std::size_t x = 0; x < nx; ++x) {
    steps = mask[x] != 0 ? 0.0F : std::min(steps + spacing, far);
    out[x] = steps;
  }
  steps = far;
  for (std::size_t x = nx; x-- > 0;) {
    steps = mask[x] != 0 ? 0.0F : std::min(steps + spacing, far);
    out[x] = std::min(out[x], steps);
  }
  for (std::size_t x = 0; x < nx; ++x) out[x] *= out[x];
}

void lowerTo(const float* __restrict from, float add, std::size_t count, float* __restrict to) {
  for (std::size_t x = 0; x < count; ++x) to[x] = std::min(to[x], from[x] + add);
}

}  // namespace

std::vector<float> squaredDistances(const std::uint8_t* mask, const Index3& size, const Point3& spacingMm,
                                    double limitMm, int threads, const StopToken& stop) {
  const auto nx = static_cast<std::size_t>(size[0]);
  const auto ny = static_cast<std::size_t>(size[1]);
  const auto nz = static_cast<std::size_t>(size[2]);
  const auto far = static_cast<float>(limitMm + std::max({spacingMm[0], spacingMm[1], spacingMm[2]}));
  const auto reachY = static_cast<std::size_t>(limitMm / spacingMm[1]);
  const auto reachZ = static_cast<std::size_t>(limitMm / spacingMm[2]);
  std::vector<float> planar(nx * ny * nz);
  parallelFor(nz, threads, stop, [&](std::size_t z) {
    std::vector<float> rows(nx * ny);
    for (std::size_t y = 0; y < ny; ++y) {
      alongRow(mask + nx * (y + ny * z), nx, static_cast<float>(spacingMm[0]), far, rows.data() + nx * y);
    }
    for (std::size_t y = 0; y < ny; ++y) {
      float* to = planar.data() + nx * (y + ny * z);
      std::memcpy(to, rows.data() + nx * y, nx * sizeof(float));
      for (std::size_t step = 1; step <= reachY; ++step) {
        const auto add = static_cast<float>(std::pow(static_cast<double>(step) * spacingMm[1], 2));
        if (y >= step) lowerTo(rows.data() + nx * (y - step), add, nx, to);
        if (y + step < ny) lowerTo(rows.data() + nx * (y + step), add, nx, to);
      }
    }
  });
  if (nz == 1 || reachZ == 0) return planar;
  std::vector<float> result(planar.size());
  parallelFor(nz, threads, stop, [&](std::size_t z) {
    float* to = result.data() + nx * ny * z;
    std::memcpy(to, planar.data() + nx * ny * z, nx * ny * sizeof(float));
    for (std::size_t step = 1; step <= reachZ; ++step) {
      const auto add = static_cast<float>(std::pow(static_cast<double>(step) * spacingMm[2], 2));
      if (z >= step) lowerTo(planar.data() + nx * ny * (z - step), add, nx * ny, to);
      if (z + step < nz) lowerTo(planar.data() + nx * ny * (z + step), add, nx * ny, to);
    }
  });
  return result;
}

}  // namespace pulmo
