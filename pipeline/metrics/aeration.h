// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"
#include "pipeline/metrics/aeration_limits.h"

namespace pulmo {

/// A lung voxel by how much air it holds; with the published limits:
enum class Aeration : std::uint8_t {
  Outside,        ///< of the mask
  Hyperinflated,  ///< HU < -950
  Inflated,       ///< -950 <= HU < -750
  Infiltrated,    ///< -750 <= HU < -400
  Collapsed,      ///< -400 <= HU < 0
  Dense,          ///< 0 <= HU: no air at all
};

/// A volume of Aeration, for colours over the slices.
///
/// @param mask  any label other than 0 is lung
/// @throws Error{InvalidInput} if the grids differ or the limits do not rise
/// @return nullopt if stopped
/// @thread any; uses `threads` threads (0 = all)
/// @cost one pass, 1 byte a voxel
[[nodiscard]] std::optional<LabelVolume> aerationOf(const CtVolume& ct, const LabelVolume& mask,
                                                    const AerationLimits& limits = {}, int threads = 0,
                                                    const StopToken& stop = {});

}  // namespace pulmo
