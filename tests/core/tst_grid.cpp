// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/core/volume.h"

using namespace pulmo;

class TestGrid : public QObject {
  Q_OBJECT
  // Axes x -> posterior, y -> superior, z -> left; anisotropic, shifted.
  static Grid turned() {
    Grid g;
    g.size = {4, 5, 6};
    g.spacingMm = {2, 3, 5};
    g.originMm = {10, 20, 30};
    g.direction = {0, 0, 1, 1, 0, 0, 0, 1, 0};
    return g;
  }
 private Q_SLOTS:
  void placesAVoxelByHand() {
    // 1 step of x = 2 mm posterior, 2 of y = 6 mm superior, 3 of z = 15 mm left.
    QCOMPARE(toPatient(turned(), Index3{1, 2, 3}), (Point3{25, 22, 36}));
  }
  void findsTheVoxelAgain() {
    const Point3 index = toIndex(turned(), Point3{25, 22, 36});
    QVERIFY(qAbs(index[0] - 1) < 1e-12 && qAbs(index[1] - 2) < 1e-12 && qAbs(index[2] - 3) < 1e-12);
  }
  void invertsAnObliqueDirection() {
    Grid g = turned();
    const double c = 0.8, s = 0.6;  // a turn about z, exact in decimal
    g.direction = {c, -s, 0, s, c, 0, 0, 0, 1};
    const Point3 index = toIndex(g, toPatient(g, Point3{1.5, 2.25, -3}));
    QVERIFY(qAbs(index[0] - 1.5) < 1e-9 && qAbs(index[1] - 2.25) < 1e-9 && qAbs(index[2] + 3) < 1e-9);
  }
  void toleratesSinglePrecision() {
    Grid g = turned();
    g.spacingMm[0] = static_cast<double>(0.703125F) + 1e-7;
    Grid rounded = g;
    rounded.spacingMm[0] = static_cast<double>(static_cast<float>(g.spacingMm[0]));
    QVERIFY(sameGrid(g, rounded));
  }
  void seesAFlipAndAShift() {
    const Grid g = turned();
    Grid flipped = g;
    flipped.direction = {0, 0, -1, 1, 0, 0, 0, 1, 0};
    QVERIFY(!sameGrid(g, flipped));
    Grid shifted = g;
    shifted.originMm[0] += 0.02 * g.spacingMm[2];  // x of the patient runs along z here
    QVERIFY(!sameGrid(g, shifted));
    QVERIFY_THROWS_EXCEPTION(Error, requireSameGrid(g, "scan", shifted, "mask"));
  }
  void storesXFastest() {
    Volume<int> v(turned());
    v[{3, 4, 5}] = 7;
    QCOMPARE(v.voxels()[3 + 4 * (4 + 5 * 5)], 7);
    QCOMPARE(v.slice(5)[3 + 4 * 4], 7);
    QCOMPARE(v.grid().voxelMl(), 0.03);
  }
};

QTEST_GUILESS_MAIN(TestGrid)
#include "tst_grid.moc"
