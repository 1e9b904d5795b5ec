// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/edit/brush.h"

namespace pulmo {

/// How far a region may reach that is added to or removed from a mask with one click.
struct RegionRule {
  HuRange hu;            ///< of the region, see huAround
  double radiusMm = 30;  ///< about the click; at most 150
  double neckMm = 4;     ///< passages narrower than this are not gone through; 0 = none is too narrow; at most 30
};

struct RegionEdit {
  MaskDifference difference;  ///< empty if nothing can be grown from there
  std::uint8_t label = 0;     ///< what the region becomes, or was when it is removed
  double ml = 0;
  bool reachedRadius = false;  ///< it would have gone on: the radius alone stopped it, look whether it leaked
};

/// What a click at a voxel probably means: the mean of the HU within 4 mm, and to each side twice their SD, but at
/// least 80 HU (noise of a mean over 27 voxels, and the spread within a consolidation).
/// @throws Error{InvalidInput} if the voxel is outside of the scan
[[nodiscard]] HuRange huAround(const CtVolume& ct, const Index3& click);

/// Makes lung of a region beside the mask that was left out: a consolidation, above all.
///
/// The rule. Candidates are background voxels whose mean HU, over the background of their 3 x 3 x 3 neighbourhood, lies
/// in the range (without the mean, noise would pierce them). Walls are voxels that are neither candidates nor lung. The
/// core is what keeps half of neckMm from every wall; it is grown over faces from its voxel nearest to the click,
/// within radiusMm of the click. The region is that core and the candidates within half of neckMm of it that hang
/// together with it: what hangs on only by a passage narrower than neckMm stays out. Background that touches both the
/// region and lung joins it (partial volume in between), and so do holes of at most 1 ml that region and lung enclose
/// (air in bronchi, calcium, vessels). Nothing tells a consolidation from the chest wall that it touches broadly, where
/// both have the same HU: there the radius is the limit, and reachedRadius says so.
///
/// @param label  absent = the one the region shares most faces with; without any, that of the lung voxel nearest to
///               the click
/// @return nullopt if stopped
/// @throws Error{InvalidInput} if the grids differ, the click is outside or already in the mask, radius or
///         neck are out of bounds, or the mask is empty and no label is given
/// @thread any; pure; uses all processors
/// @cost O(voxels of the box around the radius), 17 bytes each
[[nodiscard]] std::optional<RegionEdit> addRegion(const CtVolume& ct, const LabelVolume& mask, const Index3& click,
                                                  const RegionRule& rule, std::optional<std::uint8_t> label,
                                                  const StopToken& stop = {}, const ProgressSink& progress = {});

/// Takes a region out of the mask, as gas of the bowel, or the trachea: the same rule, where candidates are voxels of
/// the clicked label, and walls are all others.
/// @throws Error{InvalidInput} as addRegion; and if the click is not in the mask
[[nodiscard]] std::optional<RegionEdit> removeRegion(const CtVolume& ct, const LabelVolume& mask, const Index3& click,
                                                     const RegionRule& rule, const StopToken& stop = {},
                                                     const ProgressSink& progress = {});

}  // namespace pulmo
