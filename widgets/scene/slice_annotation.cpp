// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/slice_annotation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>
#include <vector>

namespace pulmo {

namespace {

constexpr Pixel kText = pixelOfRgb(213, 219, 227);
constexpr Pixel kLetter = pixelOfRgb(240, 208, 120);
constexpr Pixel kCross = pixelOfRgb(140, 226, 150);
constexpr Pixel kEmpty = pixelOfRgb(138, 150, 164);

int scaled(double logical, double scale) {
  return std::max(1, static_cast<int>(std::lround(logical * scale)));
}

/// The room on a pane, and what is drawn there.
class Layout {
 public:
  Layout(const PixelView& out, double scale, TextCache& texts)
      : out_(out), scale_(scale), texts_(texts), margin_(scaled(7, scale)) {}

  void letters(const SliceAxes& axes) {
    if (out_.width < scaled(110, scale_) || out_.height < scaled(110, scale_)) return;
    const TextCache::Style style{scaled(15, scale_), true};
    const auto place = [&](char letter, double across, double down) {
      const TextSprite& text = texts_.sprite(std::string(1, letter), style);
      const int x = margin_ + static_cast<int>(std::lround(across * (out_.width - 2 * margin_ - text.width)));
      const int y = margin_ + static_cast<int>(std::lround(down * (out_.height - 2 * margin_ - text.height)));
      drawText(out_, text, x, y, kLetter);
    };
    place(axes.left, 0, 0.5);
    place(axes.right, 1, 0.5);
    place(axes.top, 0.5, 0);
    place(axes.bottom, 0.5, 1);
  }

  void topLeft(const SliceFacts& facts) {
    int y = margin_;
    if (!facts.title.empty()) y = line(shortened(facts.title, true), y, true);
    const std::string both = facts.positionMm.empty() ? facts.slice : facts.slice + "   " + facts.positionMm;
    if (fits(both)) {
      line(both, y, false);
    } else if (fits(facts.slice)) {
      y = line(facts.slice, y, false);
      if (out_.height >= scaled(200, scale_) && fits(facts.positionMm)) line(facts.positionMm, y, false);
    }
  }

  void bottomLeft(const SliceFacts& facts) {
    if (out_.height < scaled(130, scale_)) return;
    const int step = lineHeight();
    int y = out_.height - margin_ - step;
    if (fits(facts.window)) {
      line(facts.window, y, false);
      y -= step;
    }
    const std::string both = facts.probeLabel.empty() ? facts.probe : facts.probe + "   " + facts.probeLabel;
    line(fits(both) ? both : fits(facts.probe) ? facts.probe : std::string(), y, false);
  }

  /// A round length that takes up to a quarter of the pane, with ticks at a tenth (a fifth) of it.
  void ruler(double pixelsPerMm) {
    if (out_.height < scaled(130, scale_)) return;
    const double room = std::min(0.26 * out_.width, half() - margin_);
    constexpr std::array<double, 12> kLengths{200, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05};
    const auto* length =
        std::find_if(kLengths.begin(), kLengths.end(), [&](double mm) { return mm * pixelsPerMm <= room; });
    if (length == kLengths.end() || *length * pixelsPerMm < scaled(24, scale_)) return;
    const int line = scaled(1, scale_);
    const int right = out_.width - margin_ - scaled(3, scale_);
    const double left = right - *length * pixelsPerMm;
    const int base = out_.height - margin_ - scaled(3, scale_);
    const int parts = *length * pixelsPerMm >= scaled(50, scale_) ? 10 : 5;
    for (const bool rim : {true, false}) {
      const int grow = rim ? line : 0;
      const Pixel colour = rim ? pixelOfRgb(0, 0, 0) : kText;
      const unsigned weight = rim ? 150 : 256;
      const auto bar = [&](int x, int y, int width, int height) {
        fillRectangle(out_, x - grow, y - grow, width + 2 * grow, height + 2 * grow, colour, weight);
      };
      bar(static_cast<int>(left), base, right - static_cast<int>(left) + line, line);
      for (int i = 0; i <= parts; ++i) {
        const int tick = scaled(i == 0 || i == parts ? 8 : 2 * i == parts ? 6 : 4, scale_);
        const int x = static_cast<int>(left + (right - left) * i / parts);
        bar(x, base - tick, line, tick);
      }
    }
    std::ostringstream name;
    name << *length << " mm";
    const TextSprite& text = texts_.sprite(name.str(), factsStyle(false));
    onPlate(text, right + line - text.width, base - scaled(10, scale_) - text.height);
  }

