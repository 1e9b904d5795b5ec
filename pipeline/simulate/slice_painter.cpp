// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/slice_painter.h"

#include <type_traits>
#include <utility>

namespace pulmo {

namespace {

constexpr double kAir = -1000, kFat = -100, kMuscle = 52, kSkin = 20, kLiver = 58, kSpleen = 50, kBlood = 44;
constexpr double kParenchyma = -866;    // inspiration, mid-lung
constexpr double kGravityPerMm = 0.42;  // HU denser per mm towards the back of a supine patient
constexpr double kPleuraMm = 2.2;       // between lung and the organs of the mediastinum
constexpr double kRoundMm = 13;         // how softly the mediastinum's outline runs from one organ to the next
constexpr float kFar = 1e3F;

/// Bounds in the chest's own axes.
struct Box {
  double x0, x1, y0, y1;
};

class Painter {
 public:
  Painter(const Chest& chest, const Texture& texture, const Placement& at, int slice)
      : chest_(chest),
        texture_(texture),
        at_(at),
        z_(at.first[2] + slice * at.step[2]),
        soft_(at.softness),
        inner_(chest.thorax(z_)),
        skin_(chest.body(z_)) {
    const std::size_t count = static_cast<std::size_t>(at.size[0]) * static_cast<std::size_t>(at.size[1]);
    out_.hu.assign(count, static_cast<float>(kAir));
    out_.lung.assign(count, kFar);
    out_.lumen.assign(count, kFar);
    out_.middle.assign(count, 0);
    thorax_.assign(count, kFar);
    diaphragm_.assign(count, kFar);
    mediastinum_.assign(count, kFar);
  }

  PaintedSlice paint() {
    table();
    wall();
    abdomen();
    soft();
    lungs();
    withinLungs();
    for (const Tube& t : chest_.airways) over(t, 0, [&](std::size_t i, double d) { lay(i, kAir, d); });
    spine();
    bones();
    grain();
    return std::move(out_);
  }

 private:
  [[nodiscard]] double rawX(int x) const { return at_.first[0] + x * at_.step[0]; }
  [[nodiscard]] double rawY(int y) const { return at_.first[1] + y * at_.step[1]; }
  [[nodiscard]] double shiftX() const { return chest_.lean[0] + chest_.lean[2] * (z_ - 150); }
  [[nodiscard]] Mm3 place(int x, int y) const {
    const double px = rawX(x) - shiftX(), py = rawY(y) - chest_.lean[1];
    return {chest_.turn[0] * px + chest_.turn[1] * py, chest_.turn[0] * py - chest_.turn[1] * px, z_};
  }
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(at_.size[0]) + static_cast<std::size_t>(x);
  }

  /// Blends a tissue over what is there by its coverage of the voxel; `most` < 1 for what is thinner than a voxel.
  void lay(std::size_t i, double tissue, double distance, double most = 1) {
    const double covered = most * std::clamp(0.5 - distance / (2 * soft_), 0.0, 1.0);
    out_.hu[i] = static_cast<float>(out_.hu[i] + covered * (tissue - out_.hu[i]));
  }

  template <class Visit>
  void within(const Box& box, Visit visit) const {
    double x0 = 1e9, x1 = -1e9, y0 = 1e9, y1 = -1e9;
    for (const double u : {box.x0, box.x1})
      for (const double v : {box.y0, box.y1}) {
        const double px = chest_.turn[0] * u - chest_.turn[1] * v + shiftX();
        const double py = chest_.turn[1] * u + chest_.turn[0] * v + chest_.lean[1];
        x0 = std::min(x0, px), x1 = std::max(x1, px), y0 = std::min(y0, py), y1 = std::max(y1, py);
      }
    const auto first = [&](double v, std::size_t axis) {
      return std::max(0, static_cast<int>(std::floor((v - at_.first[axis]) / at_.step[axis])));
    };
    const auto last = [&](double v, std::size_t axis) {
      return std::min(at_.size[axis] - 1, static_cast<int>(std::ceil((v - at_.first[axis]) / at_.step[axis])));
    };
    for (int y = first(y0, 1); y <= last(y1, 1); ++y)
      for (int x = first(x0, 0); x <= last(x1, 0); ++x) visit(index(x, y), place(x, y));
  }

