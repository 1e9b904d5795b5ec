// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/simulate/lesion.h"
#include "pipeline/simulate/noise_field.h"
#include "pipeline/simulate/simulator.h"

namespace pulmo {

/// The lesions of one patient, in the order they are painted: what is dense comes last.
///
/// Kinds: one is the patient's main kind, drawn by weight; half of the lesions are of it, the rest is drawn by weight
/// anew, so that patients differ and the weights hold over many.
/// @pre the spec is valid
/// @cost some ms: each lesion is tried on the coarse cells, to keep the extent below its limit
[[nodiscard]] std::vector<Lesion> planLesions(const LungShape& shape, const PathologySpec& spec,
                                              const NoiseField& noise, std::uint64_t seed);

/// A tree of airways from the hilum's side through a lesion, as tapering tubes of lumen.
[[nodiscard]] std::vector<Tube> growBronchi(const Mm3& hilum, const Lesion& lesion, std::uint64_t seed,
                                            std::uint64_t stream);

}  // namespace pulmo
