// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "pipeline/learn/training.h"

namespace pulmo {

/// Sums of a pass, from which its figures come. Plain values: a checkpoint in mid-epoch keeps them.
struct PassSums {
  double total = 0, diceLoss = 0, crossEntropy = 0;  ///< of the batches' averages
  std::int64_t batches = 0, slices = 0;
  /// Right, left: pixels of the most likely class that agree, and both sets' sizes together. Slices whose labels do
  /// not tell the sides are left out.
  std::array<std::int64_t, 2> agree{0, 0}, sizes{0, 0};
  friend bool operator==(const PassSums&, const PassSums&) = default;
};

/// @return Dice scores absent where neither labels nor prediction had that lung
[[nodiscard]] PassFigures figuresOf(const PassSums& sums);

}  // namespace pulmo
