// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace pulmo {

using Point2 = std::array<double, 2>;  ///< mm in a plane of the scan; (0, 0) is the centre of its first pixel

/// One closed border of a binary picture, walked with the mask on the side of a turn from u to v.
struct SliceBorder {
  std::vector<Point2> points;  ///< at even steps; the last joins the first
  double areaMm2 = 0;          ///< enclosed: positive = around mask, negative = around a hole in it
};

/// A binary picture, u fastest.
struct SliceMask {
  int width = 0, height = 0;
  double pixelU = 1, pixelV = 1;  ///< mm
  std::vector<std::uint8_t> in;   ///< 1 = mask

  [[nodiscard]] bool at(int u, int v) const {
    return u >= 0 && v >= 0 && u < width && v < height &&
           in[static_cast<std::size_t>(u) + static_cast<std::size_t>(width) * static_cast<std::size_t>(v)] != 0;
  }
};

/// All borders of a mask, outer ones and those of holes, along the edges of its pixels; pixels that touch at a corner
/// alone are apart. The steps of the pixels are smoothed over their neighbours, then points are set every `stepMm`.
///
/// @cost O(pixels + length of the borders)
[[nodiscard]] std::vector<SliceBorder> traceBorders(const SliceMask& mask, double stepMm);

}  // namespace pulmo
