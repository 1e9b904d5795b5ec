// SPDX-License-Identifier: Apache-2.0
#include "pipeline/surface/mesh_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace pulmo {

namespace {

using Triangle = std::array<std::uint32_t, 3>;
using Vector = std::array<double, 3>;

Vector areaVector(const TriangleMesh& mesh, const Triangle& t) {
  const auto &a = mesh.pointsMm[t[0]], &b = mesh.pointsMm[t[1]], &c = mesh.pointsMm[t[2]];
  Vector u{}, v{};
  for (std::size_t k = 0; k < 3; ++k) u[k] = double(b[k]) - a[k], v[k] = double(c[k]) - a[k];
  return {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
}

/// Volume between a triangle and `apex`. An apex near the mesh keeps digits that the patient's origin would cost.
double tetrahedron(const TriangleMesh& mesh, const Triangle& t, const std::array<float, 3>& apex) {
  const Vector n = areaVector(mesh, t);
  const auto& a = mesh.pointsMm[t[0]];
  double sum = 0;
  for (std::size_t k = 0; k < 3; ++k) sum += (double(a[k]) - apex[k]) * n[k];
  return sum / 6;
}

/// The part of each point, as the index of one point of the part.
std::vector<std::uint32_t> partsOf(const TriangleMesh& mesh) {
  std::vector<std::uint32_t> parent(mesh.pointsMm.size());
  std::iota(parent.begin(), parent.end(), 0U);
  const auto root = [&parent](std::uint32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (const Triangle& t : mesh.triangles) {
    const std::uint32_t a = root(t[0]);
    parent[root(t[1])] = a;
    parent[root(t[2])] = a;
  }
  for (std::uint32_t i = 0; i < parent.size(); ++i) parent[i] = root(i);
  return parent;
}

}  // namespace

TriangleMesh keepLargeParts(const TriangleMesh& mesh, const PartRule& rule) {
  if (mesh.triangles.empty()) return mesh;
  const std::vector<std::uint32_t> part = partsOf(mesh);
  std::vector<double> volume(mesh.pointsMm.size(), 0);
  for (const Triangle& t : mesh.triangles) volume[part[t[0]]] += tetrahedron(mesh, t, mesh.pointsMm.front());
  const auto largest = std::max_element(volume.begin(), volume.end());
  const double least = std::max(rule.shareOfLargest * *largest, rule.leastMl * 1000);
  const auto largestPart = static_cast<std::uint32_t>(largest - volume.begin());
  const auto kept = [&](std::uint32_t p) {
    return p == largestPart || (rule.cavities ? std::abs(volume[p]) : volume[p]) >= least;
  };
  TriangleMesh out;
  out.label = mesh.label;
  constexpr auto kDropped = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> index(mesh.pointsMm.size(), kDropped);
  for (const Triangle& t : mesh.triangles) {
    if (!kept(part[t[0]])) continue;
    Triangle renamed{};
    for (std::size_t k = 0; k < 3; ++k) {
      std::uint32_t& to = index[t[k]];
      if (to == kDropped) {
        to = static_cast<std::uint32_t>(out.pointsMm.size());
        out.pointsMm.push_back(mesh.pointsMm[t[k]]);
      }
      renamed[k] = to;
    }
    out.triangles.push_back(renamed);
  }
  return out;
}

bool isWatertight(const TriangleMesh& mesh) {
  std::vector<std::uint64_t> edges;  // (from, to): each may occur once, and so must (to, from)
  edges.reserve(3 * mesh.triangles.size());
  for (const Triangle& t : mesh.triangles) {
    const Vector n = areaVector(mesh, t);
    if (!(n[0] * n[0] + n[1] * n[1] + n[2] * n[2] > 0)) return false;  // equal corners have no area, either
    for (std::size_t k = 0; k < 3; ++k) edges.push_back(std::uint64_t{t[k]} << 32U | t[(k + 1) % 3]);
  }
  std::sort(edges.begin(), edges.end());
  if (std::adjacent_find(edges.begin(), edges.end()) != edges.end()) return false;
  return std::all_of(edges.begin(), edges.end(), [&edges](std::uint64_t edge) {
    return std::binary_search(edges.begin(), edges.end(), edge << 32U | edge >> 32U);
  });
}

double signedVolumeMm3(const TriangleMesh& mesh) {
  double sum = 0;
  for (const Triangle& t : mesh.triangles) sum += tetrahedron(mesh, t, mesh.pointsMm.front());
  return sum;
}

}  // namespace pulmo
