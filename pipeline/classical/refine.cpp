// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/refine.h"

#include <algorithm>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"

namespace pulmo {

namespace {

/// Labels grown by one pixel in the plane; where both sides reach a pixel, the one that was there first in x keeps it.
Mask grownInPlane(const Mask& labels, const WorkGrid& g) {
  Mask grown = labels;
  const auto nx = static_cast<std::size_t>(g.size[0]), ny = static_cast<std::size_t>(g.size[1]);
  (void)parallelFor(static_cast<std::size_t>(g.size[2]), 0, {}, [&](std::size_t z) {
    for (std::size_t y = 0; y < ny; ++y)
      for (std::size_t x = 0; x < nx; ++x) {
        const std::size_t i = z * nx * ny + y * nx + x;
        if (labels[i] != 0) continue;
        if (x > 0 && labels[i - 1] != 0) grown[i] = labels[i - 1];
        else if (x + 1 < nx && labels[i + 1] != 0) grown[i] = labels[i + 1];
        else if (y > 0 && labels[i - nx] != 0) grown[i] = labels[i - nx];
        else if (y + 1 < ny && labels[i + nx] != 0) grown[i] = labels[i + nx];
      }
  });
  return grown;
}

/// 1 where the pixel and its four neighbours in the plane are lung.
Mask innerInPlane(const Mask& labels, const WorkGrid& g) {
  Mask inner(labels.size());
  const auto nx = static_cast<std::size_t>(g.size[0]), ny = static_cast<std::size_t>(g.size[1]);
  (void)parallelFor(static_cast<std::size_t>(g.size[2]), 0, {}, [&](std::size_t z) {
    for (std::size_t y = 1; y + 1 < ny; ++y)
      for (std::size_t x = 1; x + 1 < nx; ++x) {
        const std::size_t i = z * nx * ny + y * nx + x;
        inner[i] = labels[i] != 0 && labels[i - 1] != 0 && labels[i + 1] != 0 && labels[i - nx] != 0 && labels[i + nx] != 0;
      }
  });
  return inner;
}

/// Majority of the 3 x 3 pixels around each; sides are kept, only lung against not lung is voted on.
void smoothSlice(std::uint8_t* slice, int nx, int ny, std::vector<std::uint8_t>& before) {
  before.assign(slice, slice + static_cast<std::ptrdiff_t>(nx) * ny);
  for (int y = 1; y + 1 < ny; ++y)
    for (int x = 1; x + 1 < nx; ++x) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(y) * nx + x;
      const std::uint8_t* b = before.data() + i;
      const std::uint8_t own = b[0];
      if (own == b[-1] && own == b[1] && own == b[-nx] && own == b[nx]) continue;
      int lung = 0;
      std::uint8_t label = own;
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx)
          if (const std::uint8_t v = b[static_cast<std::ptrdiff_t>(dy) * nx + dx]; v != 0) {
            ++lung;
            if (label == 0) label = v;
          }
      slice[i] = lung >= 5 ? label : std::uint8_t{0};
    }
}

}  // namespace

LabelVolume refineBorder(const Mask& closed, const Mask& blocked, const WorkGrid& g, const CtVolume& ct, double thresholdHu) {
  LabelVolume result(ct.grid());
  const Mask grown = grownInPlane(closed, g);
  const Mask inner = innerInPlane(closed, g);
  const Index3 size = ct.grid().size;
  const auto wx = static_cast<std::size_t>(g.size[0]);
  (void)parallelFor(static_cast<std::size_t>(size[2]), 0, {}, [&](std::size_t z) {
    const std::size_t plane = z / static_cast<std::size_t>(g.factor[2]) * g.planeCount();
    std::uint8_t* to = result.slice(static_cast<int>(z));
    const std::int16_t* hu = ct.slice(static_cast<int>(z));
    for (int y = 0; y < size[1]; ++y) {
      const std::size_t row = plane + static_cast<std::size_t>(y / g.factor[1]) * wx;
      for (int x = 0; x < size[0]; ++x, ++to, ++hu) {
        const std::size_t w = row + static_cast<std::size_t>(x / g.factor[0]);
        if (grown[w] == 0 || blocked[w] != 0) continue;
        if (inner[w] != 0 || *hu < thresholdHu) *to = grown[w];
      }
    }
    std::vector<std::uint8_t> before;
    smoothSlice(result.slice(static_cast<int>(z)), size[0], size[1], before);
  });
  return result;
}

}  // namespace pulmo
