// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "pipeline/core/point_math.h"

namespace pulmo {

using Mm3 = Point3;  ///< x to the left, y to posterior, z to superior

// Signed distances in mm, negative inside, true near the surface: that is where partial volume asks.
//
// Everything here keeps to + - * / and sqrt, which IEEE 754 rounds correctly everywhere: no sine, no exponential, no
// cube root of the C library, so that the same seed gives the same bits on every machine.

inline double sq(double x) {
  return x * x;
}
inline Mm3 operator+(const Mm3& a, const Mm3& b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
inline Mm3 operator-(const Mm3& a, const Mm3& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
inline Mm3 operator*(double s, const Mm3& a) {
  return {s * a[0], s * a[1], s * a[2]};
}
inline double length(const Mm3& v) {
  return std::sqrt(dot(v, v));
}
inline Mm3 unit(const Mm3& v) {
  return (1 / std::max(1e-9, length(v))) * v;
}
inline double mix(double a, double b, double t) {
  return a + t * (b - a);
}

/// Smoothly 1 at 0 and 0 beyond `width`.
inline double bump(double x, double width) {
  const double t = 1 - sq(x / width);
  return t > 0 ? t * t : 0;
}

/// The lesser of two distances, rounded over a width of `k` mm where they meet.
/// @source Quilez, polynomial smooth minimum
inline double smoothMin(double a, double b, double k) {
  const double h = std::max(0.0, k - std::abs(a - b)) / k;
  return std::min(a, b) - h * h * k * 0.25;
}
inline double smoothMax(double a, double b, double k) {
  return -smoothMin(-a, -b, k);
}

/// A cross-section between an ellipse and a rounded box: how chests are.
/// @param squareness  0 ellipse .. 1 superellipse of exponent 4
inline double oval(double x, double y, double a, double b, double squareness) {
  const double u = sq(x / a), v = sq(y / b);
  const double round = std::sqrt(u + v);
  if (round < 1e-9) return -std::min(a, b);
  const double r = mix(round, std::sqrt(std::sqrt(u * u + v * v)), squareness);
  return (r - 1) * round / std::sqrt(u / sq(a) + v / sq(b));
}

/// A cylinder with round ends that may taper. Heights count `zScale` times: below 1 it is higher than wide, as a rib.
struct Tube {
  Mm3 from, to;
  double r0, r1;
  double zScale = 1;

  [[nodiscard]] double distance(const Mm3& p) const {
    const Mm3 d{to[0] - from[0], to[1] - from[1], (to[2] - from[2]) * zScale};
    const Mm3 v{p[0] - from[0], p[1] - from[1], (p[2] - from[2]) * zScale};
    const double along = std::clamp(dot(v, d) / std::max(1e-9, dot(d, d)), 0.0, 1.0);
    return length(v - along * d) - mix(r0, r1, along);
  }
};

/// An ellipsoid whose first axis points along `axis`; the second lies level.
struct Blob {
  Mm3 centre, radii;
  std::array<Mm3, 3> axes{Mm3{1, 0, 0}, Mm3{0, 1, 0}, Mm3{0, 0, 1}};

  static Blob along(const Mm3& centre, const Mm3& radii, const Mm3& axis) {
    const Mm3 a = unit(axis), b = unit({-a[1], a[0], 0});
    return {centre, radii, {a, b, {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]}}};
  }
  [[nodiscard]] double distance(const Mm3& p) const {
    const Mm3 v = p - centre;
    double r = 0, g = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const double n = dot(v, axes[k]) / radii[k];
      r += n * n;
      g += sq(n / radii[k]);
    }
    if (r < 1e-12) return -std::min({radii[0], radii[1], radii[2]});
    return (std::sqrt(r) - 1) * std::sqrt(r / g);
  }
  [[nodiscard]] double reach() const { return std::max({radii[0], radii[1], radii[2]}); }
};

}  // namespace pulmo
