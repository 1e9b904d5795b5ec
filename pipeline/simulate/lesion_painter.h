// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/simulate/lesion.h"
#include "pipeline/simulate/simulator.h"

namespace pulmo {

/// The image noise of one slice, from its soft tissue outside the lungs.
struct SliceNoise {
  double sdHu = 15;
  double correlation = 0.4;  ///< of neighbours along a row
};

/// Second differences of neighbours and of voxels 3 apart, within soft tissue: first quartiles, so that edges do not
/// count.
/// @return the defaults where there is too little soft tissue
[[nodiscard]] SliceNoise measureNoise(const std::int16_t* ct, const std::uint8_t* lungs, int nx, int ny);

/// What is shared by all slices of a patient.
struct LesionField {
  const LungShape& shape;
  const NoiseField& noise;
  const GrainTile& grain;
  std::uint64_t seed;
};

/// Paints lesions on one slice, in their order.
/// @param closeRim  see PathologySpec
/// @return voxels of the lungs changed
std::size_t paintLesions(const LesionField& field, const std::vector<Lesion>& lesions, bool closeRim, int z,
                         std::int16_t* ct, const std::uint8_t* lungs, std::uint8_t* labels);

}  // namespace pulmo
