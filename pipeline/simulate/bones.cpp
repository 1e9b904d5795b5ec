// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/chest.h"

namespace pulmo {

namespace {

constexpr double kCortex = 800, kMarrow = 230, kCartilage = 110;
constexpr double kRibZScale = 0.62;  // ribs are higher than thick

struct Rib {
  int number;    // 1..12
  double side;   // -1 right, 1 left
  double backZ;  // at the spine
};

/// A point on the chest wall, `out` mm outside the pleura. (sine, cosine) of the angle from the back.
Mm3 onWall(const Chest& chest, double side, double sine, double cosine, double z, double out) {
  const Section s = chest.thorax(std::min(z, chest.apex - 14));
  const double u = sine * sine, v = cosine * cosine;
  const double r = mix(1, std::sqrt(std::sqrt(u * u + v * v)), Chest::kThoraxSquareness);
  return {Chest::kThoraxX + side * (s.a / r + out) * sine, s.y + (s.b / r + out) * cosine, z};
}

void addRib(Chest& chest, const Rib& rib) {
  // Steps of 9 degrees by repeated rotation.
  constexpr double kCos = 0.98768834059513777, kSin = 0.15643446504023087;
  const int k = rib.number;
  const double drop = k == 1 ? 24 : k < 5 ? 34 + 6.0 * k : 68;
  const int steps = k >= 11 ? 7 : k >= 8 ? 14 - (k - 8) : 16;
  double sine = 0.35836794954530027, cosine = 0.93358042649720174;  // 21 degrees
  Mm3 last{rib.side * 19, chest.spineY(rib.backZ) + 22, rib.backZ + 2};
  const double thick = k == 1 ? 4.6 : k >= 11 ? 3.1 : 3.8;
  for (int i = 0; i <= steps; ++i) {
    const double f = i / 16.0;
    const Mm3 at = onWall(chest, rib.side, sine, cosine, rib.backZ - drop * f * (0.75 + 0.25 * f), 5.5);
    chest.bones.push_back({{last, at, thick, thick, kRibZScale}, kCortex, 1.5, kMarrow});
    last = at;
    const double s = sine * kCos + cosine * kSin;
    cosine = cosine * kCos - sine * kSin;
    sine = s;
  }
  if (k > 10) return;
  // Cartilage climbs to the sternum, that of ribs 8 to 10 to the arch.
  const double z = std::max(last[2] + (k < 4 ? 2 : 3.2 * k), 112.0);
  const Section front = chest.thorax(z);
  const Mm3 sternum{rib.side * 15, front.y - front.b - 4, z};
  const Mm3 between = 0.5 * (last + sternum) + Mm3{rib.side * 6, -3, -5};
  chest.cartilage.push_back({{last, between, 4, 4.4, kRibZScale}, kCartilage});
  chest.cartilage.push_back({{between, sternum, 4.4, 4.4, kRibZScale}, kCartilage});
}

void addSternum(Chest& chest) {
  const auto front = [&](double x, double z) {
    const Section s = chest.thorax(std::min(z, chest.apex - 22));
    return Mm3{x, s.y - s.b - 7, z};
  };
  // Flat bones from tubes that lie side by side.
  for (const double x : {-11.0, -7.0, -3.5, 0.0, 3.5, 7.0, 11.0}) {
    for (int i = 0; i < 5; ++i)
      chest.bones.push_back({{front(x, 116 + 16.0 * i), front(x, 132 + 16.0 * i), 5.2, 5.2}, 480, 1.2, 140});
  }
  for (const double x : {-19.0, -14.0, -9.0, -4.5, 0.0, 4.5, 9.0, 14.0, 19.0})
    chest.bones.push_back({{front(x, 202), front(x * 1.15, 240 - 0.2 * std::abs(x)), 6, 6.5}, 480, 1.2, 140});
}

void addShoulder(Chest& chest, double side) {
  const Section top = chest.thorax(chest.apex - 22);
  const Mm3 joint{side * 22, top.y - top.b - 5, 243};
  chest.bones.push_back({{joint, {side * 70, top.y - top.b + 4, 262}, 7, 5.5}, kCortex, 1.7, kMarrow});  // clavicle
  chest.bones.push_back({{{side * 70, top.y - top.b + 4, 262}, {side * 134, 8, 286}, 5.5, 7}, kCortex, 1.7, kMarrow});
  // Scapula: a thin plate along the wall, thicker at its outer edge; with the arms up it reaches far to the side.
  for (int i = 0; i < 6; ++i) {
    const double f = i / 5.0;
    const Mm3 inner{side * (66 + 10 * f), 84 - 5 * f, 178 + 16.0 * f * 5};
    const Mm3 outer{side * (112 + 24 * f), 56 - 18 * f, 186 + 17.0 * f * 5};
    chest.bones.push_back({{inner, outer, 2.3, 4.2, 0.25}, 620, 1.6, 260});
  }
  chest.bones.push_back(
      {{{side * 80, 92, 250}, {side * 142, 52, 284}, 3.5, 6, 0.7}, kCortex, 1.6, kMarrow});            // its spine
  chest.bones.push_back({{{side * 160, 22, 286}, {side * 178, 10, 320}, 21, 17}, kCortex, 2.2, 160});  // humerus
}

}  // namespace

void placeBones(Chest& chest) {
  for (const double side : {-1.0, 1.0}) {
    for (int k = 1; k <= 12; ++k)
      addRib(chest, {k, side, chest.apex + 4 - chest.vertebraMm * (k - 1) + (side < 0 ? 1.5 : 0)});
    addShoulder(chest, side);
  }
  addSternum(chest);
}

}  // namespace pulmo
