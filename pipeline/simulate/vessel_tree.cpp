// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/vessel_tree.h"

#include <cstddef>

#include "pipeline/core/random.h"

namespace pulmo {

namespace {

constexpr double kStepMm = 6;      // between nodes along a branch, so that later branches can start there
constexpr double kMostRadius = 7;  // mm, at the hilum

struct Node {
  Mm3 at;
  std::size_t parent;
  double way;       // to the root along the tree
  double cube = 0;  // of the radius
};

/// Newton's method: std::cbrt's last bit differs between C libraries.
double cubeRoot(double x) {
  double r = x > 1 ? x / 3 + 0.67 : 1;
  for (int i = 0; i < 40; ++i) r = (2 * r + x / (r * r)) / 3;
  return r;
}

std::vector<Mm3> tips(const VesselTreePlan& plan, Random& random, const std::function<bool(const Mm3&)>& inside) {
  std::vector<Mm3> points;
  for (int tries = 0; tries < 40 * plan.leaves && static_cast<int>(points.size()) < plan.leaves; ++tries) {
    Mm3 p;
    for (std::size_t k = 0; k < 3; ++k) p[k] = random.uniform(plan.low[k], plan.high[k]);
    if (inside(p)) points.push_back(p);
  }
  std::stable_sort(points.begin(), points.end(), [&](const Mm3& a, const Mm3& b) {
    return dot(a - plan.root, a - plan.root) < dot(b - plan.root, b - plan.root);
  });
  return points;
}

void join(std::vector<Node>& nodes, const Mm3& tip, double straightness) {
  std::size_t best = 0;
  double least = 1e9;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const double wire = length(tip - nodes[i].at);
    const double cost = wire + straightness * (nodes[i].way + wire);
    if (cost < least) least = cost, best = i;
  }
  const Mm3 from = nodes[best].at;
  const double wire = length(tip - from), way = nodes[best].way;
  const int steps = 1 + static_cast<int>(wire / kStepMm);
  std::size_t parent = best;
  for (int s = 1; s <= steps; ++s) {
    const double t = static_cast<double>(s) / steps;
    nodes.push_back({from + t * (tip - from), parent, way + t * wire});
    parent = nodes.size() - 1;
  }
}

}  // namespace

std::vector<Tube> growVesselTree(const VesselTreePlan& plan, std::uint64_t seed, std::uint64_t stream,
                                 const std::function<bool(const Mm3&)>& inside) {
  Random random(seed, stream);
  std::vector<Node> nodes{{plan.root, 0, 0}};
  for (const Mm3& tip : tips(plan, random, inside)) {
    join(nodes, tip, plan.straightness);
    nodes.back().cube = plan.leafRadius * plan.leafRadius * plan.leafRadius;
  }
  // Children come after their parents, so one pass from the back gathers Murray's sum. A tip that grew on has its own
  // share already: a small side branch that is not drawn.
  for (std::size_t i = nodes.size(); i-- > 1;) nodes[nodes[i].parent].cube += nodes[i].cube;
  std::vector<Tube> tubes;
  tubes.reserve(nodes.size());
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const double r = std::min(kMostRadius, cubeRoot(nodes[i].cube));
    tubes.push_back({nodes[nodes[i].parent].at, nodes[i].at, r, r});
  }
  return tubes;
}

}  // namespace pulmo
