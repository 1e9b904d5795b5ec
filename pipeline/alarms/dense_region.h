// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/classical/coarse_scan.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// Dense tissue outside the mask, in a place where the mask's other slices say that lung is.
struct DenseRegion {
  std::uint8_t label = 0;  ///< the lung beside it: kRightLung or kLeftLung
  double ml = 0;
  double thickMm = 0;  ///< how far it stands out from what is surely no lung
  double meanHu = 0;
  Index3 voxel{0, 0, 0};  ///< of the scan, near its middle
};

/// Consolidated lung, or a mass, that a mask may have left out.
///
/// Tissue above -300 HU outside the mask counts if lung of one and the same side lies both above and below it within
/// 45 mm, and in its slice on two opposite sides within 60 mm. Below the heart and under the diaphragm's domes there is
/// no lung, so these do not count. What is thinner than 12 mm is dropped (vessels, fissures, the partial volume of the
/// chest wall). Of the rest a region is told if 5 ml of it lie beyond two fifths of the way from the body's midline to
/// the lung's outermost place, where no healthy hilum reaches, and if it stands out by 15 mm from what is surely no
/// lung. So consolidation with lung all round, at the chest wall or at the hilum is found; one that takes a whole base
/// or a whole lung has no lung below it and is not (imbalance and small volume may tell).
///
/// The limits were set on the scans named in tst_alarms_scans.cpp: masses and consolidation left out by `threshold`
/// against healthy hila, which reach 0.3 of the way and stand out by 12 mm.
///
/// @param scan      from makeCoarseScan
/// @param mask      of the scan that `scan` was made from; of unsided lungs the midline tells the sides
/// @param midlineX  of the body, in scan voxels
/// @return unfinished if stopped: the caller checks its token. Larger first
/// @cost about 0.3 s for 512 x 512 x 300
[[nodiscard]] std::vector<DenseRegion> findDenseRegions(const CoarseScan& scan, const LabelVolume& mask,
                                                        double midlineX, const StopToken& stop);

}  // namespace pulmo
