// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>

#include "pipeline/core/volume.h"

namespace pulmo {

namespace {

std::string describe(const Grid& g) {
  char text[160];
  std::snprintf(text, sizeof text, "%d x %d x %d voxels of %.4g x %.4g x %.4g mm at (%.1f, %.1f, %.1f) mm", g.size[0],
                g.size[1], g.size[2], g.spacingMm[0], g.spacingMm[1], g.spacingMm[2], g.originMm[0], g.originMm[1],
                g.originMm[2]);
  return text;
}

}  // namespace

Point3 toPatient(const Grid& grid, const Point3& index) {
  Point3 p = grid.originMm;
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t axis = 0; axis < 3; ++axis)
      p[row] += grid.direction[3 * row + axis] * grid.spacingMm[axis] * index[axis];
  return p;
}

Point3 toPatient(const Grid& grid, const Index3& index) {
  return toPatient(grid,
                   Point3{static_cast<double>(index[0]), static_cast<double>(index[1]), static_cast<double>(index[2])});
}

Point3 toIndex(const Grid& grid, const Point3& positionMm) {
  const auto& d = grid.direction;
  // The inverse of the direction by cofactors: a loaded direction may be orthonormal to file precision only.
  const double c00 = d[4] * d[8] - d[5] * d[7], c01 = d[2] * d[7] - d[1] * d[8], c02 = d[1] * d[5] - d[2] * d[4];
  const double c10 = d[5] * d[6] - d[3] * d[8], c11 = d[0] * d[8] - d[2] * d[6], c12 = d[2] * d[3] - d[0] * d[5];
  const double c20 = d[3] * d[7] - d[4] * d[6], c21 = d[1] * d[6] - d[0] * d[7], c22 = d[0] * d[4] - d[1] * d[3];
  const double det = d[0] * c00 + d[1] * c10 + d[2] * c20;
  const Point3 v{positionMm[0] - grid.originMm[0], positionMm[1] - grid.originMm[1], positionMm[2] - grid.originMm[2]};
  return {(c00 * v[0] + c01 * v[1] + c02 * v[2]) / det / grid.spacingMm[0],
          (c10 * v[0] + c11 * v[1] + c12 * v[2]) / det / grid.spacingMm[1],
          (c20 * v[0] + c21 * v[1] + c22 * v[2]) / det / grid.spacingMm[2]};
}

bool sameGrid(const Grid& a, const Grid& b) {
  if (a.size != b.size) return false;
  for (int corner = 0; corner < 8; ++corner) {
    const Index3 index{(corner & 1) ? a.size[0] - 1 : 0, (corner & 2) ? a.size[1] - 1 : 0,
                       (corner & 4) ? a.size[2] - 1 : 0};
    const Point3 seen = toIndex(a, toPatient(b, index));
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (!(std::abs(seen[axis] - index[axis]) <= 0.01)) return false;
  }
  return true;
}

void requireSameGrid(const Grid& a, const std::string& whatA, const Grid& b, const std::string& whatB) {
  if (sameGrid(a, b)) return;
  throw Error(ErrorKind::InvalidInput, "The " + whatA + " and the " + whatB +
                                           " lie on different grids: " + describe(a) + " against " + describe(b) + ".");
}

}  // namespace pulmo
