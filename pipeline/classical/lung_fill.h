// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/classical/coarse_scan.h"

namespace pulmo {

/// Vessels, bronchi and nodules inside a lung become lung, and the dents that vessels cut into its border close.
///
/// 1. What a lung encloses in at least two of the three planes of blocks (a vessel at the hilum; not the dome of the
///    diaphragm, which the axial plane alone shows as an island).
/// 2. Small islands of an axial slice.
/// 3. Closing by a disc of 4 mm in the slice; never over the airway or the other lung.
///
/// @param regions  labels a block, as from findLungRegions
/// @param state    labels a scan voxel, as from drawLungBorder; changed
/// @thread any; uses all processors
void fillLungs(const CoarseScan& coarse, const std::vector<std::uint8_t>& regions, std::vector<std::uint8_t>& state,
               const StopToken& stop);

}  // namespace pulmo
