// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pulmo {

/// A piece of a label's outline, in continuous pixel indices of the label slice.
struct ContourSegment {
  float across0, down0, across1, down1;
  std::uint8_t label;
};

/// Outlines of every label other than 0 in a slice, halfway between voxel centres. Labels that touch each get their
/// own line; outside the slice is background, so that a label at the border is closed.
///
/// @param labels  [height, width], rows `width` apart
/// @cost  O(width height); far less where neighbours are alike
/// @source Lorensen & Cline 1987 in two dimensions; the ambiguous cases are cut apart
[[nodiscard]] std::vector<ContourSegment> labelContours(const std::uint8_t* labels, int width, int height);

}  // namespace pulmo
