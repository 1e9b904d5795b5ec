// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/chest.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/random.h"

namespace pulmo {

namespace {

constexpr double kAir = -1000, kFat = -100, kMuscle = 50, kBlood = 45, kLiver = 60, kBone = 450, kMarrow = 200;
constexpr double kParenchyma = -865;      // inspiration, mid-lung
constexpr double kGravityPerMm = 0.45;    // HU denser per mm towards the back of a supine patient
constexpr double kPleuraMm = 1.5;

double sq(double x) { return x * x; }
double length(const Mm3& v) { return std::sqrt(sq(v[0]) + sq(v[1]) + sq(v[2])); }

/// Close to the distance from an ellipse or ellipsoid, exact for circles: radius times (normalised radius - 1).
double ellipse(double x, double y, double a, double b) {
  const double r = std::sqrt(sq(x / a) + sq(y / b));
  if (r < 1e-9) return -std::min(a, b);
  const double gradient = std::sqrt(sq(x / (a * a)) + sq(y / (b * b))) / r;
  return (r - 1) / gradient;
}

double ellipsoid(const Mm3& p, const Mm3& c, const Mm3& s) {
  const double x = p[0] - c[0], y = p[1] - c[1], z = p[2] - c[2];
  const double r = std::sqrt(sq(x / s[0]) + sq(y / s[1]) + sq(z / s[2]));
  if (r < 1e-9) return -std::min({s[0], s[1], s[2]});
  const double gradient = std::sqrt(sq(x / (s[0] * s[0])) + sq(y / (s[1] * s[1])) + sq(z / (s[2] * s[2]))) / r;
  return (r - 1) / gradient;
}

double tube(const Mm3& p, const Tube& t) {
  const Mm3 d{t.to[0] - t.from[0], t.to[1] - t.from[1], t.to[2] - t.from[2]};
  const Mm3 v{p[0] - t.from[0], p[1] - t.from[1], p[2] - t.from[2]};
  const double along = std::clamp((v[0] * d[0] + v[1] * d[1] + v[2] * d[2]) / std::max(1e-9, sq(d[0]) + sq(d[1]) + sq(d[2])), 0.0, 1.0);
  return length({v[0] - along * d[0], v[1] - along * d[1], v[2] - along * d[2]}) - t.radius;
}

/// Smoothly 1 at 0 and 0 beyond `width`: (1 - (x/width)^2)^2.
double bump(double x, double width) {
  const double t = 1 - sq(x / width);
  return t > 0 ? t * t : 0;
}

/// Blends a tissue over what is there by its coverage of the voxel.
void lay(double& hu, double tissue, double distance, double softness) {
  const double covered = std::clamp(0.5 - distance / (2 * softness), 0.0, 1.0);
  hu += covered * (tissue - hu);
}

}  // namespace

Chest::Chest(std::uint64_t seed) {
  Random r(seed, 1);
  bodyWidth_ = r.uniform(148, 162);
  bodyDepth_ = r.uniform(102, 114);
  chestWidth_ = r.uniform(118, 128);
  chestDepth_ = r.uniform(78, 87);
  apex_ = r.uniform(262, 275);
  base_ = r.uniform(38, 50);
  domeRight_ = r.uniform(52, 62);
  domeLeft_ = domeRight_ - r.uniform(13, 20);  // the liver holds the right dome up
  heartAt_ = {r.uniform(22, 30), r.uniform(-26, -18), base_ + r.uniform(60, 70)};
  heartSize_ = {r.uniform(50, 58), r.uniform(42, 48), r.uniform(50, 58)};
  junction_ = r.uniform(0.7, 2.6);
  spineY_ = r.uniform(64, 70);
  fat_ = r.uniform(8, 18);
  const double carina = r.uniform(178, 190);
  airways_ = {{{0, 10, carina}, {r.uniform(-2, 2), 2, 300}, r.uniform(8, 9.5)},
              {{0, 10, carina}, {-34, 12, carina - r.uniform(22, 28)}, r.uniform(6.5, 7.5)},   // right: short, steep, wide
              {{0, 10, carina}, {43, 16, carina - r.uniform(20, 25)}, r.uniform(5.5, 6.3)}};   // left: long, flat, narrow
  growVessels(seed);
}

void Chest::growVessels(std::uint64_t seed) {
  for (const bool right : {true, false}) {
    Random random(seed, right ? 2 : 3);
    const Mm3 hilum = right ? Mm3{-42, 8, 150} : Mm3{48, 12, 148};
    const double out = right ? -1 : 1;
    const int trunks = random.integer(6, 7);
    for (int i = 0; i < trunks; ++i) {
      const double up = -0.95 + 1.9 * (i + random.uniform(0.2, 0.8)) / trunks;
      branch(random, hilum, {out * random.uniform(0.45, 1), random.uniform(-0.75, 0.75), up}, random.uniform(3.2, 4.6), random.uniform(26, 38), right, 0);
    }
  }
}

void Chest::branch(Random& random, const Mm3& from, const Mm3& direction, double radius, double stretch, bool right, int depth) {
  const double norm = length(direction);
  const Mm3 unit{direction[0] / norm, direction[1] / norm, direction[2] / norm};
  const Mm3 to{from[0] + stretch * unit[0], from[1] + stretch * unit[1], from[2] + stretch * unit[2]};
  vessels_.push_back({from, to, radius});
  if (depth >= 5 || radius < 0.6) return;
  const int children = random.integer(2, depth < 2 ? 3 : 2);
  for (int i = 0; i < children; ++i) {
    const Mm3 turned{unit[0] + random.uniform(-0.75, 0.75), unit[1] + random.uniform(-0.75, 0.75), unit[2] + random.uniform(-0.75, 0.75)};
    branch(random, to, turned, radius * random.uniform(0.6, 0.78), stretch * random.uniform(0.66, 0.9), right, depth + 1);
  }
}

/// The inner chest wall: an ellipse that closes towards the apex and widens a little towards the base.
double Chest::thorax(const Mm3& p, double grow) const {
  const double middle = base_ + 45;
  double scale = 1;
  if (p[2] > middle) scale = std::sqrt(std::max(1e-4, 1 - sq((p[2] - middle) / (apex_ + grow - middle)) * (0.35 + 0.65 * sq((p[2] - middle) / (apex_ + grow - middle)))));
  return ellipse(p[0], p[1] - 4, chestWidth_ * scale + grow, chestDepth_ * std::sqrt(scale) + grow);
}

double Chest::heart(const Mm3& p) const { return ellipsoid(p, heartAt_, heartSize_); }

double Chest::vesselsOfMediastinum(const Mm3& p) const {
  const double top = 205;
  const Tube tubes[] = {{{22, spineY_ - 26, 0}, {20, spineY_ - 28, top}, 11.5},        // descending aorta, left of the spine
                        {{20, spineY_ - 28, top}, {6, 4, top + 14}, 12},               // arch, to the left
                        {{6, 4, top + 14}, {-6, -22, top - 20}, 13.5},                 // ascending aorta
                        {{-6, -22, top - 20}, {4, -20, 130}, 14.5},
                        {{-24, -8, 120}, {-22, -10, 245}, 9},                          // superior vena cava, right
                        {{16, -22, 140}, {26, -6, 172}, 13},                           // pulmonary trunk
                        {{26, -6, 172}, {-36, 2, 158}, 9.5}, {{26, -6, 172}, {44, 10, 160}, 9.5},
                        {{2, spineY_ - 32, 30}, {2, 24, 300}, 7}};                     // oesophagus
  double nearest = 1e3;
  for (const Tube& t : tubes) nearest = std::min(nearest, tube(p, t));
  return nearest;
}

double Chest::spine(const Mm3& p) const {
  const double body = ellipse(p[0], p[1] - spineY_ - 10, 21, 17);
  const double process = std::max(std::abs(p[0]) - 5 - 20 * bump(p[1] - spineY_ - 30, 12), std::abs(p[1] - spineY_ - 32) - 20);
  return std::min(body, process);
}

double Chest::airway(const Mm3& p) const {
  double nearest = 1e3;
  for (const Tube& t : airways_) nearest = std::min(nearest, tube(p, t));
  return nearest;
}

double Chest::dome(const Mm3& p, bool right) const {
  const double cx = right ? -62 : 68;
  const double height = base_ + (right ? domeRight_ : domeLeft_) * (1 - 0.9 * sq((p[0] - cx) / 85) - 0.75 * sq((p[1] + 12) / 88)) - 25;
  return height - p[2];  // negative above the dome, where the lung is
}

double Chest::lung(const Mm3& p, bool right, double airwayMm) const {
  // The mediastinum: wide in its middle, a thin sheet in front (anterior junction) and behind the heart.
  const double side = right ? -p[0] : p[0];
  const double width = junction_ + (right ? 24 : 26) * bump(p[1] - 14, 58) + 14 * bump(p[2] - apex_, 60) * bump(p[1] + 20, 90);
  double d = std::max(thorax(p, 0), width - side);
  d = std::max(d, dome(p, right));
  d = std::max(d, kPleuraMm - heart(p));
  d = std::max(d, kPleuraMm - vesselsOfMediastinum(p));
  d = std::max(d, 3.0 - spine(p));
  return std::max(d, 2.0 - airwayMm);  // the wall of trachea and bronchi
}

double Chest::ribs(const Mm3& p) const {
  double nearest = 1e3;
  const double wall = thorax({p[0], p[1], std::min(p[2], apex_ - 25)}, 0) - 8;  // 8 mm outside the pleura
  if (std::abs(wall) > 12) return nearest;
  const double slope = (p[1] + 10) * 0.42;  // higher at the back
  for (int rib = 0; rib < 10; ++rib) {
    const double z = base_ - 12 + 25.5 * rib + slope;
    if (p[1] < -62 && std::abs(p[0]) < 40) continue;  // cartilage in front
    nearest = std::min(nearest, std::sqrt(sq(wall) + sq((p[2] - z) * 0.62)) - 4.2);
  }
  return nearest;
}

TissueAt Chest::at(const Mm3& p, double softness) const {
  TissueAt t;
  double& hu = t.hu;
  // Table: a curved shell of carbon fibre over foam, below the back.
  const double under = p[1] - 128 - sq(p[0]) / 900;
  if (std::abs(p[0]) < 165) {
    lay(hu, -920, std::abs(under - 9) - 9, softness);
    lay(hu, 20, std::abs(under) - 1.2, softness);
    lay(hu, 20, std::abs(under - 18) - 1.2, softness);
  }
  const double shoulders = 24 * bump(p[2] - 300, 70);
  const double body = ellipse(p[0], p[1] - 8, bodyWidth_ + shoulders, bodyDepth_ - 0.3 * shoulders);
  if (body > softness) return t;
  lay(hu, kFat, body, softness);
  lay(hu, kMuscle, body + fat_, softness);
  const double inner = thorax(p, 2);
  if (inner < softness) lay(hu, -60, std::max(inner, dome(p, p[0] < 0) + 4), softness);  // mediastinal fat
  if (inner < softness) lay(hu, p[0] < 10 ? kLiver : kMuscle, std::max(inner, -dome(p, p[0] < 0)), softness);
  lay(hu, -985, ellipsoid(p, {66, -38, base_ - 12}, {30, 22, 14}), softness);  // gas in the stomach, under the left dome
  lay(hu, kBlood - 5, heart(p), softness);
  lay(hu, kBlood, vesselsOfMediastinum(p), softness);
  t.airwayLumen = airway(p);
  lay(hu, 30, t.airwayLumen - 1.8, softness);
  t.rightLung = p[0] < 30 ? lung(p, true, t.airwayLumen) : 1e3;
  t.leftLung = p[0] > -30 ? lung(p, false, t.airwayLumen) : 1e3;
  lay(hu, kParenchyma + kGravityPerMm * p[1], std::min(t.rightLung, t.leftLung), softness);
  lay(hu, kAir, t.airwayLumen, softness);
  const double bone = spine(p);
  lay(hu, kBone, bone, softness);
  lay(hu, kMarrow, bone + 2.5, softness);
  lay(hu, 20, ellipse(p[0], p[1] - spineY_ - 34, 8, 7), softness);  // spinal canal
  const double rib = ribs(p);
  lay(hu, 2 * kBone, rib, softness);
  lay(hu, kMarrow, rib + 1.8, softness);
  const double sternum = std::max(std::abs(p[0]) - 15, std::max(std::abs(p[1] + chestDepth_ + 3) - 5, std::abs(p[2] - 165) - 75));
  lay(hu, kBone, sternum, softness);
  return t;
}

}  // namespace pulmo
