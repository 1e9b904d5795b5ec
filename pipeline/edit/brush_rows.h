// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>

#include "pipeline/core/voxel_box.h"

namespace pulmo {

/// A line with round ends in a grid, in mm along the grid's axes: the voxels of a drawn brush, row by row.
class BrushRows {
 public:
  /// @param flatAxis  the line and what is around it stay in one slice along this axis, the one nearest to `from`
  BrushRows(const Grid& grid, const Point3& from, const Point3& to, double radiusMm,
            std::optional<std::size_t> flatAxis);

  /// Calls visit(y, z, first x, last x) in memory order, for rows within the grid.
  void visit(const std::function<void(int y, int z, int x0, int x1)>& visit) const;

 private:
  struct Span {
    double low = 1, high = 0;
    [[nodiscard]] bool empty() const { return high < low; }
    void include(const Span& other);
  };
  [[nodiscard]] Span nearRow(double yMm, double zMm) const;  ///< x in mm
  [[nodiscard]] Span throughRow(int y, int z) const;         ///< x in voxels
  Index3 size_;
  Point3 mm_, a_, b_;  ///< spacing; ends in voxels
  double radius_;
  VoxelBox box_;
};

}  // namespace pulmo
