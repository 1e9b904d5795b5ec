// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "widgets/scene/colour_map.h"
#include "widgets/scene/slice_raster.h"
#include "widgets/scene/slice_text.h"

namespace pulmo {

/// Numbers as colours, and the words of the scale that explains them.
struct ColourScale {
  double low = 0, high = 1;               ///< the ends of the scale
  std::function<Pixel(double)> colourOf;  ///< also of what lies beyond the ends
  std::string lowWord, unit, highWord;    ///< above the bar, from left to right; utf-8
};

/// A value for each point of each of some surfaces, and how they look.
struct SurfaceColours {
  std::shared_ptr<const std::vector<std::vector<float>>> values;  ///< null = the surfaces' own colours
  ColourScale scale;
};

/// The scale in the lower left: a bar with five numbers below it and its words above. Nothing where there is no room.
/// @param scale  device pixels per logical pixel
void drawColourScale(const PixelView& out, const ColourScale& colours, double scale, TextCache& texts);

}  // namespace pulmo
