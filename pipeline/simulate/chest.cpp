// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/chest.h"

#include "pipeline/core/random.h"
#include "pipeline/simulate/vessel_tree.h"

namespace pulmo {

namespace {

constexpr double kBlood = 44, kWall = 35;
constexpr double kWidest = 92;  // height at which the chest is widest
constexpr double kLowestLung = 14;

void addPath(std::vector<Solid>& to, std::initializer_list<Mm3> points, double r0, double r1, double hu) {
  const auto* p = points.begin();
  const double steps = static_cast<double>(points.size() - 1);
  for (std::size_t i = 0; i + 1 < points.size(); ++i)
    to.push_back(
        {{p[i], p[i + 1], mix(r0, r1, static_cast<double>(i) / steps), mix(r0, r1, static_cast<double>(i + 1) / steps)},
         hu});
}

}  // namespace

Chest::Chest(std::uint64_t seed) {
  Random r(seed, 1);
  bodyWidth_ = r.uniform(148, 160);
  bodyDepth_ = r.uniform(103, 112);
  chestWidth_ = r.uniform(118, 128);
  chestDepth_ = r.uniform(80, 88);
  apex = r.uniform(260, 273);
  domeRight_ = r.uniform(98, 112);
  domeLeft_ = domeRight_ - r.uniform(9, 16);  // the liver holds the right dome up
  domeDrop_ = r.uniform(58, 66);
  junction_ = r.uniform(0.6, 2.2);
  spineY_ = r.uniform(53, 58);
  kyphosis_ = r.uniform(12, 20);
  fatMm = r.uniform(7, 17);
  carina_ = r.uniform(178, 188);
  arch_ = carina_ + r.uniform(24, 30);
  const double sine = r.uniform(-0.05, 0.05);
  turn = {std::sqrt(1 - sine * sine), sine};
  lean = {r.uniform(-4, 4), r.uniform(-3, 3), r.uniform(-0.035, 0.035)};
  placeOrgans(r);
  placeGreatVessels(r);
  placeBones(*this);
  growVessels(seed);
}

Section Chest::thorax(double z) const {
  if (z < kWidest) {
    const double t = (kWidest - z) / kWidest;
    return {chestWidth_ * (1 - 0.05 * t * t), chestDepth_ * (1 - 0.03 * t * t), 4};
  }
  const double t = (z - kWidest) / (apex - kWidest);
  const double scale = std::sqrt(std::max(1e-4, 1 - t * t * (0.22 + 0.78 * t * t)));
  return {chestWidth_ * scale, chestDepth_ * std::sqrt(scale * std::sqrt(scale)), 4 + 13 * t * t};
}

Section Chest::body(double z) const {
  const double shoulders = bump(z - 305, 80), neck = bump(z - 310, 60);
  const double breast = bump(z - 150, 75);
  return {bodyWidth_ + 24 * shoulders + 2 * breast, bodyDepth_ + 5 * breast - 20 * neck, 8 - 4 * breast + 6 * neck};
}

double Chest::diaphragmAt(const Mm3& p) const {
  const auto dome = [&](double cx, double a, double top) {
    const double q = std::min(1.2, sq((p[0] - cx) / a) + sq((p[1] + 14) / 96));
    return top - domeDrop_ * q * (0.35 + 0.65 * q) - 0.07 * p[1];
  };
  const double sides = smoothMax(dome(-66, 68, domeRight_), dome(66, 66, domeLeft_), 14);
  const double height = smoothMax(sides, dome(6, 78, domeLeft_ - 7), 14);  // the heart's bed
  // Steep towards the wall, so the height difference is more than the distance there.
  const double q = std::min(1.2, sq((p[0] < 0 ? p[0] + 66 : p[0] - 66) / 67) + sq((p[1] + 14) / 96));
  const double slope = domeDrop_ * (0.35 + 1.3 * q) * 2 * std::sqrt(q) / 80;
  return (p[2] - std::max(height, kLowestLung)) / std::sqrt(1 + slope * slope);
}

double Chest::middleAt(const Mm3& p) const {
  return std::clamp(0.09 * (180 - p[2]) * bump(p[1] + 60, 60), -4.0, 8.0);  // the line runs to the left downwards
}

double Chest::sheetAt(const Mm3& p) const {
  const Section s = thorax(p[2]);
  const double fromFront = p[1] - (s.y - s.b);
  const double wedge = 0.75 * std::max(0.0, 13 - fromFront);                // fat behind the sternum
  const double top = 13 * bump(p[2] - apex, 52) + 3 * bump(p[2] - 60, 50);  // thymus bed above, fat pad below
  const double behind = 11 * bump(p[1] - 34, 34);                           // before the spine
  return std::abs(p[0] - middleAt(p)) - junction_ - wedge - top - behind;
}

double Chest::spineY(double z) const {
  return spineY_ - kyphosis_ * sq((z - 130) / 150);
}

double Chest::fissureAt(const Mm3& p, bool right, bool minor) const {
  // Oblique: from high behind to low in front, bulging a little; horizontal: the right lung's third lobe.
  if (minor) return (p[2] - 158 + 0.0012 * sq(p[0] + 60) + 0.12 * (p[1] + 30)) * 0.99;
  const double bulge = 8 * bump((right ? p[0] + 65 : p[0] - 65), 80);
  return (p[2] - (right ? 150 : 158) - 0.92 * (p[1] - 4) + bulge) * 0.736;
}

void Chest::placeOrgans(Random& r) {
  const double size = r.uniform(0.93, 1.07);
  const Mm3 at{r.uniform(29, 36), r.uniform(-27, -21), domeLeft_ + r.uniform(22, 27)};
  heart = {Blob::along(at, {56 * size, 40 * size, 39 * size}, {0.78, -0.42, -0.46}),                  // ventricles
           Blob::along(at + Mm3{-27, -16, 4}, {40 * size, 27 * size, 36 * size}, {0.9, -0.2, -0.3}),  // right ventricle
           {at + Mm3{-55, 6, 12}, {25 * size, 27 * size, 34 * size}},                                 // right atrium
           {{6, at[1] + 38, carina_ - 42}, {32 * size, 17 * size, 22 * size}}};                       // left atrium
  between = {{{12, -4, carina_ + 5}, {20, 17, 24}},
             {{0, 4, domeLeft_ + 6}, {23, 24, 28}},
             {at + Mm3{2, -46, -8}, {32, 22, 36}}};  // before the heart: the left lung's notch
  stomach = {{62, -34, domeLeft_ - 46}, {40, 38, 34}};
  fluidY = -34 + r.uniform(-6, 14);
  liver = {{-58, -4, domeRight_ - 66}, {82, 92, 78}};
  leftLiver = {{6, -40, domeRight_ - 58}, {62, 34, 34}};
  spleen = Blob::along({92, 44, domeLeft_ - 38}, {26, 44, 40}, {0.8, -0.6, 0});
  const Mm3 fork{-2, 12, carina_};
  const double trachea = r.uniform(8, 9.6);
  const Mm3 rightEnd{-40, 15, carina_ - r.uniform(23, 28)}, leftEnd{46, 20, carina_ - r.uniform(21, 26)};
  airways = {{fork, {r.uniform(-3, 2), 8, 240}, trachea, trachea},
             {{0, 8, 240}, {1, -2, 310}, trachea, trachea},
             {fork, rightEnd, 7.6, 6.6},  // short, steep, wide
             {fork, leftEnd, 6.5, 5.5}};  // long, flat, narrow
  airways[1].from = airways[0].to;
}

void Chest::placeGreatVessels(Random& r) {
  const double wide = r.uniform(0.92, 1.08);
  const double a = arch_;
  const auto before = [&](double x, double z, double gap) { return Mm3{x, spineY(z) - gap, z}; };
  auto& m = mediastinum;
  // Ascending aorta, arch to the left, descending aorta beside the spine, towards the middle at the hiatus.
  addPath(m,
          {{2, -22, 138},
           {-12, -30, 168},
           {-9, -27, a - 12},
           {0, -14, a},
           {11, 4, a + 3},
           {20, 22, a - 3},
           before(24, a - 16, 20),
           before(25, 150, 19),
           before(23, 100, 20),
           before(14, 50, 24),
           before(6, 0, 26)},
          15.5 * wide, 11 * wide, kBlood);
  addPath(m, {{-2, -16, a}, {-10, -8, a + 28}, {-22, -2, 310}}, 6.5, 5.5, kBlood);  // brachiocephalic
  addPath(m, {{8, 0, a + 4}, {13, 2, a + 28}, {18, 4, 310}}, 4.4, 4, kBlood);       // left carotid
  addPath(m, {{18, 16, a + 2}, {24, 18, a + 28}, {40, 22, 310}}, 5.4, 5, kBlood);   // left subclavian
  addPath(m, {{-30, -12, 128}, {-27, -12, 170}, {-25, -16, a + 12}, {-30, -14, 310}}, 10, 8,
          kBlood);                                                                      // superior vena cava
  addPath(m, {{-25, -18, a + 10}, {6, -30, a + 22}, {34, -22, a + 40}}, 6, 6, kBlood);  // left brachiocephalic vein
  addPath(m, {{14, -36, 142}, {22, -28, 162}, {24, -18, 172}}, 14.5 * wide, 13 * wide, kBlood);  // pulmonary trunk
  addPath(m, {{22, -16, 166}, {-6, -6, 163}, {-40, 2, 160}}, 10.5 * wide, 8.5, kBlood);  // right pulmonary artery
  addPath(m, {{24, -16, 172}, {40, 4, 177}, {50, 20, 168}}, 10.5 * wide, 8, kBlood);     // left pulmonary artery
  addPath(m, {{-24, 14, 0}, {-25, 8, 70}, {-28, -6, 112}}, 11, 12, kBlood);              // inferior vena cava
  addPath(m, {before(-9, 0, 8), before(-10, carina_, 8), {-20, 18, carina_ + 10}, {-26, -6, carina_ + 9}}, 3.6, 4.2,
          kBlood);  // azygos
  addPath(m, {before(14, 20, 46), before(5, 90, 36), before(0, 150, 29), before(6, a, 27), before(3, 310, 20)}, 7, 6.2,
          kWall);  // oesophagus
}

bool Chest::inLung(const Mm3& p, bool right, double margin) const {
  if (right != (p[0] < middleAt(p)) || thoraxAt(p, thorax(p[2])) > -margin || diaphragmAt(p) < margin ||
      sheetAt(p) < margin)
    return false;
  for (const auto* blobs : {&heart, &between})
    for (const Blob& b : *blobs)
      if (b.distance(p) < margin) return false;
  for (const Solid& s : mediastinum)
    if (s.tube.distance(p) < margin) return false;
  return sq(p[0]) + sq(p[1] - spineY(p[2]) - 14) > sq(24 + margin);
}

void Chest::growVessels(std::uint64_t seed) {
  std::uint64_t stream = 16;
  for (const bool right : {true, false}) {
    const double x = right ? -1 : 1;
    for (const bool artery : {true, false}) {
      VesselTreePlan plan;
      plan.root =
          artery ? (right ? Mm3{-40, 4, 160} : Mm3{50, 18, 169}) : (right ? Mm3{-32, 12, 142} : Mm3{36, 14, 144});
      plan.low = {right ? -134.0 : 0.0, -90, 15};
      plan.high = {right ? 0.0 : 130.0, 95, apex};
      plan.leaves = right ? 520 : 460;
      plan.straightness = artery ? 0.45 : 0.6;
      const std::vector<Tube> tree =
          growVesselTree(plan, seed, stream++, [&](const Mm3& p) { return inLung(p, right, 4); });
      vessels.insert(vessels.end(), tree.begin(), tree.end());
      // Each larger artery has its bronchus beside it.
      const Mm3 beside = unit({-0.35 * x, 0.75, 0.45});
      for (const Tube& t : tree)
        if (artery && t.r0 > 1.7)
          bronchi.push_back(
              {t.from + (1.9 * t.r0 + 0.9) * beside, t.to + (1.9 * t.r1 + 0.9) * beside, 0.85 * t.r0, 0.85 * t.r1});
    }
  }
}

}  // namespace pulmo
