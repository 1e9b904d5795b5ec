// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "widgets/scene/colour_scale.h"

namespace pulmo {

/// The share of a network's entropy, 0 sure .. 1 = all classes alike, from slate over violet and orange to pale yellow:
/// lighter is always less sure, also for people who do not tell red from green.
/// @param share  clamped to 0 .. 1
[[nodiscard]] Pixel doubtColour(double share);

/// For a volume of entropy, 0 .. 255, over a slice: clear below a tenth, then less and less so.
[[nodiscard]] LabelPalette doubtPalette();

/// doubtColour from 0 to 1, with words.
[[nodiscard]] ColourScale doubtScale();

}  // namespace pulmo
