// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/series_stack.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <numeric>

#include "pipeline/core/parallel.h"
#include "pipeline/core/point_math.h"

namespace pulmo {

namespace {

constexpr double kSamePositionMm = 0.01;
constexpr double kEvenShare = 0.01, kEvenMm = 0.02;  // of a single step that counts as usual
constexpr double kOffShare = 0.15, kOffMm = 0.1;     // of a slice off the even course
constexpr double kStraightDeg = 0.1;
constexpr double kMostSlices = 20000;
constexpr double kLongestMm = 5000;  // no table moves further
constexpr std::int16_t kAir = -1024;

std::string mm(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g mm", value);
  return text;
}

struct Axes {
  Point3 row, column, normal;
};

Axes axesOf(const std::array<double, 6>& o) {
  Axes a{{o[0], o[1], o[2]}, {o[3], o[4], o[5]}, {}};
  if (std::abs(dot(a.row, a.row) - 1) > 1e-2 || std::abs(dot(a.column, a.column) - 1) > 1e-2 ||
      std::abs(dot(a.row, a.column)) > 1e-2)
    throw Error(ErrorKind::InvalidInput, "The slices' orientation is no pair of perpendicular directions.");
  const auto normalise = [](Point3& v) {
    const double length = std::sqrt(dot(v, v));
    for (double& x : v) x /= length;
  };
  normalise(a.row);
  const double along = dot(a.row, a.column);  // headers are rounded: made exactly perpendicular
  for (std::size_t i = 0; i < 3; ++i) a.column[i] -= along * a.row[i];
  normalise(a.column);
  a.normal = {a.row[1] * a.column[2] - a.row[2] * a.column[1], a.row[2] * a.column[0] - a.row[0] * a.column[2],
              a.row[0] * a.column[1] - a.row[1] * a.column[0]};
  return a;
}

Grid gridOf(const Axes& a, std::array<int, 2> size, int slices, std::array<double, 2> pixelSpacing, double spacing,
            const Point3& origin) {
  Grid g;
  g.size = {size[0], size[1], slices};
  g.spacingMm = {pixelSpacing[0], pixelSpacing[1], spacing};
  g.originMm = origin;
  for (std::size_t row = 0; row < 3; ++row) {
    g.direction[3 * row] = a.row[row];
    g.direction[3 * row + 1] = a.column[row];
    g.direction[3 * row + 2] = a.normal[row];
  }
  return g;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Says where the spacing is not the usual one: gaps of whole slices as missing slices, anything else as uneven.
void describeUneven(const std::vector<double>& heights, double spacing, double regular, SliceStack& stack) {
  int missing = 0, odd = 0;
  std::string firstGap;
  double least = spacing, most = spacing;
  for (std::size_t i = 1; i < heights.size(); ++i) {
    const double gap = heights[i] - heights[i - 1];
    least = std::min(least, gap);
    most = std::max(most, gap);
    if (std::abs(gap - spacing) <= std::max(kEvenMm, kEvenShare * spacing)) continue;
    const double steps = gap / spacing;
    if (std::lround(steps) >= 2 && std::abs(steps - std::round(steps)) < 0.05) {
      missing += static_cast<int>(std::lround(steps)) - 1;
      if (firstGap.empty())
        firstGap = "between slices " + std::to_string(i) + " and " + std::to_string(i + 1) + " lie " + mm(gap) +
                   " instead of " + mm(spacing);
    } else {
      ++odd;
    }
  }
  if (missing > 0)
    stack.notes.push_back(std::to_string(missing) + (missing == 1 ? " slice is missing (" : " slices are missing (") +
                          firstGap + "); the gap is filled by interpolation.");
  if (odd > 0)
    stack.notes.push_back("The slices are unevenly spaced (" + mm(least) + " to " + mm(most) +
                          "); they are resampled every " + mm(regular) + ".");
}

}  // namespace

bool evenlySpaced(const std::vector<double>& heights) {
  if (heights.size() < 3) return true;
  // The line of least squares: the first and the last position are rounded as the others are.
  const auto n = static_cast<double>(heights.size());
  const double mean = std::accumulate(heights.begin(), heights.end(), 0.0) / n;
  double slope = 0;
  for (std::size_t i = 0; i < heights.size(); ++i)
    slope += (static_cast<double>(i) - (n - 1) / 2) * (heights[i] - mean);
  slope /= n * (n * n - 1) / 12;
  const double most = std::max(kEvenMm, std::min(kOffMm, kOffShare * slope));
  for (std::size_t i = 0; i < heights.size(); ++i)
    if (!(std::abs(heights[i] - mean - slope * (static_cast<double>(i) - (n - 1) / 2)) <= most)) return false;
  return true;
}

SliceStack stackSlices(const std::vector<SlicePlace>& places, std::array<int, 2> size,
                       std::array<double, 2> pixelSpacing, double thicknessMm) {
  if (places.empty()) throw Error(ErrorKind::Internal, "A volume wants at least one slice.");
  const Axes axes = axesOf(places.front().orientation);
  std::vector<double> height(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) height[i] = dot(places[i].positionMm, axes.normal);
  std::vector<std::size_t> sorted(places.size());
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::stable_sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) { return height[a] < height[b]; });

