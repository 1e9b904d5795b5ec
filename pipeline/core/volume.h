// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/error.h"

namespace pulmo {

using Index3 = std::array<int, 3>;     ///< voxel (x, y, z): column, row, slice
using Point3 = std::array<double, 3>;  ///< patient position in mm, LPS axes

/// Where voxels sit in the patient.
///
/// Inside the program every scan is on a *canonical* grid: x runs to the patient's left,
/// y to posterior, z to superior, each within 45 degrees of the patient axis of that name.
struct Grid {
  Index3 size{0, 0, 0};                                        ///< voxels along x, y, z
  Point3 spacingMm{1, 1, 1};                                   ///< > 0
  Point3 originMm{0, 0, 0};                                    ///< centre of voxel (0,0,0), LPS
  std::array<double, 9> direction{1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< row-major; column k is the unit vector of axis k
  bool spacingKnown = true;                                    ///< false: the source had none, figures in mm are absent

  [[nodiscard]] std::size_t voxelCount() const {
    return static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(size[2]);
  }
  [[nodiscard]] double voxelMl() const { return spacingMm[0] * spacingMm[1] * spacingMm[2] / 1000.0; }
  [[nodiscard]] bool contains(const Index3& i) const {
    return i[0] >= 0 && i[1] >= 0 && i[2] >= 0 && i[0] < size[0] && i[1] < size[1] && i[2] < size[2];
  }
  friend bool operator==(const Grid&, const Grid&) = default;
};

/// Patient position (mm, LPS) of a continuous voxel index; (0,0,0) is the centre of the first voxel.
[[nodiscard]] Point3 toPatient(const Grid& grid, const Point3& index);
[[nodiscard]] Point3 toPatient(const Grid& grid, const Index3& index);

/// Continuous voxel index of a patient position; the inverse of toPatient.
/// @pre the direction is invertible and the spacing > 0
[[nodiscard]] Point3 toIndex(const Grid& grid, const Point3& positionMm);

/// Whether two grids hold the same voxels: equal size, and all eight corners within 0.01 voxel
/// (NIfTI keeps its geometry in single precision). `spacingKnown` is not compared.
[[nodiscard]] bool sameGrid(const Grid& a, const Grid& b);

/// @throws Error{InvalidInput} "The <whatA> and the <whatB> lie on different grids (...)" unless sameGrid
void requireSameGrid(const Grid& a, const std::string& whatA, const Grid& b, const std::string& whatB);

/// A grid with one value per voxel, x fastest, then y, then z. A volume is a tensor [Z, Y, X].
template <class Voxel>
class Volume {
 public:
  using value_type = Voxel;

  Volume() = default;
  explicit Volume(const Grid& grid, Voxel fill = {}) : grid_(grid), voxels_(grid.voxelCount(), fill) {}
  /// Takes voxels that are there already.
  Volume(const Grid& grid, std::vector<Voxel>&& voxels) : grid_(grid), voxels_(std::move(voxels)) {
    if (voxels_.size() != grid.voxelCount())
      throw Error(ErrorKind::Internal, "A volume's voxels do not fill its grid.");
  }

  [[nodiscard]] const Grid& grid() const { return grid_; }
  /// Puts the same voxels on another grid of equal size (a loaded mask takes its scan's grid).
  void setGrid(const Grid& grid) {
    if (grid.size != grid_.size) throw Error(ErrorKind::Internal, "A volume cannot take a grid of another size.");
    grid_ = grid;
  }
  [[nodiscard]] const std::vector<Voxel>& voxels() const { return voxels_; }
  [[nodiscard]] std::vector<Voxel>& voxels() { return voxels_; }
  [[nodiscard]] const Voxel* slice(int z) const { return voxels_.data() + offset({0, 0, z}); }  ///< axial, [Y, X]
  [[nodiscard]] Voxel* slice(int z) { return voxels_.data() + offset({0, 0, z}); }
  [[nodiscard]] Voxel operator[](const Index3& i) const { return voxels_[offset(i)]; }
  Voxel& operator[](const Index3& i) { return voxels_[offset(i)]; }

  [[nodiscard]] std::size_t offset(const Index3& i) const {
    const auto nx = static_cast<std::size_t>(grid_.size[0]);
    const auto ny = static_cast<std::size_t>(grid_.size[1]);
    return static_cast<std::size_t>(i[0]) + nx * (static_cast<std::size_t>(i[1]) + ny * static_cast<std::size_t>(i[2]));
  }

 private:
  Grid grid_;
  std::vector<Voxel> voxels_;
};

using CtVolume = Volume<std::int16_t>;     ///< Hounsfield units
using LabelVolume = Volume<std::uint8_t>;  ///< label ids of label_set.h, 0 = background

using CtPtr = std::shared_ptr<const CtVolume>;        ///< the form that crosses threads
using LabelPtr = std::shared_ptr<const LabelVolume>;  ///< the form that crosses threads

}  // namespace pulmo
