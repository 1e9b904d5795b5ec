// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "pipeline/core/random.h"
#include "pipeline/simulate/lesion_plan.h"

namespace pulmo {

namespace {

struct Bud {
  Mm3 at, direction;
  double radius;
  int generation;
};

Mm3 anyDirection(Random& random) {
  for (;;) {
    const Mm3 v{random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)};
    const double n = dot(v, v);
    if (n > 0.05 && n < 1) return unit(v);
  }
}

}  // namespace

std::vector<Tube> growBronchi(const Mm3& hilum, const Lesion& lesion, std::uint64_t seed, std::uint64_t stream) {
  Random random(seed, stream);
  const double reach = std::max({lesion.radii[0], lesion.radii[1], lesion.radii[2]});
  const Mm3 inward = unit(lesion.centre - hilum);
  std::vector<Bud> buds;
  const int trunks = 1 + static_cast<int>(reach / 22);
  for (int i = 0; i < trunks; ++i) {
    const Mm3 aside = (0.5 * reach * random.uniform()) * anyDirection(random);
    const double from = std::min(length(lesion.centre - hilum), 0.9 * reach);
    buds.push_back({lesion.centre - from * inward + aside, unit(inward + 0.5 * anyDirection(random)),
                    random.uniform(1.2, 2.1), 0});
  }
  std::vector<Tube> tubes;
  while (!buds.empty() && tubes.size() < 90) {
    const Bud bud = buds.back();
    buds.pop_back();
    Bud tip = bud;
    const int pieces = random.integer(2, 3);
    for (int i = 0; i < pieces; ++i) {
      const Mm3 from = tip.at;
      tip.direction = unit(tip.direction + 0.25 * anyDirection(random));
      tip.at = from + random.uniform(2.5, 5.5) * tip.direction;
      const double radius = 0.95 * tip.radius;
      tubes.push_back({from, tip.at, tip.radius, radius});
      tip.radius = radius;
    }
    if (bud.generation >= 5 || tip.radius < 0.45 || length(tip.at - lesion.centre) > 1.2 * reach) continue;
    const Mm3 aside = anyDirection(random);
    for (const double sign : {-1.0, 1.0})
      buds.push_back({tip.at, unit(tip.direction + sign * random.uniform(0.35, 0.75) * aside),
                      tip.radius * random.uniform(0.72, 0.86), bud.generation + 1});
  }
  return tubes;
}

}  // namespace pulmo