 private:
  [[nodiscard]] int lineHeight() const { return scaled(17, scale_); }
  [[nodiscard]] TextCache::Style factsStyle(bool bold) const { return {scaled(13, scale_), bold}; }
  /// From an edge to the letter in the middle of the pane.
  [[nodiscard]] double half() const { return out_.width / 2.0 - scaled(12, scale_); }

  [[nodiscard]] bool fits(const std::string& text, bool bold = false) {
    return texts_.sprite(text, factsStyle(bold)).width <= half() - margin_;
  }

  /// Cut at the end, whole UTF-8 characters at a time, until it ends before the middle.
  [[nodiscard]] std::string shortened(const std::string& text, bool bold) {
    if (fits(text, bold)) return text;
    std::string cut = text;
    while (!cut.empty() && !fits(cut + "...", bold)) {
      while (!cut.empty() && (static_cast<unsigned char>(cut.back()) & 0xc0U) == 0x80U) cut.pop_back();
      if (!cut.empty()) cut.pop_back();
    }
    return cut.empty() ? cut : cut + "...";
  }

  /// On a plate that dims what is behind: thin letters on white bone are not read by their rim alone.
  void onPlate(const TextSprite& text, int x, int y) {
    if (text.width == 0) return;
    const int more = scaled(2, scale_);
    fillRectangle(out_, x - more, y, text.width + 2 * more, text.height, pixelOfRgb(0, 0, 0), 120);
    drawText(out_, text, x, y, kText);
  }

  int line(const std::string& text, int y, bool bold) {
    onPlate(texts_.sprite(text, factsStyle(bold)), margin_, y);
    return y + lineHeight();
  }

  PixelView out_;
  double scale_;
  TextCache& texts_;
  int margin_;
};

}  // namespace

void drawAnnotations(const PixelView& out, const SliceGeometry& geometry, const SliceFacts& facts, double scale,
                     TextCache& texts) {
  Layout layout(out, scale, texts);
  layout.letters(geometry.axes());
  layout.topLeft(facts);
  layout.bottomLeft(facts);
  if (facts.ruler) layout.ruler(geometry.pixelsPerMm());
}

void drawCrosshair(const PixelView& out, double x, double y, double scale) {
  constexpr unsigned kWeight = 150;
  const int gap = scaled(9, scale);
  const int line = scaled(1, scale);
  const int cx = static_cast<int>(std::floor(x));
  const int cy = static_cast<int>(std::floor(y));
  fillRectangle(out, cx, 0, line, cy - gap, kCross, kWeight);
  fillRectangle(out, cx, cy + gap + line, line, out.height, kCross, kWeight);
  fillRectangle(out, 0, cy, cx - gap, line, kCross, kWeight);
  fillRectangle(out, cx + gap + line, cy, out.width, line, kCross, kWeight);
}

void drawEmptyText(const PixelView& out, const std::string& sentence, double scale, TextCache& texts) {
  const TextCache::Style style{scaled(13, scale), false};
  const int room = out.width - 2 * scaled(12, scale);
  std::vector<std::string> lines;
  std::istringstream words(sentence);
  for (std::string word; words >> word;) {
    const std::string longer = lines.empty() ? word : lines.back() + " " + word;
    if (lines.empty() || texts.sprite(longer, style).width > room)
      lines.push_back(word);
    else
      lines.back() = longer;
  }
  const int step = scaled(19, scale);
  int y = (out.height - static_cast<int>(lines.size()) * step) / 2;
  for (const std::string& line : lines) {
    const TextSprite& text = texts.sprite(line, style);
    drawText(out, text, (out.width - text.width) / 2, y, kEmpty);
    y += step;
  }
}

}  // namespace pulmo
