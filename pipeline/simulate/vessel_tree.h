// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "pipeline/simulate/shapes.h"

namespace pulmo {

struct VesselTreePlan {
  Mm3 root;       ///< where it enters the lung
  Mm3 low, high;  ///< box around the lung
  int leaves = 400;
  double leafRadius = 0.65;   ///< mm
  double straightness = 0.5;  ///< weight of the way back to the root: 0 shortest wire, 1 straight lines from the root
};

/// A tree of tapering tubes that fills a lung: seeded points inside it are joined, nearest the root first, to whichever
/// node costs least in new wire and way to the root; radii follow Murray's law (r^3 of a parent = sum of its
/// children's).
///
/// @param inside  whether a tip may lie at a point
/// @source Cuntz et al. 2010, "One rule to grow them all", doi:10.1371/journal.pcbi.1000877; Murray 1926
/// @cost O(leaves x length of the tree): some ms for 400
[[nodiscard]] std::vector<Tube> growVesselTree(const VesselTreePlan& plan, std::uint64_t seed, std::uint64_t stream,
                                               const std::function<bool(const Mm3&)>& inside);

}  // namespace pulmo
