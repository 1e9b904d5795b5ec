// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/core/view_types.h"

namespace pulmo {

/// A pixel as 0xAARRGGBB in the machine's own byte order, alpha 255: what QImage calls RGB32.
using Pixel = std::uint32_t;

[[nodiscard]] constexpr Pixel pixelOfRgb(unsigned red, unsigned green, unsigned blue) {
  return 0xff000000U | (red << 16U) | (green << 8U) | blue;
}

/// `over` laid on `under`; weight 0 = under alone, 256 = over alone.
[[nodiscard]] constexpr Pixel blended(Pixel under, Pixel over, unsigned weight) {
  const unsigned rest = 256 - weight;
  const Pixel redBlue = ((under & 0x00ff00ffU) * rest + (over & 0x00ff00ffU) * weight) >> 8U;
  const Pixel green = ((under & 0x0000ff00U) * rest + (over & 0x0000ff00U) * weight) >> 8U;
  return 0xff000000U | (redBlue & 0x00ff00ffU) | (green & 0x0000ff00U);
}

/// Hounsfield units to grey, one entry for each of the 65536 stored values: a look-up costs the same for every window.
///
/// @source DICOM PS3.3 C.11.2.1.2.1, VOI LUT function LINEAR, output 0..255
class WindowLut {
 public:
  explicit WindowLut(const WindowHu& window = {});
  void setWindow(const WindowHu& window);  ///< O(65536)
  [[nodiscard]] const WindowHu& window() const { return window_; }
  [[nodiscard]] Pixel operator()(int hu) const { return zero()[hu]; }
  /// For -32768..32767: `zero()[hu]`.
  [[nodiscard]] const Pixel* zero() const { return table_.data() + 32768; }

 private:
  WindowHu window_;
  std::vector<Pixel> table_;
};

/// The colour of each label id: label_set.h's for lungs, one stand-in for ids it does not know.
[[nodiscard]] const std::array<Pixel, 256>& labelPixels();

/// How the ids of a label volume look and what they are called; id 0 is nothing.
struct LabelPalette {
  std::array<Pixel, 256> colours{};    ///< alpha: how opaque, as a share of the overlay's opacity
  std::array<std::string, 256> names;  ///< utf-8
  bool outlined = true;                ///< false for classes as fine as noise: areas alone
  double strength = 1;                 ///< of the areas, times the overlay's opacity, up to 1
};
/// Of label_set.h's lungs.
[[nodiscard]] const LabelPalette& lungPalette();

}  // namespace pulmo
