// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "pipeline/core/label_set.h"
#include "pipeline/core/random.h"
#include "pipeline/core/volume.h"

namespace pulmo::test {

/// A chest of a few ellipsoids, for one question at a time. Positions in mm from the middle of the body: x to the left,
/// y to posterior, z to superior. Truth comes from the formulas.
struct ModelChest {
  Index3 size{170, 120, 80};
  Point3 spacingMm{2.2, 2.2, 4.0};
  bool rightLung = true, leftLung = true;
  bool bridge = false;       ///< the lungs touch in front of the heart, over a third of their height
  bool stomach = false;      ///< a gas bubble under the left lung, 6 mm away
  bool table = false;        ///< a hollow table under the back
  double shiftXMm = 0;       ///< of the whole body, to have it cut by the field of view
  double mediastinumMm = 0;  ///< lungs, heart and airways lie this far to the left of the body's midline
  double noiseHu = 20;

  static constexpr double kPleuraMm = 12;

  struct Result {
    CtVolume ct;
    LabelVolume lungs;
    LabelVolume other;  ///< 1 trachea and main bronchi, 2 stomach gas, 3 air within the table, 4 the bridge
  };
  [[nodiscard]] Result make() const;
};

inline bool inEllipsoid(const Point3& p, const Point3& centre, const Point3& radii) {
  double sum = 0;
  for (std::size_t k = 0; k < 3; ++k) sum += std::pow((p[k] - centre[k]) / radii[k], 2);
  return sum <= 1;
}

inline bool inTube(const Point3& p, const Point3& a, const Point3& b, double radius) {
  double along = 0;
  double length2 = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    along += (p[k] - a[k]) * (b[k] - a[k]);
    length2 += (b[k] - a[k]) * (b[k] - a[k]);
  }
  const double t = std::min(1.0, std::max(0.0, along / length2));
  double away2 = 0;
  for (std::size_t k = 0; k < 3; ++k) away2 += std::pow(p[k] - a[k] - t * (b[k] - a[k]), 2);
  return away2 <= radius * radius;
}

inline ModelChest::Result ModelChest::make() const {
  Grid grid;
  grid.size = size;
  grid.spacingMm = spacingMm;
  Result r{CtVolume(grid, -1000), LabelVolume(grid), LabelVolume(grid)};
  Random random(7);
  std::size_t i = 0;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x, ++i) {
        const Point3 p{(x - 0.5 * (size[0] - 1)) * spacingMm[0] - shiftXMm, (y - 0.5 * (size[1] - 1)) * spacingMm[1],
                       (z - 0.5 * (size[2] - 1)) * spacingMm[2]};
        const Point3 q{p[0] - mediastinumMm, p[1], p[2]};
        double hu = -1000;
        if (std::pow(p[0] / 165, 2) + std::pow(p[1] / 105, 2) <= 1) {
          hu = std::pow(p[0] / 150, 2) + std::pow(p[1] / 92, 2) <= 1 ? 40 : -100;  // muscle in fat
          if (std::hypot(p[0], p[1] - 65) <= 18) hu = 400;                         // spine
          const bool heart = inEllipsoid(q, {20, -20, -40}, {55, 50, 60});
          const bool right = rightLung && inEllipsoid(q, {-72, 0, 0}, {58, 78, 130});
          const bool left = leftLung && inEllipsoid(q, {74, 0, 5}, {52, 76, 122});
          const bool thin = bridge && std::abs(q[0]) <= 45 && std::abs(q[1] + 50) <= 4 && q[2] > 10 && q[2] < 80;
          if (right || left || thin) {
            const bool pleura = thin && std::abs(q[0] - kPleuraMm) < 0.6 * spacingMm[0];
            hu = pleura ? -600 : -860;
            r.lungs.voxels()[i] = right || (thin && !left && q[0] < kPleuraMm) ? kRightLung : kLeftLung;
            if (thin && !right && !left && !pleura) r.other.voxels()[i] = 4;
          }
          if (heart && !thin) {
            hu = 45;
            r.lungs.voxels()[i] = kBackground;
          }
          const bool airway = inTube(q, {0, 15, 200}, {0, 15, 45}, 9) || inTube(q, {0, 15, 45}, {-26, 15, 25}, 6) ||
                              inTube(q, {0, 15, 45}, {30, 15, 20}, 6);
          if (airway && r.lungs.voxels()[i] == kBackground) {
            hu = -990;
            r.other.voxels()[i] = 1;
          }
          const bool wall = inEllipsoid(q, {74, 0, 5}, {58, 82, 128});  // 6 mm of diaphragm and stomach
          if (stomach && !wall && inEllipsoid(q, {60, -35, -125}, {40, 30, 35})) {
            hu = -990;
            r.other.voxels()[i] = 2;
          }
        } else if (table && p[1] > 108 && p[1] < 125 && std::abs(p[0]) < 170) {
          const bool shell = p[1] < 111 || p[1] > 122 || std::abs(p[0]) > 166;
          hu = shell ? 100 : -950;
          r.other.voxels()[i] = shell ? 0 : 3;
        }
        r.ct.voxels()[i] = static_cast<std::int16_t>(std::lround(std::max(-1024.0, hu + noiseHu * random.normal())));
      }
    }
  }
  return r;
}

/// Dice of two label volumes, one label each, counted here independently of the metrics module.
inline double dice(const LabelVolume& a, std::uint8_t labelA, const LabelVolume& b, std::uint8_t labelB) {
  double inA = 0, inB = 0, inBoth = 0;
  for (std::size_t i = 0; i < a.voxels().size(); ++i) {
    const bool first = a.voxels()[i] == labelA;
    const bool second = b.voxels()[i] == labelB;
    inA += first;
    inB += second;
    inBoth += first && second;
  }
  return 2 * inBoth / (inA + inB);
}

/// Dice of what is any lung.
inline double diceBoth(LabelVolume a, LabelVolume b) {
  for (auto& v : a.voxels()) v = v != 0 ? 1 : 0;
  for (auto& v : b.voxels()) v = v != 0 ? 1 : 0;
  return dice(a, 1, b, 1);
}

inline std::size_t countOf(const LabelVolume& labels, std::uint8_t label) {
  std::size_t count = 0;
  for (const auto v : labels.voxels()) count += v == label ? 1 : 0;
  return count;
}

/// Mean x of a label, in voxels.
inline double meanX(const LabelVolume& labels, std::uint8_t label) {
  double sum = 0;
  double count = 0;
  const auto nx = static_cast<std::size_t>(labels.grid().size[0]);
  for (std::size_t i = 0; i < labels.voxels().size(); ++i) {
    if (labels.voxels()[i] != label) continue;
    sum += static_cast<double>(i % nx);
    count += 1;
  }
  return sum / count;
}

template <class Voxel>
Volume<Voxel> mirroredX(const Volume<Voxel>& from) {
  Volume<Voxel> to(from.grid());
  const Index3 n = from.grid().size;
  for (int z = 0; z < n[2]; ++z) {
    for (int y = 0; y < n[1]; ++y) {
      for (int x = 0; x < n[0]; ++x) to[{x, y, z}] = from[{n[0] - 1 - x, y, z}];
    }
  }
  return to;
}

}  // namespace pulmo::test
