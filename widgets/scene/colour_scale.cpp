// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/colour_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace pulmo {

namespace {

constexpr Pixel kInk = pixelOfRgb(213, 219, 227);
constexpr double kWidest = 220, kNarrowest = 120, kEdge = 10;  // logical pixels

/// "-10", "0", "2.5", with a minus as long as a plus; the plus where there are minuses beside it.
std::string numberText(double value, bool withSign) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%g", std::abs(value));
  return (value < 0 ? "\xE2\x88\x92" : value > 0 && withSign ? "+" : "") + std::string(text.data());
}

}  // namespace

void drawColourScale(const PixelView& out, const ColourScale& colours, double scale, TextCache& texts) {
  const auto scaled = [scale](double logical) { return std::max(1, static_cast<int>(std::lround(logical * scale))); };
  const int edge = scaled(kEdge), line = scaled(17), bar = scaled(10), tick = scaled(4);
  // The cube that tells the directions stands in the lower right.
  const int width = std::min(scaled(kWidest), static_cast<int>(0.8 * out.width) - 2 * edge);
  const int height = 2 * line + bar + tick;
  if (width < scaled(kNarrowest) || out.height < 3 * height) return;
  const int left = edge, top = out.height - edge - height;
  fillRectangle(out, left - edge / 2, top - edge / 4, width + edge, height + edge / 2, pixelOfRgb(0, 0, 0), 120);

  const TextCache::Style style{scaled(13), false};
  // Each text is drawn before the next is asked for: a sprite is valid until then.
  const auto put = [&](const std::string& text, double share, int y, Pixel colour) {
    const TextSprite& sprite = texts.sprite(text, style);
    const int x = left + static_cast<int>(std::lround(share * (width - 1) - share * sprite.width));
    drawText(out, sprite, x, y, colour);
  };
  put(colours.lowWord, 0, top, kInk);
  put(colours.unit, 0.5, top, kInk);
  put(colours.highWord, 1, top, kInk);
  for (int x = 0; x < width; ++x) {
    const double value = colours.low + (colours.high - colours.low) * x / (width - 1);
    fillRectangle(out, left + x, top + line, 1, bar, colours.colourOf(value), 256);
  }
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const int x = left + static_cast<int>(std::lround(share * (width - 1)));
    fillRectangle(out, std::min(x, left + width - scaled(1)), top + line + bar, scaled(1), tick, kInk, 256);
    const double value = colours.low + share * (colours.high - colours.low);
    const TextSprite& sprite = texts.sprite(numberText(value, colours.low < 0), style);
    const int at = std::clamp(x - sprite.width / 2, left, left + width - sprite.width);
    drawText(out, sprite, at, top + line + bar + tick, kInk);
  }
}

}  // namespace pulmo
