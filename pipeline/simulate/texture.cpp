// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/texture.h"

#include <cstddef>

#include "pipeline/core/random.h"

namespace pulmo {

Texture::Texture(std::uint64_t seed, std::uint64_t stream) : lattice_(kCells * kCells * kCells) {
  const Random random(seed, stream);
  for (std::size_t i = 0; i < lattice_.size(); ++i)
    lattice_[i] = static_cast<float>(static_cast<double>(random.words(i)[0]) * 0x1.0p-31 - 1);
}

double Texture::at(const Mm3& p, double cellMm) const {
  std::array<std::size_t, 3> low{}, high{};
  std::array<double, 3> t{};
  for (std::size_t k = 0; k < 3; ++k) {
    const double x = p[k] / cellMm + 1024;  // positive everywhere in the box
    const double cell = std::floor(x);
    const double f = x - cell;
    t[k] = f * f * (3 - 2 * f);
    low[k] = static_cast<std::size_t>(cell) % kCells;
    high[k] = (low[k] + 1) % kCells;
  }
  const auto row = [&](std::size_t y, std::size_t z) {
    const float* line = lattice_.data() + kCells * (y + kCells * z);
    return mix(static_cast<double>(line[low[0]]), static_cast<double>(line[high[0]]), t[0]);
  };
  return mix(mix(row(low[1], low[2]), row(high[1], low[2]), t[1]),
             mix(row(low[1], high[2]), row(high[1], high[2]), t[1]), t[2]);
}

}  // namespace pulmo
