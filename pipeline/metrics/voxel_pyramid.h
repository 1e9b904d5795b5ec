// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/metrics/distance_visit.h"

namespace pulmo {

/// Finds the nearest voxel of a kind from any point: voxels are boxes, not their centres, and points lie anywhere.
///
/// Each level tells for blocks of twice the edge which marks lie in them, so that a search opens only what may hold
/// something nearer than the best so far.
class VoxelPyramid {
 public:
  /// @param box  its marks become the lowest level. Unfinished if stopped: the caller checks its token
  VoxelPyramid(MarkedBox box, int threads, const StopToken& stop);

  /// Marks of the voxel that a point lies in; 0 outside of the box.
  /// @param pointMm  from the centre of voxel (0, 0, 0) along the axes
  [[nodiscard]] std::uint8_t marksAt(const Point3& pointMm) const;

  /// Distance in mm to the nearest voxel with a bit of `wanted`, 0 within one; infinite if there is none.
  [[nodiscard]] double distanceMm(const Point3& pointMm, std::uint8_t wanted) const;

 private:
  struct Level {
    Index3 size{0, 0, 0};
    std::vector<std::uint8_t> marks;
    [[nodiscard]] std::uint8_t at(const Index3& i) const {
      return marks[static_cast<std::size_t>(i[0]) +
                   static_cast<std::size_t>(size[0]) *
                       (static_cast<std::size_t>(i[1]) +
                        static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(i[2]))];
    }
  };
  void addLevel(int threads, const StopToken& stop);
  [[nodiscard]] double squaredMm(std::size_t level, const Index3& block, const Point3& pointMm) const;
  void search(std::size_t level, const Index3& block, const Point3& pointMm, std::uint8_t wanted, double& best) const;

  Point3 spacingMm_;
  std::vector<Level> levels_;  ///< voxels first; the last is one block
};

}  // namespace pulmo
