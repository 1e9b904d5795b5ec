// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/classical/body_mask.h"
#include "pipeline/classical/coarse_scan.h"

namespace pulmo {

/// The threshold between lung and tissue, found from the histogram of the scan's own voxels within the body: halfway
/// between the mean of what lies below and the mean of what lies above, iterated until it stays (isodata). Kept within
/// -600 to -350 HU, so that neither emphysema nor bone moves it out of the gap between lung and tissue.
///
/// @source Ridler & Calvard 1978, doi:10.1109/TSMC.1978.4310039; for lungs Hu, Hoffman & Reinhardt 2001,
///         doi:10.1109/42.929615, section II-A. Deviations: voxels above 200 HU (bone, contrast medium) are left
///         out, and 40 HU are added, as experts draw.
/// @thread any; uses all processors
[[nodiscard]] double findLungThreshold(const CtVolume& ct, const CoarseScan& coarse, const BodyMask& body,
                                       const StopToken& stop);

}  // namespace pulmo
