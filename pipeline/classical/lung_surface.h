// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/classical/lung_blocks.h"

namespace pulmo {

/// One lung closed together with the chest wall: blocks of dense tissue between its air and the ribs, or beside both
/// and the diaphragm. Shells thinner than 8 mm, what does not touch the wall, the
/// uppermost 45 mm (collar bone and shoulder blade stand where ribs are looked for) and what lies below the lung's
/// lowest air are left out.
/// @return 1 = tissue that may be lung; none of it is lung of the first mask
[[nodiscard]] std::vector<std::uint8_t> tissueAtWall(const LungBlocks& blocks, std::uint8_t side,
                                                     const std::vector<std::uint8_t>& outside, const StopToken& stop);

/// The lung within the surface of least cost around `first` (lung and tissue at the wall).
/// @return for each block the distance in mm to that surface, negative within it, exact to a block near it alone
[[nodiscard]] std::vector<float> searchSurface(const LungBlocks& blocks, const std::vector<std::uint8_t>& first,
                                               const std::vector<std::uint8_t>& tissue,
                                               const std::vector<std::uint8_t>& outside, const StopToken& stop);

}  // namespace pulmo
