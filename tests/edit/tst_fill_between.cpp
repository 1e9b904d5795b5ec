// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <numbers>

#include "pipeline/edit/brush.h"
#include "pipeline/edit/fill_between.h"
#include "tests/edit/naive_masks.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

/// A cut cone along an axis, given on two slices alone: radius 8 mm on slice 2, 16 mm on slice 12.
LabelVolume twoDiscs(std::size_t axis) {
  Index3 size{60, 60, 60};
  size[axis] = 15;
  Point3 mm{0.8, 0.8, 0.8};
  mm[(axis + 1) % 3] = 1.1;
  mm[axis] = 2;
  return maskOf(gridOf(size, mm), [&](int x, int y, int z) {
    const Index3 at{x, y, z};
    if (at[axis] != 2 && at[axis] != 12) return 0;
    double sum = 0;
    for (std::size_t k = 0; k < 3; ++k)
      if (k != axis) sum += std::pow((at[k] - 29.5) * mm[k], 2);
    return std::sqrt(sum) <= (at[axis] == 2 ? 8 : 16) ? 1 : 0;
  });
}

}  // namespace

class TestFillBetween : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void makesAConeOfTwoDiscs_data() {
    QTest::addColumn<int>("plane");
    QTest::newRow("axial") << static_cast<int>(Orientation::Axial);
    QTest::newRow("coronal") << static_cast<int>(Orientation::Coronal);
    QTest::newRow("sagittal") << static_cast<int>(Orientation::Sagittal);
  }
  void makesAConeOfTwoDiscs() {
    QFETCH(int, plane);
    const auto of = static_cast<Orientation>(plane);
    const std::size_t axis = normalAxis(of);
    const LabelVolume mask = twoDiscs(axis);
    QCOMPARE(labelledSlices(mask, 1, of), (std::vector<int>{2, 12}));
    const LabelVolume filled = after(mask, fillBetween(mask, 1, of, labelledSlices(mask, 1, of)));
    const Point3 mm = mask.grid().spacingMm;
    const double pixelMm2 = mm[0] * mm[1] * mm[2] / mm[axis];
    std::vector<double> area(15, 0);
    const Index3 n = mask.grid().size;
    for (int z = 0; z < n[2]; ++z)
      for (int y = 0; y < n[1]; ++y)
        for (int x = 0; x < n[0]; ++x)
          if (filled[{x, y, z}] == 1) area[static_cast<std::size_t>(Index3{x, y, z}[axis])] += pixelMm2;
    for (std::size_t s = 2; s <= 12; ++s) {
      const double radius = 8 + (static_cast<double>(s) - 2) * 0.8;
      QVERIFY2(std::abs(std::sqrt(area[s] / std::numbers::pi) - radius) < 0.35, qPrintable(QString::number(s)));
    }
    QCOMPARE(area[1] + area[13], 0.0);
  }

  void correctsWhatLiesBetweenAndSparesOthers() {
    // Squares of 10 x 10 on slices 0 and 6; between them a stray voxel of the label, and another lung in the way.
    const Grid grid = gridOf({30, 30, 7});
    LabelVolume mask = maskOf(grid, [](int x, int y, int z) {
      const bool square = x >= 5 && x < 15 && y >= 5 && y < 15;
      return square && (z == 0 || z == 6) ? 1 : 0;
    });
    mask[{25, 25, 3}] = 1;
    mask[{7, 7, 3}] = 2;
    const LabelVolume filled = after(mask, fillBetween(mask, 1, Orientation::Axial, {6, 0, 0, 99, -1, 4}));
    for (int z = 1; z < 6; ++z)
      for (int y = 0; y < 30; ++y)
        for (int x = 0; x < 30; ++x) {
          const bool square = x >= 5 && x < 15 && y >= 5 && y < 15;
          const int wanted = x == 7 && y == 7 && z == 3 ? 2 : square ? 1 : 0;
          QCOMPARE(static_cast<int>(filled[{x, y, z}]), wanted);
        }
  }

  void needsTwoSlices() {
    const LabelVolume mask = twoDiscs(2);
    QVERIFY_THROWS_EXCEPTION(Error, (void)fillBetween(mask, 1, Orientation::Axial, {2, 5}));
    QVERIFY_THROWS_EXCEPTION(Error, (void)fillBetween(mask, 2, Orientation::Axial, {2, 12}));
  }

  void stops() {
    const LabelVolume mask = twoDiscs(2);
    QVERIFY(!fillBetween(mask, 1, Orientation::Axial, {2, 12}, stopped()));
  }
};

QTEST_GUILESS_MAIN(TestFillBetween)
#include "tst_fill_between.moc"
