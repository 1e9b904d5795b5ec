// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/classical/slice_border.h"

namespace pulmo {

/// Which dents of a lung's border are bridged.
struct MarchingLimits {
  double widestMm = 34;        ///< of a mouth: a nodule of 30 mm and the step of the border
  double longestMm = 110;      ///< along the border from one end of a bridge to the other
  double widthPerDepth = 2.3;  ///< a mouth may be this many times as wide as the dent is deep
  double smallMm = 15;         ///< narrower dents may be shallower in proportion: they hold little
  double deepestMm = 34;       ///< of a dent
  double boneShare = 0.1;      ///< of what lies behind a bridge: more, and the dent is a rib or a vertebra
};

/// A bridge over a dent: from point `from` of a border on to point `to` (counted round the border).
struct BorderBridge {
  std::size_t from = 0, to = 0;
  double widthMm = 0, depthMm = 0;
};

/// Marches once round a closed border and bridges its dents: at each point the longest step is taken whose straight
/// line leaves all of the border between its ends on the lung's side, and which gains most depth for its width; where
/// none does, the step is that to the next point.
///
/// @return bridges that do not overlap, the best first
/// @cost O(points of the border * points within longestMm), most of them ruled out by a bound
[[nodiscard]] std::vector<BorderBridge> bridgeDents(const std::vector<Point2>& border, const MarchingLimits& limits);

/// All that marching adds to a mask of one plane: what lies behind bridges, and holes as wide as a mouth may be.
/// @param bone  1 = bone, pixels of the mask's picture
/// @return 1 = added, pixels of the mask's picture
[[nodiscard]] std::vector<std::uint8_t> bridgedPixels(const SliceMask& mask, const std::vector<std::uint8_t>& bone,
                                                      const MarchingLimits& limits);

}  // namespace pulmo
