// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/triangle_mesh.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// Whose surface the points lie on: it decides the sign.
enum class SurfaceOf { Reference, Mask };

/// The error map: how far each point of a lung's surface is from the other mask's surface, in mm, with a sign.
///
/// **Positive = added** (the mask reaches outside the reference), **negative = missed** (it falls short of it). So a
/// point of the reference's surface is positive where it lies inside the mask; a point of the mask's surface is
/// positive where it lies outside the reference.
///
/// The other mask's surface is that of its voxels as boxes, met exactly on any spacing; a mesh that is smoothed or
/// coarser than its own mask brings its own deviation from it along (surfaces for the view: about 1 mm). Compared is
/// the lung with the mesh's label; any lung if the mesh or the other mask does not tell sides.
///
/// @return one value a point; empty if the other mask does not have the lung; nullopt if stopped
/// @pre the grid's direction is orthonormal
/// @thread any; uses `threads` threads (0 = all), the values do not depend on how many
/// @cost two passes over the mask, some microseconds a point, 1.2 bytes a voxel of the lung's box
[[nodiscard]] std::optional<std::vector<float>> surfaceErrorMm(const TriangleMesh& surface, SurfaceOf of,
                                                               const LabelVolume& other, int threads = 0,
                                                               const StopToken& stop = {});

/// A round number within which nearly all points of all lungs lie (5, 10, 15, 20, 25, 30 or 50 mm): the end of a scale
/// of colours.
/// @cost O(points)
[[nodiscard]] double errorScaleMm(const std::vector<std::vector<float>>& errors);

}  // namespace pulmo
