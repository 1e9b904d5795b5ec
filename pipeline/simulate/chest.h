// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/simulate/shapes.h"

namespace pulmo {

/// Half width, half depth and middle of a cross-section at one height.
struct Section {
  double a, b, y;
};

/// A solid of one tissue.
struct Solid {
  Tube tube;
  double hu;
  double core = 0, coreHu = 0;  ///< wall in mm around a core of another tissue; 0 = none
};

/// The shapes of one person's chest, drawn from a seed, in a reference box of 358 x 358 x 300 mm (x and y from -179, z
/// from 0). Immutable once made: any number of threads may draw from it.
class Chest {
 public:
  static constexpr Mm3 kBoxMm{358, 358, 300};
  static constexpr double kThoraxX = -4;  ///< more room at the right
  static constexpr double kThoraxSquareness = 0.38, kBodySquareness = 0.3;

  explicit Chest(std::uint64_t seed);

  // Where things are, mm.
  [[nodiscard]] Section thorax(double z) const;  ///< inner chest wall
  [[nodiscard]] Section body(double z) const;    ///< skin
  [[nodiscard]] double thoraxAt(const Mm3& p, const Section& s) const {
    return oval(p[0] - kThoraxX, p[1] - s.y, s.a, s.b, kThoraxSquareness);
  }
  [[nodiscard]] double bodyAt(const Mm3& p, const Section& s) const {
    return oval(p[0], p[1] - s.y, s.a, s.b, kBodySquareness);
  }
  [[nodiscard]] double diaphragmAt(const Mm3& p) const;  ///< positive above it
  [[nodiscard]] double middleAt(const Mm3& p) const;     ///< x of the sheet between the lungs
  [[nodiscard]] double sheetAt(const Mm3& p) const;      ///< the tissue between the lungs, without the organs in it
  [[nodiscard]] double spineY(double z) const;           ///< front edge of the vertebral bodies
  [[nodiscard]] double fissureAt(const Mm3& p, bool right, bool minor) const;  ///< distance from a fissure

  double fatMm = 12;  ///< under the skin
  double apex = 268;
  double fluidY = -20;               ///< level between gas and fluid in the stomach
  double vertebraMm = 23;            ///< from one vertebra to the next
  std::array<double, 2> turn{1, 0};  ///< cosine and sine of how the person lies turned on the table
  Mm3 lean{0, 0, 0};                 ///< shift at mid height, and how far the body leans over per mm of height

  Blob stomach, liver, leftLiver, spleen;
  std::vector<Blob> heart;
  std::vector<Blob> between;            ///< fat that fills the gaps between the organs of the mediastinum
  std::vector<Solid> mediastinum;       ///< great vessels, oesophagus
  std::vector<Tube> airways;            ///< lumen of trachea and main bronchi
  std::vector<Solid> bones, cartilage;  ///< ribs, sternum, clavicles, scapulae, humeri
  std::vector<Tube> vessels;            ///< of the lungs
  std::vector<Tube> bronchi;            ///< lumen, within the lungs

  /// Whether a point lies in a lung, `margin` mm from everything else. Coarse: for placing vessels.
  [[nodiscard]] bool inLung(const Mm3& p, bool right, double margin) const;

 private:
  void placeOrgans(class Random& random);
  void placeGreatVessels(class Random& random);
  void growVessels(std::uint64_t seed);

  double bodyWidth_, bodyDepth_, chestWidth_, chestDepth_;
  double domeRight_, domeLeft_, domeDrop_;
  double carina_, arch_;
  double junction_;  ///< half the tissue between the lungs in front: less than a pixel on some seeds
  double spineY_, kyphosis_;
};

/// Ribs with their cartilage, sternum, clavicles, scapulae and the heads of the humeri.
void placeBones(Chest& chest);

}  // namespace pulmo