  /// visit(voxel, distance) wherever a tube is at most `margin` mm away.
  template <class Visit>
  void over(const Tube& t, double margin, Visit visit) const {
    const double r = std::max(t.r0, t.r1) + margin + soft_;
    const double rz = r / t.zScale;
    if (z_ < std::min(t.from[2], t.to[2]) - rz || z_ > std::max(t.from[2], t.to[2]) + rz) return;
    // The stretch of it that is near this slice.
    double t0 = 0, t1 = 1;
    const double dz = t.to[2] - t.from[2];
    if (std::abs(dz) > 1e-6) {
      const double a = (z_ - rz - t.from[2]) / dz, b = (z_ + rz - t.from[2]) / dz;
      t0 = std::clamp(std::min(a, b), 0.0, 1.0), t1 = std::clamp(std::max(a, b), 0.0, 1.0);
    }
    const Mm3 p = t.from + t0 * (t.to - t.from), q = t.from + t1 * (t.to - t.from);
    within({std::min(p[0], q[0]) - r, std::max(p[0], q[0]) + r, std::min(p[1], q[1]) - r, std::max(p[1], q[1]) + r},
           [&](std::size_t i, const Mm3& at) { visit(i, t.distance(at)); });
  }

  template <class Visit>
  void over(const Blob& b, double margin, Visit visit) const {
    const double r = b.reach() + margin + soft_;
    if (std::abs(z_ - b.centre[2]) > r) return;
    within({b.centre[0] - r, b.centre[0] + r, b.centre[1] - r, b.centre[1] + r}, [&](std::size_t i, const Mm3& at) {
      if constexpr (std::is_invocable_v<Visit, std::size_t, double, const Mm3&>)
        visit(i, b.distance(at), at);
      else
        visit(i, b.distance(at));
    });
  }

  /// A shell of carbon fibre over foam, hollowed like a cradle. It does not turn with the patient.
  void table() {
    for (int y = 0; y < at_.size[1]; ++y)
      for (int x = 0; x < at_.size[0]; ++x) {
        const double under = rawY(y) - 127 + sq(rawX(x)) / 1500;
        if (under < -4 || under > 34) continue;
        const std::size_t i = index(x, y);
        lay(i, -930, std::abs(under - 13) - 13);
        lay(i, -100, std::abs(under) - 1.1);
        lay(i, -100, std::abs(under - 26) - 1.1);
      }
  }

  /// Skin, fat, the muscles of the wall with fat between them, and fat within.
  void wall() {
    const double r = std::max(skin_.a, skin_.b) + 3;
    const Section planes = chest_.thorax(std::min(z_, 228.0));
    within({-r, r, skin_.y - skin_.b - 3, skin_.y + skin_.b + 3}, [&](std::size_t i, const Mm3& p) {
      const double body = chest_.bodyAt(p, skin_);
      if (body > soft_) return;
      const double chest = chest_.thoraxAt(p, inner_);
      thorax_[i] = static_cast<float>(chest);
      lay(i, kSkin, body);
      lay(i, kFat, body + 2);
      if (chest < soft_ + 2) {
        diaphragm_[i] = static_cast<float>(chest_.diaphragmAt(p));
        lay(i, kMuscle, std::max(body + chest_.fatMm, 2 - chest));
        return lay(i, kFat, chest - 2);
      }
      const double uneven = texture_.at(p, 38);
      lay(i, kMuscle, body + chest_.fatMm + 4 * uneven);
      if (body > -chest_.fatMm) return;
      const double out = chest_.thoraxAt(p, planes);
      lay(i, kFat, std::abs(out - 13 - 5 * uneven) - 1.1);  // between the muscles
      lay(i, kFat, std::abs(out - 27 - 9 * uneven) - 1.6);
      if (z_ > 215 && chest > 16)
        lay(i, kFat, 26 * (0.5 - 0.003 * (z_ - 215) - 0.75 * texture_.at(p, 26) - 0.4 * texture_.at(p, 11)));
    });
    for (const double side : {-1.0, 1.0}) {  // armpits
      const Blob fat = Blob::along({side * 124, -8, 238}, {26, 24, 52}, {side, 0.6, 0});
      over(fat, 12, [&](std::size_t i, double d, const Mm3& p) {
        lay(i, kFat, std::max({d + 12 * texture_.at(p, 30), 12.0 - thorax_[i], thorax_[i] - 400.0}));
      });
    }
  }

