// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/slice_geometry.h"

#include <algorithm>

namespace pulmo {

const SliceAxes& sliceAxes(Orientation orientation) {
  static constexpr std::array<SliceAxes, 3> kAxes{{
      {0, 1, 2, false, 'R', 'L', 'A', 'P'},
      {0, 2, 1, true, 'R', 'L', 'S', 'I'},
      {1, 2, 0, true, 'A', 'P', 'S', 'I'},
  }};
  return kAxes[static_cast<std::size_t>(orientation)];
}

SliceGeometry::SliceGeometry(const Grid& grid, Orientation orientation, const Point3& focus, double zoom, int width,
                             int height)
    : axes_(&sliceAxes(orientation)), size_(grid.size), width_(width), height_(height) {
  const std::size_t u = axes_->across;
  const std::size_t v = axes_->down;
  focusAcross_ = focus[u];
  focusDown_ = focus[v];
  const double fit =
      std::min(width_ / (grid.size[u] * grid.spacingMm[u]), height_ / (grid.size[v] * grid.spacingMm[v]));
  pixelsPerMm_ = fit * zoom;
  pixelsPerAcross_ = pixelsPerMm_ * grid.spacingMm[u];
  pixelsPerDown_ = pixelsPerMm_ * grid.spacingMm[v] * (axes_->upwards ? -1 : 1);
}

std::optional<Point3> SliceGeometry::voxelAt(double x, double y, int slice) const {
  Point3 voxel{};
  voxel[axes_->across] = acrossAt(x);
  voxel[axes_->down] = downAt(y);
  voxel[axes_->normal] = slice;
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (voxel[axis] < -0.5 || voxel[axis] >= size_[axis] - 0.5) return std::nullopt;
  return voxel;
}

}  // namespace pulmo
