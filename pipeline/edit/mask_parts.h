// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/core/view_types.h"
#include "pipeline/edit/mask_difference.h"

namespace pulmo {

/// Removes the pieces of a label (voxels that hang together over faces) that are too small: all but the largest, or
/// those below minMl.
///
/// @param label  absent = each label by itself
/// @param minMl  absent = keep the largest piece alone
/// @return nullopt if stopped
/// @thread any; pure; uses all processors
/// @cost one pass a label, 12 bytes a run of voxels; one copy of the mask
[[nodiscard]] std::optional<MaskDifference> removeIslands(const LabelVolume& mask, std::optional<std::uint8_t> label,
                                                          std::optional<double> minMl, const StopToken& stop = {},
                                                          const ProgressSink& progress = {});

/// Gives holes (background that does not reach the edge of the picture, by faces) to the lung around them.
///
/// Without a plane, in 3-D: a hole that one label encloses alone, or of at most 1 ml, takes the label it shares most
/// faces with; larger ones between both lungs, as where the heart lies, stay. In a picture of one slice its two sides
/// are walls. With a plane, slice by slice of it: holes that one label encloses alone.
///
/// @return nullopt if stopped
/// @thread any; pure; uses all processors
/// @cost a few passes, 12 bytes a run of background and 150 a piece of it; one copy of the mask, two with a plane
[[nodiscard]] std::optional<MaskDifference> fillHoles(const LabelVolume& mask, std::optional<Orientation> plane,
                                                      const StopToken& stop = {}, const ProgressSink& progress = {});

}  // namespace pulmo