  void abdomen() {
    const double r = inner_.a + 7;
    within({-r, r, inner_.y - r, inner_.y + r}, [&](std::size_t i, const Mm3&) {
      if (thorax_[i] > soft_ || diaphragm_[i] > 4) return;
      lay(i, 45, std::max(thorax_[i], diaphragm_[i]));
      lay(i, kFat, std::max(thorax_[i] + 2, diaphragm_[i] + 3));
    });
    const auto organ = [&](const Blob& blob, double hu, double shrink) {
      over(blob, 0, [&](std::size_t i, double d) {
        lay(i, hu, std::max({d + shrink, thorax_[i] + 2.5, diaphragm_[i] + 2.5}));
      });
    };
    organ(chest_.spleen, kSpleen, 0);
    organ(chest_.liver, kLiver, 0);
    organ(chest_.leftLiver, kLiver, 0);
    organ(chest_.stomach, 40, 0);
    organ(chest_.stomach, 22, 3.5);
    const Blob& s = chest_.stomach;
    const double top = s.reach() + 2;
    within(
        {s.centre[0] - top, s.centre[0] + top, s.centre[1] - top, chest_.fluidY + 2}, [&](std::size_t i, const Mm3& p) {
          lay(i, kAir + 5, std::max({s.distance(p) + 4, thorax_[i] + 6.5, diaphragm_[i] + 6.0, p[1] - chest_.fluidY}));
        });
  }

  void meet(std::size_t i, double distance) {
    mediastinum_[i] = static_cast<float>(smoothMin(static_cast<double>(mediastinum_[i]), distance, kRoundMm));
  }

  /// Heart, great vessels, gullet, airway walls; and how far each voxel is from all of them.
  void soft() {
    const double reach = kRoundMm + kPleuraMm;
    for (const Blob& b : chest_.heart)
      over(b, reach, [&](std::size_t i, double d) {
        meet(i, d - 1.5);  // the pericardium's fat
        lay(i, kBlood - 4, std::max(d, 2.0 - diaphragm_[i]));
      });
    for (const Blob& b : chest_.between) over(b, reach, [&](std::size_t i, double d) { meet(i, d); });
    for (const Solid& s : chest_.mediastinum)
      over(s.tube, reach, [&](std::size_t i, double d) { meet(i, d), lay(i, s.hu, d); });
    for (const Tube& t : chest_.airways)
      over(t, reach, [&](std::size_t i, double d) {
        out_.lumen[i] = std::min(out_.lumen[i], static_cast<float>(d));
        meet(i, d - 1.6);
        lay(i, 30, d - 1.6);
      });
    const double y = chest_.spineY(z_);
    within({-60, 60, y - 20, y + 70}, [&](std::size_t i, const Mm3& p) {
      meet(i, oval(p[0], p[1] - y - 15, 20, 17, 0));
      if (thorax_[i] > -3) lay(i, kMuscle, oval(std::abs(p[0]) - 19, p[1] - y - 40, 21, 14, 0.3));
    });
  }

  void lungs() {
    const double r = inner_.a + 6;
    within({-r, r, inner_.y - inner_.b - 2, inner_.y + inner_.b + 2}, [&](std::size_t i, const Mm3& p) {
      if (thorax_[i] > soft_) return;
      double d = std::max(static_cast<double>(thorax_[i]), -static_cast<double>(diaphragm_[i]));
      if (d > soft_) return;
      d = std::max(d, kPleuraMm - mediastinum_[i]);
      if (d < 3 * soft_) {
        d = std::max(d, -chest_.sheetAt(p));
        out_.middle[i] = static_cast<float>(p[0] - chest_.middleAt(p));
      }
      out_.lung[i] = static_cast<float>(d);
    });
    for (const Solid& s : chest_.bones)
      over(s.tube, 2, [&](std::size_t i, double d) {
        if (out_.lung[i] < kFar) out_.lung[i] = std::max(out_.lung[i], static_cast<float>(1.2 - d));
      });
    within({-r, r, inner_.y - inner_.b - 2, inner_.y + inner_.b + 2}, [&](std::size_t i, const Mm3& p) {
      if (out_.lung[i] > soft_) return;
      const double hu = kParenchyma + kGravityPerMm * p[1] + 11 * texture_.at(p, 19) + 12 * texture_.at(p, 5);
      lay(i, hu, out_.lung[i]);
      if (out_.lung[i] > 0) return;
      const bool right = out_.middle[i] < 0;
      double fissure = std::abs(chest_.fissureAt(p, right, false));
      if (right && chest_.fissureAt(p, true, false) > 0)
        fissure = std::min(fissure, std::abs(chest_.fissureAt(p, true, true)));
      if (fissure < 2) lay(i, -600, fissure - soft_, std::min(1.0, 0.45 / soft_));
    });
  }

