// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <set>

#include "pipeline/core/random.h"
#include "pipeline/edit/nearest_label.h"
#include "tests/support/small_chest.h"

using namespace pulmo;

class TestNearestLabel : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void isTheOneThatANaiveSearchFinds_data() {
    QTest::addColumn<int>("plane");
    QTest::addColumn<int>("normal");
    QTest::newRow("axial") << int(Orientation::Axial) << 2;
    QTest::newRow("coronal") << int(Orientation::Coronal) << 1;
    QTest::newRow("sagittal") << int(Orientation::Sagittal) << 0;
  }
  void isTheOneThatANaiveSearchFinds() {
    QFETCH(int, plane);
    QFETCH(int, normal);
    const Grid grid = test::gridOf({19, 15, 9}, {0.7, 0.9, 3});
    Random random(5);
    for (int round = 0; round < 200; ++round) {
      LabelVolume mask(grid);
      for (int i = 0; i < 40; ++i)
        mask[{random.integer(0, 18), random.integer(0, 14), random.integer(0, 8)}] =
            static_cast<std::uint8_t>(random.integer(1, 2));
      const Point3 at{random.uniform(-2, 20), random.uniform(-2, 16), random.uniform(0, 8)};
      const auto slice =
          static_cast<int>(std::min<long>(grid.size[std::size_t(normal)] - 1, std::lround(at[std::size_t(normal)])));
      double best = 1e9;
      std::set<int> nearest;  // all that are equally near
      for (int z = 0; z < 9; ++z)
        for (int y = 0; y < 15; ++y)
          for (int x = 0; x < 19; ++x) {
            const int voxel[] = {x, y, z};
            if (voxel[normal] != slice || mask[{x, y, z}] == 0) continue;
            double mm[] = {(x - at[0]) * 0.7, (y - at[1]) * 0.9, (z - at[2]) * 3};
            mm[normal] = 0;
            const double far = std::hypot(mm[0], mm[1], mm[2]);
            if (far > best + 1e-9) continue;
            if (far < best - 1e-9) nearest.clear();
            best = std::min(best, far);
            nearest.insert(mask[{x, y, z}]);
          }
      if (nearest.empty()) continue;
      QVERIFY(nearest.count(nearestLabel(mask, static_cast<Orientation>(plane), at)) == 1);
    }
  }
  void goesByTheMiddleWhereASliceIsEmpty() {
    LabelVolume mask(test::gridOf({20, 20, 5}));
    mask[{2, 2, 0}] = kLeftLung;  // in another slice: not looked at
    QCOMPARE(nearestLabel(mask, Orientation::Axial, {4, 4, 3}), kRightLung);
    QCOMPARE(nearestLabel(mask, Orientation::Axial, {15, 4, 3}), kLeftLung);
  }
};

QTEST_APPLESS_MAIN(TestNearestLabel)
#include "tst_nearest_label.moc"
