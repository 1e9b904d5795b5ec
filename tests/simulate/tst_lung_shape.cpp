// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>

#include "pipeline/core/label_set.h"
#include "tests/simulate/simulated_chest.h"

using namespace pulmo;
using pulmo::test::floodedBoxes;
using pulmo::test::smallChest;

class TestLungShape : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // A right lung of 40 x 40 x 40 mm on voxels of 1 x 1 x 2 mm: cells of 4 mm, 10 x 10 x 10 of them; 64 ml.
  void measuresABlock() {
    Grid grid;
    grid.size = {64, 60, 40};
    grid.spacingMm = {1, 1, 2};
    LabelVolume lungs(grid);
    for (int z = 10; z < 30; ++z)
      for (int y = 8; y < 48; ++y)
        for (int x = 12; x < 52; ++x) lungs[{x, y, z}] = kRightLung;
    const LungShape shape = makeLungShape(lungs);
    QVERIFY(shape.step == 4 && shape.stepZ == 2);
    QVERIFY((shape.coarseSize == Index3{16, 15, 20}));
    QCOMPARE(shape.lungMl, 64.0);
    const auto at = [&](int x, int y, int z) { return static_cast<std::size_t>(x + 16 * (y + 15 * z)); };
    QCOMPARE(std::count(shape.coarseLabel.begin(), shape.coarseLabel.end(), kRightLung), 1000);
    // Cell (3, 2, 5) is a corner of the block, (8, 7, 10) lies 5 cells from the nearest cell outside: 20 mm.
    QVERIFY(shape.coarseLabel[at(3, 2, 5)] == kRightLung && shape.coarseLabel[at(2, 2, 5)] == 0);
    QCOMPARE(int(shape.coarseDepthMm[at(3, 7, 10)]), 4);
    QCOMPARE(int(shape.coarseDepthMm[at(7, 6, 9)]), 20);
    QCOMPARE(int(shape.coarseDepthMm[at(2, 7, 10)]), 0);
    QVERIFY((shape.boxes[20][0] == LungShape::Box{12, 8, 51, 47}));
    QVERIFY((shape.boxes[20][1] == LungShape::Box{}));
    QVERIFY((shape.boxes[5][0] == LungShape::Box{}));
  }
  // Lungs that run out of the picture at the top are not bordered by pleura there.
  void takesTheEndOfTheScanForNoPleura() {
    Grid grid;
    grid.size = {48, 48, 3};
    grid.spacingMm = {1, 1, 4};
    LabelVolume lungs(grid);
    for (int z = 0; z < 3; ++z)
      for (int y = 4; y < 44; ++y)
        for (int x = 4; x < 44; ++x) lungs[{x, y, z}] = kLeftLung;
    const LungShape shape = makeLungShape(lungs);
    QCOMPARE(int(shape.coarseDepthMm[static_cast<std::size_t>(5 + 12 * (5 + 12 * 1))]), 20);
  }
  void findsTheTwoLargestRegionsOfEachSlice() {
    const PhantomCase chest = smallChest();
    const LungShape shape = makeLungShape(chest.lungs);
    int pairs = 0;
    for (int z = 0; z < 75; ++z) {
      auto expected = floodedBoxes(chest.lungs.slice(z), 128, 128);
      expected.resize(2);
      const auto& boxes = shape.boxes[static_cast<std::size_t>(z)];
      QVERIFY(boxes[0] == expected[0] && boxes[1] == expected[1]);
      pairs += expected[1].x1 >= 0;
    }
    QVERIFY(pairs > 40);
    QVERIFY(std::abs(shape.lungMl - static_cast<double>(pulmo::test::countOf(chest.lungs)) * 2.8 * 2.8 * 4 / 1000) <
            1e-6);
  }
  void joinsOverCornersAndKeepsTouchingLungsApart() {
    Grid grid;
    grid.size = {16, 8, 1};
    LabelVolume lungs(grid);
    for (const auto& [x, y, label] :
         std::vector<std::array<int, 3>>{{2, 2, 1}, {3, 3, 1}, {4, 4, 1}, {5, 4, 2}, {6, 4, 2}})
      lungs[{x, y, 0}] = static_cast<std::uint8_t>(label);
    const LungShape shape = makeLungShape(lungs);
    QVERIFY((shape.boxes[0][0] == LungShape::Box{2, 2, 4, 4}));
    QVERIFY((shape.boxes[0][1] == LungShape::Box{5, 4, 6, 4}));
  }
};

QTEST_GUILESS_MAIN(TestLungShape)
#include "tst_lung_shape.moc"
