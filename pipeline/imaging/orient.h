// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

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

/// Fills axis and flipped as core/scan.h says them (per source axis).
void describeTurn(const CanonicalTurn& turn, SourceGeometry& source);
[[nodiscard]] CanonicalTurn turnOf(const SourceGeometry& source);

/// "axial", "coronal", "sagittal" or "oblique", of a slice stack with these row, column and normal directions.
[[nodiscard]] const char* orientationName(const Grid& source);

}  // namespace pulmo
