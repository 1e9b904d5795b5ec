// SPDX-License-Identifier: Apache-2.0
#include "pipeline/surface/decimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

namespace pulmo {

namespace {

using Vector = std::array<double, 3>;

Vector minus(const Vector& a, const Vector& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
double dot(const Vector& a, const Vector& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

/// Sum of squared distances to planes, as p'Ap + 2b'p + c.
struct Quadric {
  double xx = 0, xy = 0, xz = 0, yy = 0, yz = 0, zz = 0, c = 0;
  Vector b{0, 0, 0};

  /// The plane through p with the unit normal n, counted `weight` times.
  void add(const Vector& n, const Vector& p, double weight) {
    const double d = -dot(n, p);
    xx += weight * n[0] * n[0], xy += weight * n[0] * n[1], xz += weight * n[0] * n[2];
    yy += weight * n[1] * n[1], yz += weight * n[1] * n[2], zz += weight * n[2] * n[2];
    for (std::size_t k = 0; k < 3; ++k) b[k] += weight * d * n[k];
    c += weight * d * d;
  }
  friend Quadric operator+(Quadric p, const Quadric& q) {
    p.xx += q.xx, p.xy += q.xy, p.xz += q.xz, p.yy += q.yy, p.yz += q.yz, p.zz += q.zz, p.c += q.c;
    for (std::size_t k = 0; k < 3; ++k) p.b[k] += q.b[k];
    return p;
  }
  [[nodiscard]] double at(const Vector& p) const {
    const Vector ap{xx * p[0] + xy * p[1] + xz * p[2], xy * p[0] + yy * p[1] + yz * p[2],
                    xz * p[0] + yz * p[1] + zz * p[2]};
    return dot(p, ap) + 2 * dot(b, p) + c;
  }
  /// Where it is least; false where that is nearly a line or a plane (flat surroundings) and so far off.
  [[nodiscard]] bool least(Vector& p) const {
    const Vector r0{xx, xy, xz}, r1{xy, yy, yz}, r2{xz, yz, zz};
    const double det = dot(r0, cross(r1, r2)), scale = xx + yy + zz;
    if (!(std::abs(det) > 1e-4 * scale * scale * scale)) return false;
    const Vector c0 = cross(r1, r2), c1 = cross(r2, r0), c2 = cross(r0, r1);  // of the inverse, times det
    for (std::size_t k = 0; k < 3; ++k) p[k] = -(c0[k] * b[0] + c1[k] * b[1] + c2[k] * b[2]) / det;
    return true;
  }
};

struct Collapse {
  double cost;
  std::uint32_t keep, drop;
  std::uint32_t age;  ///< sum of both ends' ages when it was judged: an older judgement is void
  bool operator<(const Collapse& other) const { return cost > other.cost; }  // the queue's top costs least
};

class Decimator {
 public:
  explicit Decimator(const TriangleMesh& mesh) : faces_(mesh.triangles), facesOf_(mesh.pointsMm.size()) {
    // From the mesh's own middle: the quadrics' differences would drown in the patient's origin.
    for (const auto& p : mesh.pointsMm)
      for (std::size_t k = 0; k < 3; ++k) middle_[k] += p[k] / static_cast<double>(mesh.pointsMm.size());
    for (const auto& p : mesh.pointsMm) points_.push_back(minus({p[0], p[1], p[2]}, middle_));
    quadrics_.resize(points_.size());
    age_.resize(points_.size());
    seen_.resize(points_.size());
    alive_.assign(faces_.size(), true);
    for (std::uint32_t f = 0; f < faces_.size(); ++f) {
      const auto& t = faces_[f];
      Vector n = cross(minus(points_[t[1]], points_[t[0]]), minus(points_[t[2]], points_[t[0]]));
      const double area = std::sqrt(dot(n, n));
      for (double& x : n) x /= area;
      for (const std::uint32_t v : t) {
        facesOf_[v].push_back(f);
        quadrics_[v].add(n, points_[t[0]], area);
      }
    }
    for (const auto& t : faces_)
      for (std::size_t k = 0; k < 3; ++k)
        if (t[k] < t[(k + 1) % 3]) judge(t[k], t[(k + 1) % 3]);
  }

  bool run(std::size_t limit, const StopToken& stop) {
    std::size_t left = faces_.size();
    for (std::size_t step = 0; left > limit && !queue_.empty(); ++step) {
      if (step % 1024 == 0 && stop.stop_requested()) return false;
      const Collapse next = queue_.top();
      queue_.pop();
      if (next.age != age_[next.keep] + age_[next.drop] || facesOf_[next.keep].empty() || facesOf_[next.drop].empty())
        continue;
      const Vector place = placeFor(next.keep, next.drop).second;
      if (!keepsTopology(next.keep, next.drop) || turnsOver(next.keep, next.drop, place) ||
          turnsOver(next.drop, next.keep, place))
        continue;
      collapse(next.keep, next.drop, place);
      left -= 2;
    }
    return true;
  }

  [[nodiscard]] TriangleMesh result(std::uint8_t label) const {
    TriangleMesh mesh;
    mesh.label = label;
    std::vector<std::uint32_t> index(points_.size(), std::numeric_limits<std::uint32_t>::max());
    for (std::size_t f = 0; f < faces_.size(); ++f) {
      if (!alive_[f]) continue;
      std::array<std::uint32_t, 3> renamed{};
      for (std::size_t k = 0; k < 3; ++k) {
        std::uint32_t& to = index[faces_[f][k]];
        if (to == std::numeric_limits<std::uint32_t>::max()) {
          to = static_cast<std::uint32_t>(mesh.pointsMm.size());
          const Vector& p = points_[faces_[f][k]];
          mesh.pointsMm.push_back({static_cast<float>(p[0] + middle_[0]), static_cast<float>(p[1] + middle_[1]),
                                   static_cast<float>(p[2] + middle_[2])});
        }
        renamed[k] = to;
      }
      mesh.triangles.push_back(renamed);
    }
    return mesh;
  }

 private:
  /// What the collapse costs and where the point goes that is left.
  [[nodiscard]] std::pair<double, Vector> placeFor(std::uint32_t a, std::uint32_t b) const {
    const Quadric q = quadrics_[a] + quadrics_[b];
    const Vector &pa = points_[a], &pb = points_[b];
    const Vector middle{(pa[0] + pb[0]) / 2, (pa[1] + pb[1]) / 2, (pa[2] + pb[2]) / 2};
    const Vector edge = minus(pb, pa);
    Vector best{};
    if (q.least(best)) {
      const Vector off = minus(best, middle);
      if (dot(off, off) < dot(edge, edge)) return {q.at(best), best};
    }
    std::pair<double, Vector> found{q.at(middle), middle};
    for (const Vector& p : {pa, pb})
      if (q.at(p) < found.first) found = {q.at(p), p};
    return found;
  }

  void judge(std::uint32_t a, std::uint32_t b) { queue_.push({placeFor(a, b).first, a, b, age_[a] + age_[b]}); }

  /// The ends share two neighbours and no more, and something is left of the part they belong to.
  bool keepsTopology(std::uint32_t a, std::uint32_t b) {
    if (facesOf_[a].size() + facesOf_[b].size() < 7) return false;
    ++mark_;
    for (const std::uint32_t f : facesOf_[a])
      for (const std::uint32_t v : faces_[f]) seen_[v] = mark_;
    const std::uint32_t once = mark_++;
    std::size_t shared = 0;
    for (const std::uint32_t f : facesOf_[b])
      for (const std::uint32_t v : faces_[f]) {
        if (v == a || v == b || seen_[v] != once) continue;
        seen_[v] = mark_;  // counted
        ++shared;
      }
    return shared == 2;
  }

  /// Whether moving `point` would turn a triangle over, or flatten it, that does not vanish with `other`.
  [[nodiscard]] bool turnsOver(std::uint32_t point, std::uint32_t other, const Vector& place) const {
    return std::any_of(facesOf_[point].begin(), facesOf_[point].end(), [&](std::uint32_t f) {
      const auto& t = faces_[f];
      const auto at = static_cast<std::size_t>(std::find(t.begin(), t.end(), point) - t.begin());
      const std::uint32_t second = t[(at + 1) % 3], third = t[(at + 2) % 3];
      if (second == other || third == other) return false;
      const Vector edge = minus(points_[third], points_[second]);
      const Vector before = cross(edge, minus(points_[point], points_[second]));
      const Vector after = cross(edge, minus(place, points_[second]));
      const double size = std::sqrt(dot(after, after));
      const double height = size / std::sqrt(dot(edge, edge));
      return !(dot(before, after) > 0.3 * std::sqrt(dot(before, before)) * size) || !(height > 0.02);  // cosine; mm
    });
  }

  void collapse(std::uint32_t keep, std::uint32_t drop, const Vector& place) {
    points_[keep] = place;
    quadrics_[keep] = quadrics_[keep] + quadrics_[drop];
    for (const std::uint32_t f : facesOf_[drop]) {
      auto& t = faces_[f];
      if (std::find(t.begin(), t.end(), keep) != t.end()) {
        alive_[f] = false;
        for (const std::uint32_t v : t)
          if (v != drop) std::erase(facesOf_[v], f);
      } else {
        std::replace(t.begin(), t.end(), drop, keep);
        facesOf_[keep].push_back(f);
      }
    }
    facesOf_[drop].clear();
    ++age_[keep];  // what was judged with the point where it was is void; ages only grow, so sums tell
    for (const std::uint32_t f : facesOf_[keep]) {
      const auto& t = faces_[f];
      const auto at = static_cast<std::size_t>(std::find(t.begin(), t.end(), keep) - t.begin());
      judge(keep, t[(at + 1) % 3]);
    }
  }

  std::vector<std::array<std::uint32_t, 3>> faces_;
  std::vector<std::vector<std::uint32_t>> facesOf_;  ///< empty: the point is gone
  std::vector<Vector> points_;
  Vector middle_{0, 0, 0};
  std::vector<Quadric> quadrics_;
  std::vector<std::uint32_t> age_, seen_;
  std::vector<bool> alive_;
  std::uint32_t mark_ = 0;
  std::priority_queue<Collapse> queue_;
};

}  // namespace

std::optional<TriangleMesh> decimate(const TriangleMesh& mesh, std::size_t triangleLimit, const StopToken& stop) {
  if (mesh.triangles.size() <= triangleLimit) return mesh;
  Decimator decimator(mesh);
  if (!decimator.run(triangleLimit, stop)) return std::nullopt;
  return decimator.result(mesh.label);
}

}  // namespace pulmo
