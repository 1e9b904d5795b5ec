// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/core/triangle_mesh.h"

namespace pulmo {

/// Which of the separate surfaces of a mask are worth keeping.
struct PartRule {
  double shareOfLargest = 0;  ///< least volume, as a share of the largest part's
  double leastMl = 0;         ///< least volume in ml
  bool cavities = false;      ///< keep surfaces around holes inside the mask, too, by the same limits
};

/// Drops dust: every part smaller than the rule asks for. The largest part stays whatever its size. Points that no
/// triangle uses any more go with it; the order of the rest is kept.
/// @pre each part is closed and its triangles face outwards
/// @cost O(points + triangles)
[[nodiscard]] TriangleMesh keepLargeParts(const TriangleMesh& mesh, const PartRule& rule);

/// Whether each edge has exactly two triangles, which run along it in opposite directions, and no triangle has two
/// equal corners or no area.
/// @cost O(triangles log triangles)
[[nodiscard]] bool isWatertight(const TriangleMesh& mesh);

/// Enclosed volume in mm³ by the divergence theorem; positive if the triangles of a closed mesh face outwards.
[[nodiscard]] double signedVolumeMm3(const TriangleMesh& mesh);

}  // namespace pulmo
