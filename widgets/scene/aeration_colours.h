// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "widgets/scene/colour_map.h"

namespace pulmo {

struct AerationColour {
  Pixel colour;
  const char* name;
  const char* limits;
};

/// From the most air to none, as the ids 1 to 5 of Aeration: blue over yellow to red and white, which stay apart for
/// people who do not tell red from green.
inline constexpr std::array<AerationColour, 5> kAerationColours{{
    {pixelOfRgb(60, 190, 235), "hyperinflated", "below −950 HU"},
    {pixelOfRgb(45, 105, 215), "inflated", "−950 to −750 HU"},
    {pixelOfRgb(252, 214, 70), "infiltrated", "−750 to −400 HU"},
    {pixelOfRgb(228, 72, 46), "collapsed", "−400 to 0 HU"},
    {pixelOfRgb(240, 240, 240), "dense", "0 HU and more"},
}};

}  // namespace pulmo
