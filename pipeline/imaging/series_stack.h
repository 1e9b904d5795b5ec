// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// How a set of parallel slices becomes a volume. Geometry alone: no file is touched.
struct SliceStack {
  std::vector<std::size_t> order;  ///< indices into the input, by position along the normal; duplicates left out
  Grid source;                     ///< the slices as they lie: origin of the first, median spacing
  std::vector<Point3> originsMm;   ///< of each slice, in order
  bool resample = false;           ///< uneven spacing or tilt: the slices do not lie on a regular grid
  Grid regular;                    ///< what to resample onto; = source where not needed
  double tiltDeg = 0;              ///< between the stack's course and the slices' normal
  std::vector<std::string> notes;  ///< sentences: what is uneven, where, by how many mm
};

/// Whether slices at these heights, in order, are evenly spaced.
[[nodiscard]] bool evenlySpaced(const std::vector<double>& heightsMm);

struct SlicePlace {
  Point3 positionMm;                  ///< centre of the first pixel
  std::array<double, 6> orientation;  ///< row direction, column direction; unit vectors
};

/// Sorts along the normal and judges the regularity.
///
/// Spacing counts as even where every slice lies within 0.1 mm and 15 % of the spacing (never less than 0.02 mm) of
/// where even slices would lie: headers round positions, some to 0.1 mm. A course counts as straight within 0.1
/// degrees. Of slices at one position (within 0.01 mm) the first given is kept.
/// @param places        one a slice, all with the same orientation
/// @param size          columns, rows of every slice
/// @param pixelSpacing  along x, y in mm
/// @param thicknessMm   the spacing of a single slice
/// @throws Error{InvalidInput} if the orientation is no pair of perpendicular unit vectors
[[nodiscard]] SliceStack stackSlices(const std::vector<SlicePlace>& places, std::array<int, 2> size,
                                     std::array<double, 2> pixelSpacing, double thicknessMm);

/// Voxels of slices on `stack.source` interpolated linearly onto `stack.regular`; outside is -1024 HU. A stop request
/// leaves the rest at -1024.
/// @cost a second volume
[[nodiscard]] CtVolume resampleStack(const CtVolume& slices, const SliceStack& stack, const StopToken& stop);

}  // namespace pulmo
