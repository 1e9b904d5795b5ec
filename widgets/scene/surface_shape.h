// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/core/triangle_mesh.h"

namespace pulmo {

/// Triangles with a normal at each point, as they are shaded.
struct ShadedShape {
  std::vector<std::array<float, 3>> pointsMm;
  std::vector<std::array<float, 3>> normals;  ///< unit length, outwards
  std::vector<std::array<std::uint32_t, 3>> triangles;
  std::vector<float> values = {};  ///< one a point, for colours; empty = none
};

/// Normals weighted by area. O(points + triangles).
[[nodiscard]] ShadedShape shaded(const TriangleMesh& mesh);

/// The same shape with far fewer triangles, for while the camera moves: all points in a cube of `cellMm` become one.
/// Not closed; every triangle still faces as its normals do, so that none shows as a dark speck. Values are averaged.
/// @cost O(points + triangles): a few milliseconds for a lung
[[nodiscard]] ShadedShape coarsened(const ShadedShape& fine, double cellMm);

/// Two points a piece of the line along which a slice plane cuts the surface.
using CutLine = std::vector<std::array<float, 3>>;

/// @param alongAxis  where each point of the shape lies along the plane's axis, in voxels
/// @param at         the plane, in voxels
/// @param liftMm     how far the line stands off the surface, so that it is not half hidden by it
[[nodiscard]] CutLine cutLine(const ShadedShape& shape, const std::vector<float>& alongAxis, double at, double liftMm);

}  // namespace pulmo
