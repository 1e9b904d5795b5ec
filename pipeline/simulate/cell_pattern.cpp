// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/cell_pattern.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace pulmo {

void CellPattern::gather(int x, int y, int z) {
  constexpr float kJitter = 0.42F;
  at_ = {x, y, z};
  std::size_t n = 0;
  for (int k = -1; k <= 1; ++k)
    for (int j = -1; j <= 1; ++j)
      for (int i = -1; i <= 1; ++i)
        sites_[n++] = {static_cast<float>(i) + 0.5F + kJitter * noise_.node(x + i, y + j, z + k),
                       static_cast<float>(j) + 0.5F + kJitter * noise_.node(x + i + 9, y + j + 14, z + k + 4),
                       static_cast<float>(k) + 0.5F + kJitter * noise_.node(x + i + 20, y + j + 3, z + k + 27)};
}

float CellPattern::toFace(const Mm3& p) {
  std::array<float, 3> t{};
  std::array<int, 3> cube{};
  for (std::size_t k = 0; k < 3; ++k) {
    const double u = p[k] * perMm_ + offset_[k] + 1024;
    cube[k] = static_cast<int>(u);
    t[k] = static_cast<float>(u - cube[k]);
  }
  if (cube != at_) gather(cube[0], cube[1], cube[2]);
  std::array<float, 27> square{};
  std::size_t nearest = 0;
  for (std::size_t n = 0; n < 27; ++n) {
    const float a = sites_[n][0] - t[0], b = sites_[n][1] - t[1], c = sites_[n][2] - t[2];
    square[n] = a * a + b * b + c * c;
    if (square[n] < square[nearest]) nearest = n;
  }
  // Half the difference of squares over the sites' distance is how far the plane between them is. Squared, so that one
  // root does for all.
  const std::array<float, 3>& home = sites_[nearest];
  float least = 4;
  for (std::size_t n = 0; n < 27; ++n) {
    const float more = square[n] - square[nearest];
    if (n == nearest || more > 3) continue;
    const float a = sites_[n][0] - home[0], b = sites_[n][1] - home[1], c = sites_[n][2] - home[2];
    least = std::min(least, more * more / (4 * (a * a + b * b + c * c) + 1e-6F));
  }
  return std::sqrt(least) * static_cast<float>(cellMm_);
}

}  // namespace pulmo
