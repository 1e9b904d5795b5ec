// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "pipeline/core/label_set.h"

namespace pulmo {

/// What is known of a scan voxel while the lungs are sought: kBackground, kRightLung and kLeftLung, and these.
inline constexpr std::uint8_t kVoxelAir = 3;      ///< air in the body, not yet given to anything
inline constexpr std::uint8_t kVoxelAirway = 4;   ///< trachea and main bronchi with their wall
inline constexpr std::uint8_t kVoxelPadding = 5;  ///< no picture
inline constexpr std::uint8_t kVoxelOther = 6;    ///< air that is not lung

}  // namespace pulmo
