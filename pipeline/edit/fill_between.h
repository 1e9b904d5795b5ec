// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/view_types.h"
#include "pipeline/edit/mask_difference.h"

namespace pulmo {

/// The slices of a plane that hold a label, ascending.
[[nodiscard]] std::vector<int> labelledSlices(const LabelVolume& mask, std::uint8_t label, Orientation plane);

/// Draws a label between slices that are right already: between each two neighbours of `slices` the label becomes what
/// lies in between of their two shapes, where it is now and where it is not yet; other labels keep their voxels. With
/// labelledSlices() that fills the slices left empty; with editedSlices() slices painted here and there correct those
/// between them.
///
/// The shape in between is where the weighted mean of the signed distances to both outlines (in mm, in the slice) is
/// below zero. Shapes that do not overlap one another fade out on the way, as the method has it.
///
/// @param slices  in any order; those that lie outside or do not hold the label are left out
/// @return nullopt if stopped
/// @throws Error{InvalidInput} if fewer than two slices hold the label
/// @thread any; pure
/// @cost four distance maps of the shapes' box in a slice for each two slices given; one copy of the mask
/// @source Raya & Udupa 1990, "Shape-based interpolation of multidimensional objects", IEEE TMI 9:32
[[nodiscard]] std::optional<MaskDifference> fillBetween(const LabelVolume& mask, std::uint8_t label, Orientation plane,
                                                        std::vector<int> slices, const StopToken& stop = {},
                                                        const ProgressSink& progress = {});

}  // namespace pulmo