  SliceStack stack;
  std::vector<double> heights;
  std::size_t duplicates = 0;
  double firstDuplicate = 0;
  for (const std::size_t i : sorted) {
    if (!heights.empty() && height[i] - heights.back() < kSamePositionMm) {
      if (++duplicates == 1) firstDuplicate = height[i];
      continue;
    }
    stack.order.push_back(i);
    heights.push_back(height[i]);
    stack.originsMm.push_back(places[i].positionMm);
  }
  if (duplicates > 0)
    stack.notes.push_back(std::to_string(duplicates) + (duplicates == 1 ? " slice lies" : " slices lie") +
                          " at the position of another one (" + (duplicates == 1 ? "" : "the first ") + "at " +
                          mm(firstDuplicate) + ") and " + (duplicates == 1 ? "is" : "are") + " left out.");
  const auto count = static_cast<int>(heights.size());
  if (count == 1) {
    stack.source = stack.regular =
        gridOf(axes, size, 1, pixelSpacing, thicknessMm > 0 ? thicknessMm : 1, stack.originsMm[0]);
    return stack;
  }
  std::vector<double> gaps;
  for (std::size_t i = 1; i < heights.size(); ++i) gaps.push_back(heights[i] - heights[i - 1]);
  const double middleGap = median(gaps);
  const double total = heights.back() - heights.front();
  if (!std::isfinite(total) || total > kLongestMm)
    throw Error(ErrorKind::InvalidInput, "Its slices lie " + mm(total) + " apart, which no patient is long.");
  const bool even = evenlySpaced(heights);
  // The mean of even gaps is better than their median: positions are rounded, their sum is not.
  const double spacing = even ? total / (count - 1) : middleGap;
  if (total / spacing > kMostSlices)
    throw Error(ErrorKind::InvalidInput, "Its slices are spaced too unevenly to make a volume (" + mm(spacing) +
                                             " mostly, over " + mm(total) + ").");
  if (!even) describeUneven(heights, spacing, total / std::max(1.0, std::round(total / spacing)), stack);

