// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <optional>

#include "pipeline/core/view_types.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// Which voxel axes a slice shows, and which way round on the screen.
///
/// Radiological convention on a canonical grid (x to the left, y to posterior, z to superior): the patient's right is
/// on the left of the screen, anterior is up (axial) or left (sagittal), superior is up (coronal, sagittal).
struct SliceAxes {
  std::size_t across;  ///< grows to the right of the screen
  std::size_t down;    ///< grows to the bottom of the screen, to the top if `upwards`
  std::size_t normal;
  bool upwards;
  char left, right, top, bottom;  ///< letters at the edges
};
[[nodiscard]] const SliceAxes& sliceAxes(Orientation orientation);

/// Where on the pane a slice's voxels are.
///
/// Pixel coordinates are continuous, x to the right and y down from the pane's top left corner; pixel (i, j) covers
/// [i, i+1) x [j, j+1). Voxel indices are continuous, whole numbers at voxel centres. A millimetre has the same number
/// of pixels both ways.
class SliceGeometry {
 public:
  SliceGeometry() = default;
  /// @param focus  continuous voxel index in the middle of the pane
  /// @param zoom   1 = the whole slice just fits
  /// @pre width, height > 0 and a grid with voxels
  SliceGeometry(const Grid& grid, Orientation orientation, const Point3& focus, double zoom, int width, int height);

  [[nodiscard]] const SliceAxes& axes() const { return *axes_; }
  [[nodiscard]] double pixelsPerMm() const { return pixelsPerMm_; }

  [[nodiscard]] double xOf(double across) const { return width_ / 2.0 + (across - focusAcross_) * pixelsPerAcross_; }
  [[nodiscard]] double yOf(double down) const { return height_ / 2.0 + (down - focusDown_) * pixelsPerDown_; }
  [[nodiscard]] double acrossAt(double x) const { return focusAcross_ + (x - width_ / 2.0) / pixelsPerAcross_; }
  [[nodiscard]] double downAt(double y) const { return focusDown_ + (y - height_ / 2.0) / pixelsPerDown_; }

  /// The pixel position of a voxel's projection on the slice.
  [[nodiscard]] std::array<double, 2> pixelOf(const Point3& voxel) const {
    return {xOf(voxel[axes_->across]), yOf(voxel[axes_->down])};
  }
  /// The continuous voxel index under a pixel position, on the slice `slice`.
  /// @return nullopt outside the volume's voxels
  [[nodiscard]] std::optional<Point3> voxelAt(double x, double y, int slice) const;

 private:
  const SliceAxes* axes_ = &sliceAxes(Orientation::Axial);
  Index3 size_{0, 0, 0};
  double width_ = 1, height_ = 1;
  double focusAcross_ = 0, focusDown_ = 0;
  double pixelsPerMm_ = 1;
  double pixelsPerAcross_ = 1;
  double pixelsPerDown_ = 1;  ///< negative where the axis runs upwards
};

}  // namespace pulmo
