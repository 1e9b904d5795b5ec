// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "widgets/scene/slice_raster.h"

namespace pulmo {

/// A line of text ready to be laid on pixels: how much ink each pixel has, and how much of the dark rim around it.
struct TextSprite {
  int width = 0, height = 0;  ///< with the rim, one pixel each side
  std::vector<std::uint8_t> ink;
  std::vector<std::uint8_t> rim;
  [[nodiscard]] std::size_t at(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  }
};

/// Lines of text by VTK's FreeType, made once and kept. Needs neither a display nor OpenGL.
/// One thread only.
class TextCache {
 public:
  struct Style {
    int pixels = 13;  ///< size of the letters
    bool bold = false;
    friend bool operator<(const Style& a, const Style& b) {
      return std::tie(a.pixels, a.bold) < std::tie(b.pixels, b.bold);
    }
  };

  TextCache();
  ~TextCache();
  TextCache(const TextCache&) = delete;
  TextCache& operator=(const TextCache&) = delete;

  /// @param utf8  one line; a text that cannot be drawn gives an empty sprite
  /// @return valid until the next call
  const TextSprite& sprite(const std::string& utf8, const Style& style);

 private:
  struct Font;
  std::unique_ptr<Font> font_;
  std::map<std::pair<Style, std::string>, TextSprite> sprites_;
};

/// Lays a line of text on, its top left corner (of the rim) at (x, y).
void drawText(const PixelView& out, const TextSprite& text, int x, int y, Pixel colour);

}  // namespace pulmo
