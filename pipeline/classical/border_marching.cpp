// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/border_marching.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace pulmo {
namespace {

constexpr double kToleranceMm = 0.4;   // of the border beyond a bridge: half of a usual pixel
constexpr double kArcPerWidth = 1.15;  // a half circle has 1.57, a dent three times as wide as deep 1.27

constexpr double kLeastAsked = 0.3;  // of the depth a wide dent needs, in proportion to its width

struct Scored {
  BorderBridge bridge;
  double score = 0;  ///< depth beyond what the width asks for, mm; above 0 = may be bridged
};

/// The depth of the dent behind a bridge, or less than 0 where the border crosses the bridge.
double depthBehind(const std::vector<Point2>& border, std::size_t from, std::size_t to, double widthMm) {
  const std::size_t n = border.size();
  const Point2& a = border[from % n];
  const double du = (border[to % n][0] - a[0]) / widthMm, dv = (border[to % n][1] - a[1]) / widthMm;
  double deepest = 0;
  for (std::size_t k = from + 1; k < to; ++k) {
    const Point2& p = border[k % n];
    const double inwards = du * (p[1] - a[1]) - dv * (p[0] - a[0]);
    if (inwards < -kToleranceMm) return -1;
    deepest = std::max(deepest, inwards);
  }
  return deepest;
}

Scored bestFrom(const std::vector<Point2>& border, std::size_t from, double stepMm, const MarchingLimits& limits) {
  const std::size_t n = border.size();
  const auto longest = static_cast<std::size_t>(limits.longestMm / stepMm);
  Scored best;
  for (std::size_t to = from + 3; to < from + std::min(n - 1, longest); ++to) {
    const double width = std::hypot(border[to % n][0] - border[from][0], border[to % n][1] - border[from][1]);
    const double arc = static_cast<double>(to - from) * stepMm;
    if (width > limits.widestMm || width < stepMm || arc < kArcPerWidth * width) continue;
    const double most = 0.5 * std::sqrt(std::max(0.0, arc * arc - width * width)) + kToleranceMm;
    const double asked = width / limits.widthPerDepth * std::clamp(width / limits.smallMm, kLeastAsked, 1.0);
    if (std::min(most, limits.deepestMm) - asked <= best.score) continue;
    const double depth = depthBehind(border, from, to, width);
    if (depth > limits.deepestMm || depth - asked <= best.score) continue;
    best = {{from, to, width, depth}, depth - asked};
  }
  return best;
}

/// Marks the pixels outside the mask whose centre lies within a closed line of points, unless they are of bone.
void fillPolygon(const std::vector<Point2>& line, const SliceMask& mask, const std::vector<std::uint8_t>& bone,
                 double boneShare, std::vector<std::uint8_t>& added) {
  std::vector<std::size_t> within;
  double ofBone = 0;
  double low = line[0][1], high = line[0][1];
  for (const Point2& p : line) {
    low = std::min(low, p[1]);
    high = std::max(high, p[1]);
  }
  const int v0 = std::max(0, static_cast<int>(std::ceil(low / mask.pixelV)));
  const int v1 = std::min(mask.height - 1, static_cast<int>(std::floor(high / mask.pixelV)));
  std::vector<double> crossings;
  for (int v = v0; v <= v1; ++v) {
    const double y = v * mask.pixelV;
    crossings.clear();
    for (std::size_t i = 0, last = line.size() - 1; i < line.size(); last = i++) {
      const Point2 &a = line[last], &b = line[i];
      if ((a[1] <= y) == (b[1] <= y)) continue;
      crossings.push_back(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
    }
    std::sort(crossings.begin(), crossings.end());
    for (std::size_t c = 0; c + 1 < crossings.size(); c += 2) {
      const int u0 = std::max(0, static_cast<int>(std::ceil(crossings[c] / mask.pixelU)));
      const int u1 = std::min(mask.width - 1, static_cast<int>(std::floor(crossings[c + 1] / mask.pixelU)));
      for (int u = u0; u <= u1; ++u) {
        const std::size_t i =
            static_cast<std::size_t>(u) + static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(v);
        if (mask.in[i] != 0) continue;
        within.push_back(i);
        ofBone += bone[i];
      }
    }
  }
  if (ofBone > boneShare * static_cast<double>(within.size())) return;
  for (const std::size_t i : within) added[i] = 1;
}

}  // namespace

std::vector<BorderBridge> bridgeDents(const std::vector<Point2>& border, const MarchingLimits& limits) {
  std::vector<BorderBridge> bridges;
  const std::size_t n = border.size();
  if (n < 6) return bridges;
  const double stepMm = std::hypot(border[1][0] - border[0][0], border[1][1] - border[0][1]);
  if (stepMm <= 0) return bridges;
  std::vector<Scored> found;
  for (std::size_t from = 0; from < n; ++from) {
    const Scored best = bestFrom(border, from, stepMm, limits);
    if (best.score > 0) found.push_back(best);
  }
  std::stable_sort(found.begin(), found.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
  std::vector<std::uint8_t> taken(n, 0);
  for (const Scored& next : found) {
    const BorderBridge& bridge = next.bridge;
    bool free = true;
    for (std::size_t k = bridge.from + 1; k < bridge.to && free; ++k) free = taken[k % n] == 0;
    if (!free) continue;
    for (std::size_t k = bridge.from + 1; k < bridge.to; ++k) taken[k % n] = 1;
    bridges.push_back(bridge);
  }
  return bridges;
}

std::vector<std::uint8_t> bridgedPixels(const SliceMask& mask, const std::vector<std::uint8_t>& bone,
                                        const MarchingLimits& limits) {
  std::vector<std::uint8_t> added(mask.in.size(), 0);
  const double stepMm = std::max(1.0, std::min(mask.pixelU, mask.pixelV));
  const double cornerMm = 0.5 * std::min(mask.pixelU, mask.pixelV);
  const double largestHole = 0.25 * std::numbers::pi * limits.widestMm * limits.widestMm;
  for (const SliceBorder& border : traceBorders(mask, stepMm)) {
    if (border.areaMm2 < 0 && -border.areaMm2 <= largestHole) {
      fillPolygon(border.points, mask, bone, limits.boneShare, added);
      continue;
    }
    for (const BorderBridge& bridge : bridgeDents(border.points, limits)) {
      std::vector<Point2> line;
      for (std::size_t k = bridge.from; k <= bridge.to; ++k) line.push_back(border.points[k % border.points.size()]);
      // Smoothing rounds the corners of the mouth: the bridge goes back out by what they lost.
      const Point2 a = line.front(), b = line.back();
      const double outU = (b[1] - a[1]) / bridge.widthMm * cornerMm, outV = (a[0] - b[0]) / bridge.widthMm * cornerMm;
      line.push_back({b[0] + outU, b[1] + outV});
      line.push_back({a[0] + outU, a[1] + outV});
      fillPolygon(line, mask, bone, limits.boneShare, added);
    }
  }
  return added;
}

}  // namespace pulmo
