// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <numeric>

#include "pipeline/core/label_set.h"
#include "pipeline/metrics/lung_histogram.h"

using namespace pulmo;

class TestLungHistogram : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Bins of 10 HU from -1050: -1050 and -1041 are the first, -1040 the second, 149 the last, 150 none.
  void countsByHand() {
    Grid grid;
    grid.size = {8, 1, 1};
    const CtVolume ct(grid, std::vector<std::int16_t>{-1050, -1041, -1040, 149, 150, -1051, -850, -850});
    const LabelVolume mask(grid, std::vector<std::uint8_t>{1, 1, 1, 2, 2, 2, 1, 0});
    const LungHistogram h = measureHistogram(ct, mask);
    QVERIFY(h.sided);
    QCOMPARE(h.rightVoxels, 4U);
    QCOMPARE(h.leftVoxels, 3U);
    QCOMPARE(h.bothVoxels, 7U);
    QCOMPARE(h.right[0], 2U);
    QCOMPARE(h.right[1], 1U);
    QCOMPARE(h.right[20], 1U);
    QCOMPARE(h.left[119], 1U);
    QCOMPARE(std::accumulate(h.both.begin(), h.both.end(), std::uint64_t{0}), 5U);
  }
  void tellsNoSidesThatTheMaskDoesNot() {
    Grid grid;
    grid.size = {2, 1, 1};
    const LungHistogram h = measureHistogram(CtVolume(grid, -800), LabelVolume(grid, kLungUnsided));
    QVERIFY(!h.sided && h.right.empty() && h.left.empty());
    QCOMPARE(h.both[25], 2U);
  }
  void refusesOtherGrids() {
    Grid a, b;
    a.size = {2, 1, 1};
    b.size = {1, 2, 1};
    QVERIFY_THROWS_EXCEPTION(Error, (void)measureHistogram(CtVolume(a), LabelVolume(b)));
  }
};

QTEST_GUILESS_MAIN(TestLungHistogram)
#include "tst_lung_histogram.moc"
