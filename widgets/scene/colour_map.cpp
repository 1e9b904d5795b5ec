// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/colour_map.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/label_set.h"

namespace pulmo {

WindowLut::WindowLut(const WindowHu& window) : table_(65536) {
  window_.width = 0;  // differs from any window, so that the table is filled
  setWindow(window);
}

void WindowLut::setWindow(const WindowHu& window) {
  if (window == window_) return;
  window_ = window;
  const double width = std::max(1.0, window.width);
  const double centre = window.centre - 0.5;
  const double half = (width - 1) / 2;
  auto to = table_.begin();
  for (int hu = -32768; hu <= 32767; ++hu) {
    unsigned grey = 0;
    if (hu <= centre - half)
      grey = 0;
    else if (hu > centre + half)
      grey = 255;
    else
      grey = static_cast<unsigned>(std::lround(((hu - centre) / (width - 1) + 0.5) * 255));
    *to++ = pixelOfRgb(grey, grey, grey);
  }
}

const std::array<Pixel, 256>& labelPixels() {
  static const std::array<Pixel, 256> pixels = [] {
    std::array<Pixel, 256> all{};
    all.fill(pixelOfRgb(214, 96, 170));
    all[kBackground] = 0;
    for (const LabelInfo& label : lungLabels()) all[label.id] = pixelOfRgb(label.rgb[0], label.rgb[1], label.rgb[2]);
    return all;
  }();
  return pixels;
}

const LabelPalette& lungPalette() {
  static const LabelPalette palette = [] {
    LabelPalette all;
    all.colours = labelPixels();
    for (std::size_t id = 1; id < all.names.size(); ++id) all.names[id] = "label " + std::to_string(id);
    for (const LabelInfo& label : lungLabels()) all.names[label.id] = std::string(label.name);
    return all;
  }();
  return palette;
}

}  // namespace pulmo
