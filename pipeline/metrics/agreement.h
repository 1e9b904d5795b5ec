// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// What a voxel of two masks of one scan is, by the one that is believed.
enum class Agreement : std::uint8_t {
  Outside,    ///< of both
  Agreed,     ///< the same lung in both
  Missed,     ///< lung in the reference alone
  Added,      ///< lung in the mask alone
  OtherSide,  ///< lung in both, but right in one and left in the other
};

/// A volume of Agreement, for colours over the slices. Where one of the masks does not tell sides, none is another
/// side.
///
/// @throws Error{InvalidInput} if the grids differ
/// @return nullopt if stopped
/// @thread any; uses `threads` threads (0 = all)
/// @cost two passes, 1 byte a voxel
[[nodiscard]] std::optional<LabelVolume> agreementOf(const LabelVolume& reference, const LabelVolume& mask,
                                                     int threads = 0, const StopToken& stop = {});

}  // namespace pulmo
