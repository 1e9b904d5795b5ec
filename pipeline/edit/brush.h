// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "pipeline/core/view_types.h"
#include "pipeline/edit/mask_difference.h"

namespace pulmo {

struct HuRange {
  int low = -1024;  ///< both ends belong to it
  int high = 3071;
  [[nodiscard]] bool contains(double hu) const { return hu >= low && hu <= high; }
};

/// Which voxels a tool may change, and to what.
struct PaintRule {
  std::uint8_t label = 1;  ///< what they become; 0 erases
  std::optional<std::uint8_t> onlyOver =
      {};                          ///< the one label that may be changed, 0 = background; absent = every label
  std::optional<HuRange> hu = {};  ///< only voxels whose own HU lies in it
};

enum class BrushShape { Disc, Sphere };

struct Brush {
  BrushShape shape = BrushShape::Disc;
  Orientation plane = Orientation::Axial;  ///< of the disc
  double diameterMm = 10;                  ///< > 0
  PaintRule rule = {};
};

/// The axis that runs through the slices of a plane: x for sagittal, y for coronal, z for axial.
[[nodiscard]] constexpr std::size_t normalAxis(Orientation plane) {
  return plane == Orientation::Sagittal ? 0 : plane == Orientation::Coronal ? 1 : 2;
}

/// What a brush changes that is drawn from one pointer position to the next: the voxels whose centre is at most half a
/// diameter from the line in mm, and those that the line itself runs through. So there are no gaps, however fast the
/// pointer, and the finest brush paints the voxel that is pointed at. A disc stays in the slice nearest to `from`.
///
/// @param ct        null if the rule has no range
/// @param from, to  continuous voxel indices (toIndex), in or out of the grid; equal for a single stamp
/// @throws Error{InvalidInput} if a range is wanted and there is no CT, or it lies on another grid
/// @thread any; pure
/// @cost O(voxels of the brush): 0.1 ms for a sphere of 20 mm on voxels of 0.7 x 0.7 x 1 mm
[[nodiscard]] MaskDifference paintLine(const LabelVolume& mask, const CtVolume* ct, const Brush& brush,
                                       const Point3& from, const Point3& to);

}  // namespace pulmo
