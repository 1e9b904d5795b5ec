// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/metrics/volumetry.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

class TestVolumetry : public QObject {
  Q_OBJECT
  static LabelVolume sides() {
    LabelVolume mask(gridOf({20, 10, 10}, {0.5, 2, 5}));  // 5 mm3 a voxel
    fillBlock(mask, {0, 0, 0}, {4, 3, 9}, 1);             // 200
    fillBlock(mask, {10, 0, 0}, {12, 9, 9}, 2);           // 300
    return mask;
  }
 private Q_SLOTS:
  void byHand() {
    const LungVolumes v = measureVolumes(sides());
    QVERIFY(v.sided);
    QCOMPARE(v.rightVoxels, std::uint64_t{200});
    QCOMPARE(v.leftVoxels, std::uint64_t{300});
    QCOMPARE(*v.rightMl, 1.0);
    QCOMPARE(*v.leftMl, 1.5);
    QCOMPARE(*v.bothMl, 2.5);
  }
  void noSidesFromAnUnsidedMask() {
    LabelVolume mask(gridOf({10, 10, 10}));
    fillBlock(mask, {0, 0, 0}, {9, 9, 4}, 3);
    const LungVolumes v = measureVolumes(mask);
    QVERIFY(!v.sided && !v.rightMl && !v.leftMl);
    QCOMPARE(*v.bothMl, 0.5);
    QCOMPARE(v.bothVoxels(), std::uint64_t{500});
  }
  void noMlWithoutASpacing() {
    LabelVolume mask = sides();
    Grid g = mask.grid();
    g.spacingKnown = false;
    mask.setGrid(g);
    const LungVolumes v = measureVolumes(mask);
    QVERIFY(v.sided && !v.rightMl && !v.leftMl && !v.bothMl);
    QCOMPARE(v.rightVoxels, std::uint64_t{200});
  }
  void anAbsentSideIsZero() {
    LabelVolume mask(gridOf({10, 10, 10}));
    fillBlock(mask, {0, 0, 0}, {9, 9, 9}, 2);
    const LungVolumes v = measureVolumes(mask);
    QCOMPARE(*v.rightMl, 0.0);
    QCOMPARE(*v.leftMl, 1.0);
  }
  void anEmptyMask() {
    const LungVolumes v = measureVolumes(LabelVolume(gridOf({3, 3, 3})));
    QVERIFY(v.sided);
    QCOMPARE(*v.bothMl, 0.0);
  }
};

QTEST_GUILESS_MAIN(TestVolumetry)
#include "tst_volumetry.moc"
