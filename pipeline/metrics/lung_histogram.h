// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/core/volume.h"

namespace pulmo {

/// How often each range of Hounsfield units comes in the lungs of a mask.
struct LungHistogram {
  static constexpr int kLowHu = -1050, kBinHu = 10, kBins = 120;  ///< up to 150 HU; bin i from kLowHu + i kBinHu on

  bool sided = true;  ///< false: the mask does not tell right from left, `both` alone is filled
  std::uint64_t rightVoxels = 0, leftVoxels = 0, bothVoxels = 0;  ///< also those outside of all bins
  std::vector<std::uint64_t> right, left, both;  ///< kBins counts each; right and left empty if unsided
};

/// @throws Error{InvalidInput} if the grids differ
/// @cost one walk over the mask
[[nodiscard]] LungHistogram measureHistogram(const CtVolume& ct, const LabelVolume& mask);

}  // namespace pulmo