  void withinLungs() {
    const auto inLung = [&](std::size_t i) { return out_.lung[i] < 0; };
    for (const Tube& t : chest_.bronchi)
      over(t, 1, [&](std::size_t i, double d) {
        if (inLung(i)) lay(i, 0, d - 0.9, std::min(1.0, 0.9 / soft_));
      });
    for (const Tube& t : chest_.vessels)
      over(t, 0, [&](std::size_t i, double d) {
        if (!inLung(i)) return;
        // Against the brightest so far: pieces of one vessel must not add up where they join.
        const float before = out_.hu[i];
        lay(i, 40, d, std::min(1.0, t.r0 / soft_));
        out_.hu[i] = std::max(out_.hu[i], before);
      });
    for (const Tube& t : chest_.bronchi)
      over(t, 0, [&](std::size_t i, double d) {
        if (inLung(i)) lay(i, -970, d, std::min(1.0, t.r0 / soft_));
      });
  }

  void spine() {
    const double y = chest_.spineY(z_), period = chest_.vertebraMm;
    const double turns = (chest_.apex + 4 - z_) / period;
    const double phase = (turns - std::floor(turns)) * period;  // mm below the disc's middle
    const double fromDisc = std::min(phase, period - phase);
    within({-45, 45, y - 6, y + 62}, [&](std::size_t i, const Mm3& at) {
      const double x = std::abs(at[0]), v = at[1] - y;
      const double waist = 1.3 * bump(fromDisc - period / 2, period / 2);  // bodies are slimmer at mid height
      const double column = std::max(oval(x, v - 13, 18.5 - waist, 13.5 - waist, 0.12), oval(x, v + 7, 30, 34, 0));
      lay(i, 88, std::max(column + 0.7, fromDisc - 3));
      const double body = std::max(column, 2.4 - fromDisc);
      lay(i, 560, body);
      lay(i, 190, body + 1.5);
      const double arch = std::max(std::abs(oval(x, v - 34, 12, 10.5, 0)) - 2.6, std::abs(phase - 10) - 6.5);
      const double wing = Tube{{11, 36, 8}, {31, 45, 6}, 4.6, 4}.distance({x, v, phase});
      const double spike = std::max({x - 2.7, std::abs(v - 46) - 6.5, std::abs(phase - 14) - 8});
      const double back = std::min({arch, wing, spike});
      lay(i, 620, back);
      lay(i, 240, back + 1.6);
      const double canal = oval(x, v - 34, 9.4, 8, 0);
      lay(i, -40, canal);
      lay(i, 28, canal + 1.8);
    });
  }

  void bones() {
    for (const Solid& s : chest_.cartilage) over(s.tube, 0, [&](std::size_t i, double d) { lay(i, s.hu, d); });
    for (const Solid& s : chest_.bones) over(s.tube, 0, [&](std::size_t i, double d) { lay(i, s.hu, d); });
    for (const Solid& s : chest_.bones) over(s.tube, 0, [&](std::size_t i, double d) { lay(i, s.coreHu, d + s.core); });
  }

  /// Tissue is never quite even.
  void grain() {
    const double r = std::max(skin_.a, skin_.b);
    within({-r, r, skin_.y - skin_.b, skin_.y + skin_.b}, [&](std::size_t i, const Mm3& p) {
      const float hu = out_.hu[i];
      if (hu < -250) return;
      const double size = hu < 0 ? 9 : hu > 150 ? 45 : 5;
      out_.hu[i] = static_cast<float>(hu + size * texture_.at(p, hu > 150 ? 4 : 7));
    });
  }

  const Chest& chest_;
  const Texture& texture_;
  const Placement& at_;
  double z_, soft_;
  Section inner_, skin_;
  PaintedSlice out_;
  std::vector<float> thorax_, diaphragm_, mediastinum_;
};

}  // namespace

Placement::Placement(const Index3& gridSize) : size(gridSize) {
  for (std::size_t axis = 0; axis < 3; ++axis) step[axis] = Chest::kBoxMm[axis] / size[axis];
  first = {-Chest::kBoxMm[0] / 2 + step[0] / 2, -Chest::kBoxMm[1] / 2 + step[1] / 2, step[2] / 2};
  softness = (step[0] + step[1]) / 4;
}

PaintedSlice paintSlice(const Chest& chest, const Texture& texture, const Placement& at, int z) {
  return Painter(chest, texture, at, z).paint();
}

}  // namespace pulmo
