// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/edit/mask_difference.h"

namespace pulmo {

/// Moves the border of lungs outwards (mm > 0) or inwards (mm < 0), Euclidean and by the grid's own spacing.
///
/// Growing takes background whose centre is at most `mm` from a centre of the label. Where two lungs reach, the nearer
/// gets it, at equal distance the one with the lower label; voxels of another lung stay its own. Shrinking drops
/// voxels whose centre is at most `-mm` from a centre that is not of that label; the edge of the picture is no border.
///
/// @param label  absent = each lung
/// @return nullopt if stopped
/// @throws Error{InvalidInput} unless |mm| <= 100
/// @thread any; pure; uses all processors
/// @cost O(voxels of the lungs' box * mm / spacing), 13 bytes a voxel of the box; one copy of the mask
[[nodiscard]] std::optional<MaskDifference> growMask(const LabelVolume& mask, std::optional<std::uint8_t> label,
                                                     double mm, const StopToken& stop = {},
                                                     const ProgressSink& progress = {});

/// Smooths the border of lungs: with a Gaussian of `sigmaMm` over the label, background above one half joins it, and
/// voxels of it below one half become background. Bumps and dents smaller than about sigmaMm vanish, flat borders stay;
/// a ball of radius r loses about sigmaMm^2 / r. Another lung keeps its voxels, and they are left out of the mean where
/// a voxel might be lost, so that lungs that touch are not drawn apart. Beyond the edge of the picture the last voxel
/// goes on.
///
/// @param label  absent = each lung
/// @return nullopt if stopped
/// @throws Error{InvalidInput} unless 0 < sigmaMm <= 20
/// @thread any; pure; uses all processors
/// @cost O(voxels of the lungs' box * sigma / spacing), 8 bytes a voxel of the box; one copy of the mask
[[nodiscard]] std::optional<MaskDifference> smoothMask(const LabelVolume& mask, std::optional<std::uint8_t> label,
                                                       double sigmaMm, const StopToken& stop = {},
                                                       const ProgressSink& progress = {});

}  // namespace pulmo
