// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "pipeline/simulate/noise_field.h"
#include "pipeline/simulate/shapes.h"

namespace pulmo {

/// A foam: space is split among jittered sites, one a cube. Its faces are the lines of reticulation and the walls of
/// honeycombs.
///
/// @source Worley 1996, "A cellular texture basis function"; distance to the face as by Quilez
class CellPattern {
 public:
  CellPattern(const NoiseField& noise, double cellMm, const Mm3& offset)
      : noise_(noise), perMm_(1 / cellMm), cellMm_(cellMm), offset_(offset) {}

  /// mm to the nearest face between two cells, exact where flat.
  /// Points that follow each other should be near each other: the sites around the last point are kept.
  [[nodiscard]] float toFace(const Mm3& p);

 private:
  void gather(int x, int y, int z);

  const NoiseField& noise_;
  double perMm_, cellMm_;
  Mm3 offset_;
  std::array<int, 3> at_{-1, -1, -1};
  std::array<std::array<float, 3>, 27> sites_{};  ///< relative to the cube's corner, in cells
};

}  // namespace pulmo
