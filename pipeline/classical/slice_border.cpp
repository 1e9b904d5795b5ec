// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/slice_border.h"

#include <cmath>

namespace pulmo {
namespace {

constexpr std::array<int, 4> kStepU{1, 0, -1, 0};
constexpr std::array<int, 4> kStepV{0, 1, 0, -1};

/// Whether an edge leaves corner (u, v) in a direction, with mask beside it on the inner side alone.
bool edgeLeaves(const SliceMask& mask, int u, int v, std::size_t direction) {
  switch (direction) {
    case 0:
      return mask.at(u, v) && !mask.at(u, v - 1);
    case 1:
      return mask.at(u - 1, v) && !mask.at(u, v);
    case 2:
      return mask.at(u - 1, v - 1) && !mask.at(u - 1, v);
    default:
      return mask.at(u, v - 1) && !mask.at(u - 1, v - 1);
  }
}

/// Middles of the edges of one closed border, in mm.
std::vector<Point2> walk(const SliceMask& mask, int u0, int v0, std::vector<std::uint8_t>& seen) {
  std::vector<Point2> points;
  int u = u0, v = v0;
  std::size_t direction = 0;
  do {
    if (direction == 0)
      seen[static_cast<std::size_t>(u) + static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(v)] = 1;
    const double middleU = u + 0.5 * kStepU[direction] - 0.5, middleV = v + 0.5 * kStepV[direction] - 0.5;
    points.push_back({middleU * mask.pixelU, middleV * mask.pixelV});
    u += kStepU[direction];
    v += kStepV[direction];
    // Inwards first: pixels that touch at a corner stay apart.
    for (const std::size_t turn : {1U, 0U, 3U}) {
      if (!edgeLeaves(mask, u, v, (direction + turn) % 4)) continue;
      direction = (direction + turn) % 4;
      break;
    }
  } while (u != u0 || v != v0 || direction != 0);
  return points;
}

double areaOf(const std::vector<Point2>& points) {
  double twice = 0;
  for (std::size_t i = 0, last = points.size() - 1; i < points.size(); last = i++)
    twice += points[last][0] * points[i][1] - points[i][0] * points[last][1];
  return 0.5 * twice;
}

std::vector<Point2> smoothed(const std::vector<Point2>& points) {
  std::vector<Point2> result(points.size());
  const std::size_t n = points.size();
  for (std::size_t i = 0; i < n; ++i) {
    const Point2 &before = points[(i + n - 1) % n], &after = points[(i + 1) % n];
    for (std::size_t k = 0; k < 2; ++k) result[i][k] = 0.25 * before[k] + 0.5 * points[i][k] + 0.25 * after[k];
  }
  return result;
}

std::vector<Point2> atEvenSteps(const std::vector<Point2>& points, double stepMm) {
  std::vector<Point2> result;
  double left = 0;  // to the next point that is set
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point2 &from = points[i], &to = points[(i + 1) % points.size()];
    const double length = std::hypot(to[0] - from[0], to[1] - from[1]);
    for (; left < length; left += stepMm) {
      const double t = left / length;
      result.push_back({from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])});
    }
    left -= length;
  }
  return result;
}

}  // namespace

std::vector<SliceBorder> traceBorders(const SliceMask& mask, double stepMm) {
  std::vector<SliceBorder> borders;
  std::vector<std::uint8_t> seen(mask.in.size(), 0);  // by pixel: its upper edge
  for (int v = 0; v < mask.height; ++v) {
    for (int u = 0; u < mask.width; ++u) {
      const std::size_t i =
          static_cast<std::size_t>(u) + static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(v);
      if (mask.in[i] == 0 || seen[i] != 0 || mask.at(u, v - 1)) continue;
      const std::vector<Point2> edges = walk(mask, u, v, seen);
      SliceBorder border;
      border.areaMm2 = areaOf(edges);
      border.points = atEvenSteps(smoothed(smoothed(edges)), stepMm);
      borders.push_back(std::move(border));
    }
  }
  return borders;
}

}  // namespace pulmo
