// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <set>

#include "pipeline/simulate/circles.h"
#include "tests/simulate/simulated_chest.h"

using namespace pulmo;
using pulmo::test::floodedBoxes;
using pulmo::test::smallChest;

namespace {

PathologySpec circleSpec() {
  PathologySpec spec;
  spec.mode = PathologyMode::Circles;
  return spec;
}

bool holds(const LungShape::Box& b, double x, double y) {
  return x >= b.x0 && x <= b.x1 && y >= b.y0 && y <= b.y1;
}

}  // namespace

class TestCircles : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Counted anew: boxes by flooding, discs by the distance of every voxel from every centre.
  void drawsSevenToNineInTheTwoBoxes() {
    const PhantomCase chest = smallChest();
    const auto shape = makeLungShape(chest.lungs);
    const PathologySpec spec = circleSpec();
    const auto result = simulate(chest.ct, chest.lungs, spec, 11);
    std::set<std::size_t> counts;
    int slices = 0;
    for (int z = 0; z < 75; ++z) {
      const auto boxes = floodedBoxes(chest.lungs.slice(z), 128, 128);
      const auto discs = drawCircles(shape, spec, 11, z);
      if (boxes.size() < 2) {
        QVERIFY(discs.empty());
        QCOMPARE(std::count(result->lesions.slice(z), result->lesions.slice(z) + 128 * 128, 0), 128 * 128);
        continue;
      }
      ++slices;
      counts.insert(discs.size());
      QVERIFY(discs.size() >= 7 && discs.size() <= 9);
      for (const Disc& d : discs) {
        const auto& b = boxes[static_cast<std::size_t>(d.box)];
        QVERIFY(holds(b, d.x, d.y));
        const double side = std::min(b.x1 - b.x0 + 1, b.y1 - b.y0 + 1);
        QVERIFY(d.radius >= 0.05 * side - 1e-9 && d.radius <= 0.25 * side + 1e-9);
        QVERIFY(d.opacity >= 0.2 && d.opacity <= 0.9);
      }
      for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 128; ++x) {
          const Index3 at{x, y, z};
          bool covered = false;
          for (const Disc& d : discs) covered = covered || std::hypot(x - d.x, y - d.y) <= d.radius;
          const bool may = chest.lungs[at] != 0 && (holds(boxes[0], x, y) || holds(boxes[1], x, y));
          const bool changed = result->ct[at] != chest.ct[at];
          QCOMPARE(result->lesions[at] == static_cast<std::uint8_t>(LesionKind::Circle), changed);
          // A vessel is soft tissue already and may stay as it is.
          if (!covered || !may) QVERIFY(!changed);
          if (covered && may && chest.ct[at] < 0) QVERIFY(changed);
        }
    }
    QVERIFY(slices > 40);
    QVERIFY((counts == std::set<std::size_t>{7, 8, 9}));
  }
  // One disc alone, by hand: air of -1000 HU under an opacity of 0.5 becomes -1000 + 0.5 (40 + 1000) = -480.
  void blendsTowardsSoftTissue() {
    Grid grid;
    grid.size = {64, 32, 1};
    CtVolume ct(grid, -1000);
    LabelVolume lungs(grid);
    for (int y = 4; y < 28; ++y)
      for (int x = 2; x < 62; ++x)
        if (x < 30 || x > 33) lungs[{x, y, 0}] = x < 30 ? 1 : 2;
    PathologySpec spec = circleSpec();
    spec.circlesMin = spec.circlesMax = 1;
    spec.opacityMin = spec.opacityMax = 0.5;
    const auto result = simulate(ct, lungs, spec, 3);
    const std::set<std::int16_t> values(result->ct.voxels().begin(), result->ct.voxels().end());
    QVERIFY((values == std::set<std::int16_t>{-1000, -480}));
  }
  void spillsOverTheBorderOnlyWhenAsked() {
    const PhantomCase chest = smallChest();
    PathologySpec spec = circleSpec();
    spec.radiusShareMin = spec.radiusShareMax = 0.3;
    for (const bool spill : {false, true}) {
      spec.spill = spill;
      const auto result = simulate(chest.ct, chest.lungs, spec, 5);
      std::size_t outside = 0, inside = 0;
      for (std::size_t i = 0; i < chest.ct.voxels().size(); ++i) {
        const bool changed = result->ct.voxels()[i] != chest.ct.voxels()[i];
        (chest.lungs.voxels()[i] == 0 ? outside : inside) += changed;
        QCOMPARE(result->lesions.voxels()[i] != 0, changed);
      }
      QVERIFY(spill ? outside > 1000 : outside == 0);
      const double percent =
          100.0 * static_cast<double>(inside) / static_cast<double>(pulmo::test::countOf(chest.lungs));
      QVERIFY(std::abs(result->extentPercent - percent) < 1e-9);
    }
  }
};

QTEST_GUILESS_MAIN(TestCircles)
#include "tst_circles.moc"
