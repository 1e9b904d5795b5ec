// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/view_types.h"
#include "pipeline/edit/mask_difference.h"

namespace pulmo {

/// A line of straight pieces, drawn in the slices of a plane.
struct DrawnLine {
  Orientation plane = Orientation::Axial;
  std::vector<Point3> points;  ///< continuous voxel indices; along the plane's normal they are not looked at
};

/// Right becomes left and left right.
/// @cost one copy of the mask
[[nodiscard]] MaskDifference swapSides(const LabelVolume& mask);

/// Tells the sides of a mask apart where a line divides it, drawn through all slices of its plane; its first and last
/// piece go on without end. Every lung voxel, whatever its label, becomes right on the side whose voxels lie further to
/// the patient's right on average, and left on the other.
///
/// @return nullopt if stopped
/// @throws Error{InvalidInput} if the line has no length, is drawn in a sagittal plane (which shows one side alone), or
///         has all lung voxels on one side
/// @cost O(pixels of a slice * pieces) + one pass; one copy of the mask
[[nodiscard]] std::optional<MaskDifference> splitSides(const LabelVolume& mask, const DrawnLine& line,
                                                       const StopToken& stop = {}, const ProgressSink& progress = {});

/// The same along a plane through a point, both in patient mm (LPS).
/// @throws Error{InvalidInput} if the normal has no length or all lung voxels lie on one side
[[nodiscard]] std::optional<MaskDifference> splitSides(const LabelVolume& mask, const Point3& onPlaneMm,
                                                       const Point3& normal, const StopToken& stop = {},
                                                       const ProgressSink& progress = {});

/// Cuts along a line: what a disc of `widthMm` erases that is drawn along it, in one slice or through all of them, so
/// that what it parted hangs together over faces no longer. The pieces can then be removed as islands or with a click.
///
/// @param slice  absent = all of the plane
/// @param label  the one that is cut; absent = every
/// @return nullopt if stopped
/// @throws Error{InvalidInput} if the line has fewer than two points or widthMm is negative
/// @cost O(voxels cut); one copy of the mask
[[nodiscard]] std::optional<MaskDifference> cutAlong(const LabelVolume& mask, const DrawnLine& line, double widthMm,
                                                     std::optional<int> slice, std::optional<std::uint8_t> label,
                                                     const StopToken& stop = {}, const ProgressSink& progress = {});

}  // namespace pulmo
