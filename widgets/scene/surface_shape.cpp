// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/surface_shape.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

namespace pulmo {

namespace {

using Vector = std::array<float, 3>;

/// Twice the area, along the side that sees a, b, c counter-clockwise.
Vector areaVector(const Vector& a, const Vector& b, const Vector& c) {
  const Vector u{b[0] - a[0], b[1] - a[1], b[2] - a[2]}, v{c[0] - a[0], c[1] - a[1], c[2] - a[2]};
  return {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
}

void addTo(Vector& sum, const Vector& v) {
  for (std::size_t k = 0; k < 3; ++k) sum[k] += v[k];
}

void toUnit(Vector& v) {
  const float length = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  if (length > 0)
    for (float& x : v) x /= length;
}

}  // namespace

ShadedShape shaded(const TriangleMesh& mesh) {
  ShadedShape shape{mesh.pointsMm, std::vector<Vector>(mesh.pointsMm.size(), Vector{0, 0, 0}), mesh.triangles};
  for (const auto& t : mesh.triangles) {
    const Vector n = areaVector(mesh.pointsMm[t[0]], mesh.pointsMm[t[1]], mesh.pointsMm[t[2]]);
    for (const std::uint32_t v : t) addTo(shape.normals[v], n);
  }
  for (Vector& n : shape.normals) toUnit(n);
  return shape;
}

ShadedShape coarsened(const ShadedShape& fine, double cellMm) {
  ShadedShape coarse;
  std::unordered_map<std::uint64_t, std::uint32_t> cells;
  std::vector<std::uint32_t> cellOf(fine.pointsMm.size());
  std::vector<float> count;
  for (std::size_t i = 0; i < fine.pointsMm.size(); ++i) {
    std::uint64_t key = 0;
    for (const float x : fine.pointsMm[i])
      key = key << 21U | (static_cast<std::uint64_t>(std::llround(std::floor(x / cellMm)) + (1 << 20)) & 0x1FFFFFU);
    const auto [cell, isNew] = cells.try_emplace(key, static_cast<std::uint32_t>(coarse.pointsMm.size()));
    if (isNew) {
      coarse.pointsMm.push_back({0, 0, 0});
      coarse.normals.push_back({0, 0, 0});
      if (!fine.values.empty()) coarse.values.push_back(0);
      count.push_back(0);
    }
    cellOf[i] = cell->second;
    addTo(coarse.pointsMm[cell->second], fine.pointsMm[i]);
    addTo(coarse.normals[cell->second], fine.normals[i]);
    if (!fine.values.empty()) coarse.values[cell->second] += fine.values[i];
    ++count[cell->second];
  }
  for (std::size_t i = 0; i < count.size(); ++i) {
    for (float& x : coarse.pointsMm[i]) x /= count[i];
    toUnit(coarse.normals[i]);
    if (!coarse.values.empty()) coarse.values[i] /= count[i];
  }
  for (const auto& t : fine.triangles) {
    std::array<std::uint32_t, 3> c{cellOf[t[0]], cellOf[t[1]], cellOf[t[2]]};
    if (c[0] == c[1] || c[1] == c[2] || c[2] == c[0]) continue;
    const Vector n = areaVector(coarse.pointsMm[c[0]], coarse.pointsMm[c[1]], coarse.pointsMm[c[2]]);
    float facing = 0;
    for (const std::uint32_t v : c)
      for (std::size_t k = 0; k < 3; ++k) facing += n[k] * coarse.normals[v][k];
    if (facing < 0) std::swap(c[1], c[2]);
    coarse.triangles.push_back(c);
  }
  return coarse;
}

CutLine cutLine(const ShadedShape& shape, const std::vector<float>& alongAxis, double at, double liftMm) {
  CutLine line;
  const auto plane = static_cast<float>(at);
  for (const auto& t : shape.triangles) {
    const bool above[3] = {alongAxis[t[0]] > plane, alongAxis[t[1]] > plane, alongAxis[t[2]] > plane};
    if (above[0] == above[1] && above[1] == above[2]) continue;
    for (std::size_t k = 0; k < 3; ++k) {  // two of the three edges cross
      const std::uint32_t a = t[k], b = t[(k + 1) % 3];
      if (above[k] == above[(k + 1) % 3]) continue;
      const float share = (plane - alongAxis[a]) / (alongAxis[b] - alongAxis[a]);
      Vector p{};
      for (std::size_t i = 0; i < 3; ++i) {
        const float normal = shape.normals[a][i] + share * (shape.normals[b][i] - shape.normals[a][i]);
        p[i] = shape.pointsMm[a][i] + share * (shape.pointsMm[b][i] - shape.pointsMm[a][i]) +
               static_cast<float>(liftMm) * normal;
      }
      line.push_back(p);
    }
  }
  return line;
}

}  // namespace pulmo
