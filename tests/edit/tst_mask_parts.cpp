// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/edit/mask_parts.h"
#include "tests/edit/naive_masks.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

bool in(int v, int low, int high) {
  return v >= low && v <= high;
}

}  // namespace

class TestMaskParts : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void keepsTheLargestOrThoseOfASize() {
    // Label 1: a cube of 1000, one of 64 beside it touching by an edge alone, a voxel; label 2: 27 and 8.
    const LabelVolume mask = maskOf(gridOf({40, 30, 30}, {1, 1, 2}), [](int x, int y, int z) {
      if (in(x, 0, 9) && in(y, 0, 9) && in(z, 0, 9)) return 1;
      if (in(x, 10, 13) && in(y, 10, 13) && in(z, 0, 3)) return 1;
      if (x == 39 && y == 29 && z == 29) return 1;
      if (in(x, 20, 22) && in(y, 0, 2) && in(z, 0, 2)) return 2;
      if (in(x, 30, 31) && in(y, 0, 1) && in(z, 0, 1)) return 2;
      return 0;
    });
    LabelVolume kept = after(mask, removeIslands(mask, std::nullopt, std::nullopt));
    QCOMPARE(countOf(kept, 1), 1000);
    QCOMPARE(countOf(kept, 2), 27);
    kept = after(mask, removeIslands(mask, 1, std::nullopt));
    QCOMPARE(countOf(kept, 1), 1000);
    QCOMPARE(countOf(kept, 2), 35);
    // A voxel is 0.002 ml: 64 are 0.128 ml, 27 are 0.054, 8 are 0.016.
    kept = after(mask, removeIslands(mask, std::nullopt, 0.05));
    QCOMPARE(countOf(kept, 1), 1064);
    QCOMPARE(countOf(kept, 2), 27);
    QVERIFY(removeIslands(mask, std::nullopt, 0.001)->empty());
    QVERIFY(removeIslands(LabelVolume(mask.grid()), 1, std::nullopt)->empty());
    QVERIFY(!removeIslands(mask, std::nullopt, std::nullopt, stopped()));
  }

  void fillsHolesInSpace() {
    // A block of 1 with a cavity of 2 x 2 x 2, one of 12 x 12 x 12 that only 1 encloses, a bay that is open;
    // a cavity between 1 and 2 of 1.2 ml, and one of 0.1 ml.
    const LabelVolume mask = maskOf(gridOf({70, 30, 30}), [](int x, int y, int z) {
      if (!in(x, 2, 67) || !in(y, 2, 27) || !in(z, 2, 27)) return 0;
      if (in(x, 4, 5) && in(y, 4, 5) && in(z, 4, 5)) return 0;
      if (in(x, 8, 19) && in(y, 8, 19) && in(z, 8, 19)) return 0;
      if (in(x, 10, 12) && in(y, 22, 27) && z == 9) return 0;
      if (in(x, 35, 46) && in(y, 10, 19) && in(z, 10, 19)) return 0;
      if (in(x, 36, 45) && in(y, 4, 5) && in(z, 4, 8)) return 0;
      return x < 40 ? 1 : 2;
    });
    const LabelVolume filled = after(mask, fillHoles(mask, std::nullopt));
    const auto at = [&](int x, int y, int z) { return static_cast<int>(filled[{x, y, z}]); };
    QCOMPARE(at(4, 4, 4), 1);
    QCOMPARE(at(8, 8, 8), 1);
    QCOMPARE(at(10, 24, 9), 0);
    QCOMPARE(at(40, 15, 15), 0);
    QVERIFY(at(40, 4, 5) != 0);
    QCOMPARE(countOf(filled, 0) - countOf(mask, 0), -(8 + 12 * 12 * 12 + 100));
    QVERIFY(!fillHoles(mask, std::nullopt, stopped()));
  }

  void fillsHolesSliceBySlice_data() {
    QTest::addColumn<int>("plane");
    QTest::addColumn<int>("axis");
    QTest::newRow("axial") << static_cast<int>(Orientation::Axial) << 2;
    QTest::newRow("coronal") << static_cast<int>(Orientation::Coronal) << 1;
    QTest::newRow("sagittal") << static_cast<int>(Orientation::Sagittal) << 0;
  }
  void fillsHolesSliceBySlice() {
    QFETCH(int, plane);
    QFETCH(int, axis);
    // A tunnel along the axis through a block to both its ends: no hole in space, one in each slice across.
    const LabelVolume mask = maskOf(gridOf({16, 14, 12}), [&](int x, int y, int z) {
      const std::array<int, 3> at{x, y, z};
      const auto k = static_cast<std::size_t>(axis);
      const std::size_t u = (k + 1) % 3, v = (k + 2) % 3;
      if (!in(at[u], 2, 9) || !in(at[v], 3, 9)) return 0;
      return in(at[u], 5, 6) && in(at[v], 5, 7) ? 0 : 2;
    });
    QVERIFY(fillHoles(mask, std::nullopt)->empty());
    const auto edit = fillHoles(mask, static_cast<Orientation>(plane));
    const int slices = mask.grid().size[static_cast<std::size_t>(axis)];
    QCOMPARE(edit->changedVoxels(), static_cast<std::size_t>(6 * slices));
    QCOMPARE(countOf(after(mask, edit), 2), 56 * slices);
    for (const Orientation other : {Orientation::Axial, Orientation::Coronal, Orientation::Sagittal})
      if (static_cast<int>(other) != plane) QVERIFY(fillHoles(mask, other)->empty());
  }

  void aSliceAloneHasWalls() {
    const LabelVolume mask = maskOf(gridOf({10, 10, 1}), [](int x, int y, int) {
      return in(x, 2, 7) && in(y, 2, 7) && !(x == 4 && y == 4) ? 1 : 0;
    });
    QCOMPARE(fillHoles(mask, std::nullopt)->changedVoxels(), 1U);
  }
};

QTEST_GUILESS_MAIN(TestMaskParts)
#include "tst_mask_parts.moc"
