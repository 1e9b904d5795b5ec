// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "pipeline/core/random.h"
#include "pipeline/learn/augment.h"

namespace pulmo {

/// A dome of the diaphragm in a basal slice, drawn: liver or spleen with lung around it. It is no lung, and looks like
/// the consolidation that simulation draws but for its smooth outline, its even density and its place: without more
/// domes than a few patients have, a network that is taught much consolidation takes them for lung.
struct DiaphragmDome {
  std::uint8_t lung = 0;                   ///< the side it rises into; 0 = none
  double placeX = 0, placeY = 0;           ///< of its middle between the lung's edges, 0 .. 1
  std::array<double, 2> radiusMm{30, 20};  ///< along its axes
  double angle = 0;                        ///< of the first axis, from +x towards +y, radians
  std::array<double, 3> wave{}, phase{};   ///< shares of the radius and phases of its 2nd to 4th harmonics
  double hu = 60, noiseHu = 10,
         rimMm = 2;          ///< inside; the width over which it fades, as the slope does in thick slices
  double widerBelow = 0.15;  ///< share of the radius gained a neighbouring slice towards the feet
  std::uint64_t seed = 0;    ///< of the noise
};

/// The domes of one slice: one, and in a third of all draws another one in the other lung.
using DiaphragmDomes = std::array<DiaphragmDome, 2>;
[[nodiscard]] DiaphragmDomes drawDomes(Random& random);

/// Paints it over the lung, whose labels and lesions it takes away, and over the partial volume at
/// the lung's border. Nothing else changes. A dome that would leave less than a quarter of the lung is painted smaller.
/// @param pixelMm  of the sample's square pixels
/// @return false, nothing painted, where the lung is too small for any
bool paintDome(const DiaphragmDome& dome, double pixelMm, SampleSlices& sample);

}  // namespace pulmo