  // Where the course leaves the normal: the drift of the first pixel within the slices' plane.
  const Point3 course = minus(stack.originsMm.back(), stack.originsMm.front());
  const double driftX = dot(course, axes.row), driftY = dot(course, axes.column);
  stack.tiltDeg = std::atan2(std::hypot(driftX, driftY), total) * 180 / std::numbers::pi;
  double worst = 0;  // mm off the first slice's pixel grid
  for (const Point3& origin : stack.originsMm) {
    const Point3 off = minus(origin, stack.originsMm.front());
    worst = std::max(worst, std::hypot(dot(off, axes.row), dot(off, axes.column)));
  }
  if (!(worst < kLongestMm))
    throw Error(ErrorKind::InvalidInput, "Its slices are shifted against each other by " + mm(worst) + ".");
  const bool tilted = stack.tiltDeg > kStraightDeg;
  const bool sheared = worst > 0.1 * std::min(pixelSpacing[0], pixelSpacing[1]) &&
                       (tilted || worst > std::min(pixelSpacing[0], pixelSpacing[1]));
  stack.resample = !even || sheared;
  stack.source = gridOf(axes, size, count, pixelSpacing, spacing, stack.originsMm.front());
  stack.regular = stack.source;
  if (!stack.resample) return stack;
  if (sheared) {
    char text[160];
    std::snprintf(
        text, sizeof text,
        "The gantry was tilted by %.1f° (slices shift by up to %.4g mm); the scan is resampled onto a straight grid.",
        stack.tiltDeg, worst);
    stack.notes.emplace_back(text);
    // Wide enough for every slice wherever it has drifted to.
    std::array<double, 2> low{0, 0}, high{0, 0};
    for (const Point3& origin : stack.originsMm) {
      const Point3 off = minus(origin, stack.originsMm.front());
      const std::array<double, 2> at{dot(off, axes.row) / pixelSpacing[0], dot(off, axes.column) / pixelSpacing[1]};
      for (std::size_t k = 0; k < 2; ++k) {
        low[k] = std::min(low[k], at[k]);
        high[k] = std::max(high[k], at[k]);
      }
    }
    const int fromX = static_cast<int>(std::floor(low[0] + 1e-6)), fromY = static_cast<int>(std::floor(low[1] + 1e-6));
    stack.regular.size[0] = size[0] + static_cast<int>(std::ceil(high[0] - 1e-6)) - fromX;
    stack.regular.size[1] = size[1] + static_cast<int>(std::ceil(high[1] - 1e-6)) - fromY;
    stack.regular.originMm = toPatient(stack.source, Index3{fromX, fromY, 0});
  }
  // Steps that end on the last slice, so that nothing of the scan is left over.
  const double steps = std::max(1.0, std::round(total / spacing));
  stack.regular.spacingMm[2] = total / steps;
  stack.regular.size[2] = static_cast<int>(steps) + 1;
  return stack;
}

CtVolume resampleStack(const CtVolume& slices, const SliceStack& stack, const StopToken& stop) {
  CtVolume result(stack.regular, kAir);
  const Grid& to = result.grid();
  const Point3 normal{to.direction[2], to.direction[5], to.direction[8]};
  std::vector<double> heights;
  for (const Point3& origin : stack.originsMm) heights.push_back(dot(origin, normal));
  const int nx = slices.grid().size[0], ny = slices.grid().size[1];
  const auto sample = [&](std::size_t s, double x, double y) -> double {
    if (x < -0.5 || y < -0.5 || x > nx - 0.5 || y > ny - 0.5) return kAir;
    const double cx = std::clamp(x, 0.0, nx - 1.0), cy = std::clamp(y, 0.0, ny - 1.0);
    const int x0 = std::min(static_cast<int>(cx), std::max(0, nx - 2)),
              y0 = std::min(static_cast<int>(cy), std::max(0, ny - 2));
    const double fx = cx - x0, fy = cy - y0;
    const std::int16_t* p = slices.slice(static_cast<int>(s)) + static_cast<std::ptrdiff_t>(y0) * nx + x0;
    const std::ptrdiff_t right = nx > 1 ? 1 : 0, below = ny > 1 ? nx : 0;
    return (1 - fy) * ((1 - fx) * p[0] + fx * p[right]) + fy * ((1 - fx) * p[below] + fx * p[below + right]);
  };
  (void)parallelFor(static_cast<std::size_t>(to.size[2]), 0, stop, [&](std::size_t z) {
    const Point3 origin = toPatient(to, Index3{0, 0, static_cast<int>(z)});
    const double height = dot(origin, normal);
    const auto above = std::upper_bound(heights.begin(), heights.end(), height + 1e-6);
    const auto upper = static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(above - heights.begin(), 1, static_cast<std::ptrdiff_t>(heights.size()) - 1));
    const std::size_t lower = upper - 1;
    const double weight = std::clamp((height - heights[lower]) / (heights[upper] - heights[lower]), 0.0, 1.0);
    // Within a slice's plane the grids differ by a shift alone.
    const auto shift = [&](std::size_t s) {
      Grid slice = slices.grid();
      slice.originMm = stack.originsMm[s];
      return toIndex(slice, origin);
    };
    const Point3 a = shift(lower), b = shift(upper);
    for (int y = 0; y < to.size[1]; ++y)
      for (int x = 0; x < to.size[0]; ++x) {
        const double low = weight < 1 ? sample(lower, a[0] + x, a[1] + y) : 0;
        const double high = weight > 0 ? sample(upper, b[0] + x, b[1] + y) : 0;
        result[{x, y, static_cast<int>(z)}] =
            static_cast<std::int16_t>(std::lround((1 - weight) * low + weight * high));
      }
  });
  return result;
}

}  // namespace pulmo
