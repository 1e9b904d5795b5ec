// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "widgets/scene/colour_scale.h"

namespace pulmo {

/// What a mask misses is red, what it adds is violet blue, what is right is grey: none of these is a lung's own colour,
/// and people who do not tell red from green see yellow, blue and grey.
inline constexpr Pixel kMissedColour = pixelOfRgb(240, 78, 56);
inline constexpr Pixel kAddedColour = pixelOfRgb(98, 92, 255);
inline constexpr Pixel kAgreedColour = pixelOfRgb(186, 192, 200);
inline constexpr Pixel kOtherSideColour = pixelOfRgb(250, 222, 60);

/// From kMissedColour at -limitMm over kAgreedColour at 0 to kAddedColour at limitMm; what lies beyond looks like the
/// end, infinities too.
/// @pre limitMm > 0; mm is a number
[[nodiscard]] Pixel errorColour(double mm, double limitMm);

/// errorColour with what its ends mean.
[[nodiscard]] ColourScale errorScale(double limitMm);

}  // namespace pulmo
