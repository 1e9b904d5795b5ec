// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/lung_histogram.h"

#include <array>

#include "pipeline/core/label_set.h"

namespace pulmo {

LungHistogram measureHistogram(const CtVolume& ct, const LabelVolume& mask) {
  requireSameGrid(ct.grid(), "scan", mask.grid(), "mask");
  using Counts = std::vector<std::uint64_t>;
  std::array<Counts, 4> counts;
  counts.fill(Counts(LungHistogram::kBins));
  std::array<std::uint64_t, 4> voxels{};
  for (std::size_t i = 0; i < mask.voxels().size(); ++i) {
    const std::uint8_t label = mask.voxels()[i];
    if (label == kBackground || label > kLungUnsided) continue;
    ++voxels[label];
    const int above = ct.voxels()[i] - LungHistogram::kLowHu;
    if (above >= 0 && above < LungHistogram::kBins * LungHistogram::kBinHu)
      ++counts[label][static_cast<std::size_t>(above / LungHistogram::kBinHu)];
  }
  LungHistogram result;
  result.sided = voxels[kLungUnsided] == 0;
  result.both = Counts(LungHistogram::kBins);
  for (const std::uint8_t label : {kRightLung, kLeftLung, kLungUnsided}) {
    result.bothVoxels += voxels[label];
    for (std::size_t bin = 0; bin < result.both.size(); ++bin) result.both[bin] += counts[label][bin];
  }
  if (!result.sided) return result;
  result.rightVoxels = voxels[kRightLung];
  result.leftVoxels = voxels[kLeftLung];
  result.right = std::move(counts[kRightLung]);
  result.left = std::move(counts[kLeftLung]);
  return result;
}

}  // namespace pulmo
