// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/simulate/shapes.h"

namespace pulmo {

/// A seeded field that varies smoothly through space, from -1 to 1: values on a lattice, interpolated. Repeats after
/// 32 cells.
class Texture {
 public:
  Texture(std::uint64_t seed, std::uint64_t stream);
  [[nodiscard]] double at(const Mm3& p, double cellMm) const;

 private:
  static constexpr int kCells = 32;
  std::vector<float> lattice_;
};

}  // namespace pulmo
