// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/core/volume.h"

namespace pulmo {

/// The coarse grid that shape is judged on: about 1.5 mm in the plane, so that a 512 x 512 x 300 scan has a quarter or an
/// eighth of its voxels here. The border is found again at full resolution afterwards.
struct WorkGrid {
  Index3 size{0, 0, 0};
  Point3 spacingMm{1, 1, 1};
  std::array<int, 3> factor{1, 1, 1};  ///< scan voxels to one work voxel

  [[nodiscard]] std::size_t planeCount() const { return static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]); }
  [[nodiscard]] std::size_t count() const { return planeCount() * static_cast<std::size_t>(size[2]); }
  [[nodiscard]] double voxelMl() const { return spacingMm[0] * spacingMm[1] * spacingMm[2] / 1000; }
  [[nodiscard]] double pixelMm2() const { return spacingMm[0] * spacingMm[1]; }
};

using Mask = std::vector<std::uint8_t>;  ///< one value a work voxel, x fastest

/// Means over blocks of factor voxels (the last block of an axis may be smaller).
struct WorkVolume {
  WorkGrid grid;
  std::vector<std::int16_t> hu;
};
[[nodiscard]] WorkVolume makeWorkVolume(const CtVolume& ct);

/// A connected piece of a mask.
struct Component {
  std::int32_t id = 0;  ///< as in the label array
  std::size_t voxels = 0;
  double meanHu = 0;
  Point3 centroid{0, 0, 0};     ///< work voxels
  Index3 low{0, 0, 0}, high{0, 0, 0};
  double largestSliceMm2 = 0;   ///< area on its largest axial slice
};

/// Pieces joined by faces, largest first. `labels` gets the id at each voxel, 0 outside.
[[nodiscard]] std::vector<Component> components(const Mask& mask, const WorkVolume& volume, std::vector<std::int32_t>& labels);

/// In each axial slice: true where a disc of this radius around the pixel touches the mask (dilate) or leaves it (erode).
void dilateInPlane(Mask& mask, const WorkGrid& grid, double radiusMm);
void erodeInPlane(Mask& mask, const WorkGrid& grid, double radiusMm);

/// One step by faces; along z only where slices are not much further apart than pixels.
void erodeByFaces(Mask& mask, const WorkGrid& grid);
void dilateByFaces(Mask& mask, const WorkGrid& grid);

/// In each axial slice: background that the slice's border cannot reach becomes mask.
void fillHolesInPlane(Mask& mask, const WorkGrid& grid);

}  // namespace pulmo
