// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/doubt_colours.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace pulmo {

namespace {

constexpr std::array<Pixel, 5> kStops{pixelOfRgb(70, 80, 122), pixelOfRgb(148, 62, 164), pixelOfRgb(222, 84, 118),
                                      pixelOfRgb(250, 154, 62), pixelOfRgb(252, 242, 128)};
constexpr double kClear = 0.1, kFull = 0.5;  // shares between which a slice's colour gains its opacity

}  // namespace

Pixel doubtColour(double share) {
  const double at = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
  return blended(kStops[low], kStops[low + 1],
                 static_cast<unsigned>(std::lround(256 * (at - static_cast<double>(low)))));
}

LabelPalette doubtPalette() {
  LabelPalette palette;
  palette.outlined = false;
  palette.strength = 2;  // small places, over white tissue as well as over black lung
  for (std::size_t id = 1; id < palette.colours.size(); ++id) {
    const double share = static_cast<double>(id) / 255;
    const double opaque = std::clamp((share - kClear) / (kFull - kClear), 0.0, 1.0);
    const auto alpha = static_cast<Pixel>(std::lround(255 * opaque));
    palette.colours[id] = (doubtColour(share) & 0x00ffffffU) | (alpha << 24U);
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "uncertainty %.2f", share);
    palette.names[id] = text.data();
  }
  return palette;
}

ColourScale doubtScale() {
  return {0, 1, doubtColour, "sure", "entropy", "unsure"};
}

}  // namespace pulmo
