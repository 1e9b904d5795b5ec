// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace pulmo {

using Mm3 = std::array<double, 3>;  ///< x to the left, y to posterior, z to superior

/// A straight piece of vessel or bronchus: a cylinder with round ends.
struct Tube {
  Mm3 from, to;
  double radius;
};

/// What lies at a point of the reference chest. Signed distances are in mm, negative inside; they are true distances
/// near a surface, which is where partial volume asks.
struct TissueAt {
  double hu = -1000;
  double rightLung = 1e3, leftLung = 1e3;
  double airwayLumen = 1e3;
};

/// The shapes of one phantom in its reference box of 358 x 358 x 300 mm (x and y from -179, z from 0).
///
/// Only + - * / and sqrt, which IEEE 754 rounds correctly everywhere: no sine, no exponential, so that the same seed gives
/// the same bits on every machine.
class Chest {
 public:
  static constexpr Mm3 kBoxMm{358, 358, 300};

  explicit Chest(std::uint64_t seed);

  /// @param softnessMm  half the width over which neighbouring tissues blend: half a voxel
  [[nodiscard]] TissueAt at(const Mm3& p, double softnessMm) const;
  [[nodiscard]] const std::vector<Tube>& vessels() const { return vessels_; }

 private:
  void growVessels(std::uint64_t seed);
  void branch(class Random& random, const Mm3& from, const Mm3& direction, double radius, double length, bool right, int depth);
  [[nodiscard]] double thorax(const Mm3& p, double grow) const;
  [[nodiscard]] double heart(const Mm3& p) const;
  [[nodiscard]] double vesselsOfMediastinum(const Mm3& p) const;
  [[nodiscard]] double spine(const Mm3& p) const;
  [[nodiscard]] double airway(const Mm3& p) const;
  [[nodiscard]] double lung(const Mm3& p, bool right, double airwayMm) const;
  [[nodiscard]] double dome(const Mm3& p, bool right) const;
  [[nodiscard]] double ribs(const Mm3& p) const;

  // Drawn from the seed, mm.
  double bodyWidth_, bodyDepth_, chestWidth_, chestDepth_, apex_, base_, domeRight_, domeLeft_;
  Mm3 heartAt_, heartSize_;
  double junction_;  ///< half the tissue between the lungs in front: less than a pixel on some seeds
  double spineY_, fat_;
  std::vector<Tube> airways_;
  std::vector<Tube> vessels_;
};

}  // namespace pulmo
