// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>

#include "pipeline/core/scan.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// How a source grid is turned to the canonical one (LPS, axial) by permuting and flipping axes alone.
///
/// Canonical axis c runs along source axis `from[c]`, backwards if `flip[c]`. The turn is rigid: each voxel keeps its
/// place in the patient, so an oblique scan stays oblique.
struct CanonicalTurn {
  std::array<std::size_t, 3> from{0, 1, 2};
  std::array<bool, 3> flip{false, false, false};
  [[nodiscard]] bool isIdentity() const;
};

/// The turn that brings each axis nearest to its patient axis.
/// @throws Error{InvalidInput} if the direction is not invertible or not finite
[[nodiscard]] CanonicalTurn canonicalTurn(const Grid& source);

/// The grid after the turn.
[[nodiscard]] Grid turnedGrid(const Grid& source, const CanonicalTurn& turn);

/// The voxels after the turn. In place where axes are only turned backwards; `source` is empty afterwards.
/// @cost a second volume where axes change places, none otherwise
template <class Voxel>
[[nodiscard]] Volume<Voxel> turned(Volume<Voxel>&& source, const CanonicalTurn& turn);

/// The way back: canonical voxels in the source's order, on the source's grid.
/// @pre canonical.grid().size is the turned size of source
template <class Voxel>
[[nodiscard]] Volume<Voxel> turnedBack(const Volume<Voxel>& canonical, const Grid& source, const CanonicalTurn& turn);

/// Where voxels that come in the source's order belong in canonical memory: for turning while reading.
class CanonicalPlaces {
 public:
  CanonicalPlaces(const Index3& sourceSize, const CanonicalTurn& turn);

  /// Calls place(canonical offset, i) for the source voxels first + i, i in [0, count).
  template <class Place>
  void forRun(std::size_t first, std::size_t count, Place place) const {
    const auto nx = static_cast<std::size_t>(size_[0]), ny = static_cast<std::size_t>(size_[1]);
    for (std::size_t i = 0; i < count;) {
      const std::size_t x = (first + i) % nx, row = (first + i) / nx;
      std::ptrdiff_t at = start_ + static_cast<std::ptrdiff_t>(x) * step_[0] +
                          static_cast<std::ptrdiff_t>(row % ny) * step_[1] +
                          static_cast<std::ptrdiff_t>(row / ny) * step_[2];
      for (std::size_t left = std::min(nx - x, count - i); left > 0; --left, ++i, at += step_[0])
        place(static_cast<std::size_t>(at), i);
    }
  }

 private:
  Index3 size_;
  std::array<std::ptrdiff_t, 3> step_{};  ///< along each source axis
  std::ptrdiff_t start_ = 0;
};

/// Fills axis and flipped as core/scan.h says them (per source axis).
void describeTurn(const CanonicalTurn& turn, SourceGeometry& source);
[[nodiscard]] CanonicalTurn turnOf(const SourceGeometry& source);

/// "axial", "coronal", "sagittal" or "oblique", of a slice stack with these row, column and normal directions.
[[nodiscard]] const char* orientationName(const Grid& source);

}  // namespace pulmo
