// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "widgets/scene/lung_raster.h"

namespace pulmo {

namespace {

constexpr double kAdvance = 0.86, kThickness = 0.13;  // of the letters' height

using Stroke = std::vector<std::array<double, 2>>;

/// In a box of 0.65 x 1, y downwards.
std::vector<Stroke> strokesOf(char letter) {
  const Stroke bowl{{0, 1}, {0, 0}, {0.45, 0}, {0.62, 0.13}, {0.62, 0.37}, {0.45, 0.5}, {0, 0.5}};
  switch (letter) {
    case 'A':
      return {{{0, 1}, {0.33, 0}, {0.66, 1}}, {{0.12, 0.64}, {0.54, 0.64}}};
    case 'I':
      return {{{0.3, 0}, {0.3, 1}}};
    case 'L':
      return {{{0, 0}, {0, 1}, {0.58, 1}}};
    case 'P':
      return {bowl};
    case 'R':
      return {bowl, {{0.3, 0.5}, {0.64, 1}}};
    case 'S':
      return {{{0.6, 0.14},
               {0.46, 0},
               {0.15, 0},
               {0, 0.14},
               {0, 0.34},
               {0.14, 0.47},
               {0.48, 0.53},
               {0.62, 0.66},
               {0.62, 0.86},
               {0.47, 1},
               {0.14, 1},
               {0, 0.86}}};
    default:
      return {};
  }
}

}  // namespace

double directionWidth(const std::string& letters, double height) {
  return letters.empty() ? 0 : height * (kAdvance * static_cast<double>(letters.size() - 1) + 0.65);
}

double drawDirection(const PixelView& out, const std::string& letters, double x, double y, double height,
                     Pixel colour) {
  LinePainter lines;
  lines.begin(out);
  for (std::size_t i = 0; i < letters.size(); ++i)
    for (const Stroke& stroke : strokesOf(letters[i]))
      for (std::size_t k = 1; k < stroke.size(); ++k) {
        const double left = x + kAdvance * height * static_cast<double>(i);
        lines.addLine(left + height * stroke[k - 1][0], y + height * stroke[k - 1][1], left + height * stroke[k][0],
                      y + height * stroke[k][1], kThickness * height);
      }
  lines.paint(colour, 1);
  return directionWidth(letters, height);
}

void drawDirections(const PixelView& out, double turnedDeg) {
  constexpr Pixel kLetter = pixelOfRgb(240, 208, 120);
  const double height = std::max(10.0, 0.03 * out.height), edge = 0.025 * out.width;
  const double middle = (out.height - height) / 2;
  const LungDirections directions = directionsOf(turnedDeg);
  drawDirection(out, directions.left, edge, middle, height, kLetter);
  drawDirection(out, directions.right, out.width - edge - directionWidth(directions.right, height), middle, height,
                kLetter);
  drawDirection(out, "S", out.width / 2.0 - height / 3, edge, height, kLetter);
  drawDirection(out, "I", out.width / 2.0 - height / 3, out.height - edge - height, height, kLetter);
}

}  // namespace pulmo
