// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/simulate/simulator.h"

namespace pulmo {

/// A disc of one axial slice, in voxels.
struct Disc {
  double x, y, radius;
  double opacity;  ///< share of the voxel that becomes soft tissue
  int box;         ///< which of the slice's two lung boxes holds its centre
};

/// The discs of slice z: none unless two lung regions were found there.
/// @pre the spec is valid
/// @source the published baseline: 7 to 9 circles of random place, radius and transparency in the boxes of the two
///         largest lung regions
[[nodiscard]] std::vector<Disc> drawCircles(const LungShape& shape, const PathologySpec& spec, std::uint64_t seed,
                                            int z);

/// Blends the discs into the slice within the lung mask and the boxes, or over whatever they meet with spec.spill.
/// @return voxels changed
std::size_t paintCircles(const LungShape& shape, const PathologySpec& spec, std::uint64_t seed, int z, std::int16_t* ct,
                         const std::uint8_t* lungs, std::uint8_t* lesions);

}  // namespace pulmo
