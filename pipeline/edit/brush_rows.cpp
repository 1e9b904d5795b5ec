// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/brush_rows.h"

#include <algorithm>
#include <cmath>

namespace pulmo {
namespace {

/// Far enough to stand for "anywhere outside" and near enough to be counted in an int.
constexpr double kFar = 1e6;

/// Centres that lie on the brush's very edge belong to it, whatever rounding says.
constexpr double kEdge = 1e-9;

}  // namespace

void BrushRows::Span::include(const Span& other) {
  if (other.empty()) return;
  if (empty()) {
    *this = other;
    return;
  }
  low = std::min(low, other.low);
  high = std::max(high, other.high);
}

BrushRows::BrushRows(const Grid& grid, const Point3& from, const Point3& to, double radiusMm,
                     std::optional<std::size_t> flatAxis)
    : size_(grid.size), mm_(grid.spacingMm), a_(from), b_(to), radius_(radiusMm) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!std::isfinite(a_[axis]) || !std::isfinite(b_[axis])) return;  // an empty box: no rows
    a_[axis] = std::clamp(a_[axis], -kFar, kFar);
    b_[axis] = std::clamp(b_[axis], -kFar, kFar);
  }
  if (flatAxis) a_[*flatAxis] = b_[*flatAxis] = std::floor(a_[*flatAxis] + 0.5);
  VoxelBox box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double reach = std::max(0.5, std::min(radius_ / mm_[axis] * (1 + kEdge), kFar));
    if (flatAxis == axis) reach = 0;
    const auto [low, high] = std::minmax(a_[axis], b_[axis]);
    box.low[axis] = std::max(0, static_cast<int>(std::ceil(low - reach)));
    box.high[axis] = std::min(size_[axis] - 1, static_cast<int>(std::floor(high + reach)));
    if (box.high[axis] < box.low[axis]) return;
  }
  box_ = box;
}

BrushRows::Span BrushRows::nearRow(double yMm, double zMm) const {
  const Point3 a{a_[0] * mm_[0], a_[1] * mm_[1], a_[2] * mm_[2]};
  const Point3 d{b_[0] * mm_[0] - a[0], b_[1] * mm_[1] - a[1], b_[2] * mm_[2] - a[2]};
  const double r2 = radius_ * radius_ * (1 + kEdge);
  Span span;
  const auto ball = [&](double x, double y, double z) {
    const double rest = r2 - (yMm - y) * (yMm - y) - (zMm - z) * (zMm - z);
    if (rest >= 0) span.include({x - std::sqrt(rest), x + std::sqrt(rest)});
  };
  ball(a[0], a[1], a[2]);
  ball(a[0] + d[0], a[1] + d[1], a[2] + d[2]);
  // The tube between the balls: |w + x d'|^2 <= r^2 for the part across the line, 0 <= t <= 1 for the part along it.
  const double dd = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
  if (dd == 0) return span;
  const double wy = yMm - a[1], wz = zMm - a[2];
  const double along = wy * d[1] + wz * d[2];  // t dd = along + x' d0, x' from a
  const double c = wy * wy + wz * wz - along * along / dd - r2;
  const double half = along * d[0] / dd;  // minus half of the linear term
  const double across = 1 - d[0] * d[0] / dd;
  Span tube{-kFar, kFar};
  if (across > 1e-12) {
    const double root = half * half - across * c;
    if (root < 0) return span;
    tube = {(half - std::sqrt(root)) / across, (half + std::sqrt(root)) / across};
  } else if (c > 0) {
    return span;
  }
  if (d[0] != 0) {
    const auto [first, last] = std::minmax({-along / d[0], (dd - along) / d[0]});
    tube = {std::max(tube.low, first), std::min(tube.high, last)};
  } else if (along < 0 || along > dd) {
    return span;
  }
  if (!tube.empty()) span.include({a[0] + tube.low, a[0] + tube.high});
  return span;
}

BrushRows::Span BrushRows::throughRow(int y, int z) const {
  double first = 0, last = 1;
  const std::array<double, 3> centre{0, static_cast<double>(y), static_cast<double>(z)};
  for (const std::size_t axis : {std::size_t{1}, std::size_t{2}}) {
    const double from = a_[axis] - centre[axis], step = b_[axis] - a_[axis];
    if (step == 0) {
      if (std::abs(from) > 0.5) return {};
      continue;
    }
    const auto [enter, leave] = std::minmax({(-0.5 - from) / step, (0.5 - from) / step});
    first = std::max(first, enter);
    last = std::min(last, leave);
  }
  if (last < first) return {};
  const auto [low, high] = std::minmax({a_[0] + first * (b_[0] - a_[0]), a_[0] + last * (b_[0] - a_[0])});
  return {std::floor(low + 0.5), std::floor(high + 0.5)};
}

void BrushRows::visit(const std::function<void(int y, int z, int x0, int x1)>& visit) const {
  if (box_.empty()) return;
  for (int z = box_.low[2]; z <= box_.high[2]; ++z)
    for (int y = box_.low[1]; y <= box_.high[1]; ++y) {
      Span row = throughRow(y, z);
      const Span near = nearRow(y * mm_[1], z * mm_[2]);
      if (!near.empty()) row.include({std::ceil(near.low / mm_[0] - kEdge), std::floor(near.high / mm_[0] + kEdge)});
      if (row.empty()) continue;
      const int x0 = static_cast<int>(std::clamp(row.low, static_cast<double>(box_.low[0]), kFar));
      const int x1 = static_cast<int>(std::clamp(row.high, -kFar, static_cast<double>(box_.high[0])));
      if (x0 <= x1) visit(y, z, x0, x1);
    }
}

}  // namespace pulmo
