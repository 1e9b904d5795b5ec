// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/lesion.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace pulmo {

namespace {

constexpr float kMostWarp = 2.2F;  // in SDs
constexpr float kHugPull = 0.5F;   // how much of its distance from the centre's plane still counts for one that hugs

}  // namespace

Bounds Lesion::bounds() const {
  Bounds b{};
  for (std::size_t k = 0; k < 3; ++k) {
    double squares = 0;
    for (std::size_t a = 0; a < 3; ++a)
      squares += sq(axes[a][k] * radii[a] / (a == 0 && hugs ? static_cast<double>(kHugPull) : 1.0));
    const double half =
        (1 + static_cast<double>(kMostFray)) * std::sqrt(squares) + static_cast<double>(kMostWarp) * warpMm;
    b.low[k] = centre[k] - half;
    b.high[k] = centre[k] + half;
  }
  return b;
}

void coverRow(const NoiseField& noise, const Lesion& lesion, const PointRow& row, const float* depthMm, float* cover,
              float* scratch) {
  const auto n = static_cast<std::size_t>(row.last - row.first + 1);
  std::fill_n(scratch, 4 * n, 0.F);
  float* const wx = scratch;
  float* const wy = scratch + n;
  float* const wz = scratch + 2 * n;
  float* const fray = scratch + 3 * n;
  const Mm3& o = lesion.offset;
  noise.add(row, lesion.warpCellMm, o, 1, wx);
  noise.add(row, lesion.warpCellMm, {o[0] + 11, o[1] + 5, o[2] + 21}, 1, wy);
  noise.add(row, lesion.warpCellMm, {o[0] + 23, o[1] + 17, o[2] + 9}, 1, wz);
  const double thin = std::min({lesion.radii[0], lesion.radii[1], lesion.radii[2]});
  noise.add(row, lesion.frayCellMm, {o[1], o[2] + 7, o[0] + 3}, static_cast<float>(lesion.frayMm / thin), fray);
  noise.add(row, lesion.fringeCellMm, {o[2] + 13, o[0] + 19, o[1]}, static_cast<float>(lesion.fringeMm / thin), fray);

  // The ellipsoid's frame, over its radii.
  std::array<std::array<float, 3>, 3> m{};
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t k = 0; k < 3; ++k) m[a][k] = static_cast<float>(lesion.axes[a][k] / lesion.radii[a]);
  const auto warp = static_cast<float>(lesion.warpMm);
  const auto y = static_cast<float>(row.y - lesion.centre[1]), z = static_cast<float>(row.z - lesion.centre[2]);
  const auto depth0 = static_cast<float>(lesion.depth0Mm), perThick = static_cast<float>(1 / lesion.radii[0]);
  const auto bend = static_cast<float>(0.6 * lesion.warpMm / lesion.radii[0]);
  const auto perSoft = static_cast<float>(thin / lesion.softMm);
  for (std::size_t i = 0; i < n; ++i) {
    const double xMm = row.x0 + row.dx * static_cast<double>(row.first + static_cast<int>(i)) - lesion.centre[0];
    const float px = static_cast<float>(xMm) + warp * std::clamp(wx[i], -kMostWarp, kMostWarp);
    const float py = y + warp * std::clamp(wy[i], -kMostWarp, kMostWarp);
    const float pz = z + warp * std::clamp(wz[i], -kMostWarp, kMostWarp);
    std::array<float, 3> q{};
    for (std::size_t a = 0; a < 3; ++a) q[a] = m[a][0] * px + m[a][1] * py + m[a][2] * pz;
    float r2 = q[1] * q[1] + q[2] * q[2];
    if (lesion.hugs) {
      const float deep = (depthMm[i] - depth0) * perThick + bend * std::clamp(wx[i], -kMostWarp, kMostWarp);
      r2 += deep * deep + kHugPull * kHugPull * q[0] * q[0];
    } else {
      r2 += q[0] * q[0];
    }
    const float inside = 1 - std::sqrt(r2) + std::clamp(fray[i], -kMostFray, kMostFray);
    const float t = std::clamp(inside * perSoft, 0.F, 1.F);
    cover[i] = t * t * (3 - 2 * t);
  }
}

}  // namespace pulmo
