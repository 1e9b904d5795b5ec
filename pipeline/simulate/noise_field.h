// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/simulate/shapes.h"

namespace pulmo {

/// A row of points along x, mm: where a field is evaluated.
struct PointRow {
  double x0, dx;  ///< of point i: x0 + i dx
  double y, z;
  int first, last;  ///< points first .. last, both included
};

/// A seeded smooth random field: uniform values on a lattice under quadratic B-splines, so that neither values nor
/// slopes jump. Repeats after 32 cells. Made once a patient, read at any scale and offset.
///
/// Rows are cheap: the lattice is reduced along y and z once a row and cell, three products a point are left.
class NoiseField {
 public:
  explicit NoiseField(std::uint64_t seed);

  /// out[i - first] += amplitude * field, where the field has mean 0 and an SD of about 1.
  /// @param offset  in cells, >= 0: another place of the lattice is another field
  void add(const PointRow& row, double cellMm, const Mm3& offset, float amplitude, float* out) const;

  /// One of the lattice's values, -1 .. 1.
  [[nodiscard]] float node(int x, int y, int z) const {
    return lattice_[static_cast<std::size_t>((x & 31) + 32 * ((y & 31) + 32 * (z & 31)))];
  }

 private:
  static constexpr int kCells = 32;
  std::vector<float> lattice_;
};

/// Image noise of unit SD in the plane, a tile that repeats after 256 voxels and is shifted from slice to slice.
class GrainTile {
 public:
  explicit GrainTile(std::uint64_t seed);

  /// Values of row y, from voxel `first`, with a chosen correlation of neighbours (0 .. 0.85).
  struct Slice {
    int shiftX, shiftY;
    float fine, coarse;  ///< weights
  };
  [[nodiscard]] static Slice sliceOf(std::uint64_t seed, int z, double correlation);
  [[nodiscard]] float at(const Slice& slice, int x, int y) const {
    const auto i = static_cast<std::size_t>(((x + slice.shiftX) & 255) + 256 * ((y + slice.shiftY) & 255));
    return slice.fine * fine_[i] + slice.coarse * coarse_[i];
  }

 private:
  std::vector<float> fine_, coarse_;
};

}  // namespace pulmo
