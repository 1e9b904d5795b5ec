// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/pass_sums.h"

namespace pulmo {

PassFigures figuresOf(const PassSums& sums) {
  PassFigures figures;
  if (sums.batches > 0) {
    const auto batches = static_cast<double>(sums.batches);
    figures.total = sums.total / batches;
    figures.diceLoss = sums.diceLoss / batches;
    figures.crossEntropy = sums.crossEntropy / batches;
  }
  const auto score = [&](std::size_t side) -> std::optional<double> {
    if (sums.sizes[side] == 0) return std::nullopt;
    return 2 * static_cast<double>(sums.agree[side]) / static_cast<double>(sums.sizes[side]);
  };
  figures.diceRight = score(0);
  figures.diceLeft = score(1);
  return figures;
}

}  // namespace pulmo
