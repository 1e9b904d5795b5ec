// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/slice_contour.h"

#include <array>
#include <cstring>

namespace pulmo {

namespace {

// A cell's corners: 1 top left, 2 top right, 4 bottom right, 8 bottom left; its edges: 0 top, 1 right, 2 bottom, 3
// left. For each set of corners inside, up to two lines between edge middles (-1 = none).
constexpr std::array<std::array<int, 4>, 16> kLines{{
    {-1, -1, -1, -1},
    {3, 0, -1, -1},
    {0, 1, -1, -1},
    {3, 1, -1, -1},
    {1, 2, -1, -1},
    {3, 0, 1, 2},
    {0, 2, -1, -1},
    {3, 2, -1, -1},
    {2, 3, -1, -1},
    {2, 0, -1, -1},
    {0, 1, 2, 3},
    {2, 1, -1, -1},
    {1, 3, -1, -1},
    {1, 0, -1, -1},
    {0, 3, -1, -1},
    {-1, -1, -1, -1},
}};
constexpr std::array<std::array<float, 2>, 4> kMiddles{{{0.5F, 0}, {1, 0.5F}, {0.5F, 1}, {0, 0.5F}}};

void addCell(const std::array<std::uint8_t, 4>& corners, int x, int y, std::vector<ContourSegment>& out) {
  for (std::size_t k = 0; k < 4; ++k) {
    const std::uint8_t label = corners[k];
    bool seen = label == 0;
    for (std::size_t j = 0; j < k; ++j) seen = seen || corners[j] == label;
    if (seen) continue;
    unsigned inside = 0;
    for (unsigned j = 0; j < 4; ++j)
      if (corners[j] == label) inside |= 1U << j;
    const auto& lines = kLines[inside];
    for (std::size_t i = 0; i < 4 && lines[i] >= 0; i += 2) {
      const auto& a = kMiddles[static_cast<std::size_t>(lines[i])];
      const auto& b = kMiddles[static_cast<std::size_t>(lines[i + 1])];
      const auto fx = static_cast<float>(x);
      const auto fy = static_cast<float>(y);
      out.push_back({fx + a[0], fy + a[1], fx + b[0], fy + b[1], label});
    }
  }
}

/// How many voxels from `x` on are alike in both rows; whole words at a time, since most of a slice is.
int alikeFrom(const std::uint8_t* top, const std::uint8_t* bottom, int x, int width) {
  const std::uint64_t same = 0x0101010101010101ULL * top[x];
  int end = x;
  while (end + 8 <= width) {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::memcpy(&a, top + end, 8);
    std::memcpy(&b, bottom + end, 8);
    if (a != same || b != same) break;
    end += 8;
  }
  return end - x;
}

}  // namespace

std::vector<ContourSegment> labelContours(const std::uint8_t* labels, int width, int height) {
  std::vector<ContourSegment> out;
  const std::vector<std::uint8_t> outside(static_cast<std::size_t>(width), 0);
  const auto row = [&](int y) {
    return y < 0 || y >= height ? outside.data() : labels + static_cast<std::ptrdiff_t>(y) * width;
  };
  for (int y = -1; y < height; ++y) {
    const std::uint8_t* top = row(y);
    const std::uint8_t* bottom = row(y + 1);
    addCell({0, top[0], bottom[0], 0}, -1, y, out);
    int x = 0;
    while (x + 1 < width) {
      const int alike = alikeFrom(top, bottom, x, width);
      if (alike > 1) {
        x += alike - 1;  // the last of them may differ from its right neighbour
        continue;
      }
      const std::array<std::uint8_t, 4> corners{top[x], top[x + 1], bottom[x + 1], bottom[x]};
      if (corners[0] != corners[1] || corners[0] != corners[2] || corners[0] != corners[3]) addCell(corners, x, y, out);
      ++x;
    }
    addCell({top[width - 1], 0, 0, bottom[width - 1]}, width - 1, y, out);
  }
  return out;
}

}  // namespace pulmo
