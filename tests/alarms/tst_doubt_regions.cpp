// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/alarms/doubt_regions.h"
#include "pipeline/core/label_set.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

/// A right and a left block of lung; the border of each is a rim of doubt, as networks give it.
class TestDoubtRegions : public QObject {
  Q_OBJECT
  Grid grid_;
  LabelVolume mask_, rim_;

 private Q_SLOTS:
  void init() {
    grid_ = gridOf({120, 60, 40}, {1.0, 1.2, 2.0});
    grid_.originMm = {-60, 3, 200};
    mask_ = LabelVolume(grid_);
    fillBlock(mask_, {10, 10, 5}, {49, 49, 34}, kRightLung);
    fillBlock(mask_, {70, 10, 5}, {109, 49, 34}, kLeftLung);
    rim_ = LabelVolume(grid_);
    for (const auto& [low, high] : {std::pair{9, 50}, std::pair{69, 110}}) {
      fillBlock(rim_, {low, 10, 5}, {high, 49, 34}, 160);
      fillBlock(rim_, {low + 2, 11, 6}, {high - 2, 48, 33}, 0);
    }
  }
  void aRimIsNoRegion() {
    QVERIFY(findDoubtRegions(rim_, mask_)->empty());
    QVERIFY(findDoubtRegions(LabelVolume(grid_), mask_)->empty());
  }
  void largestFirstWithPlaceAndFigures() {
    const Point3 first{30, 10 * 1.2, 40}, second{110, 30 * 1.2, 30};  // at the front of the right, the side of the left
    fillBall(rim_, second, 7, 250);
    fillBall(rim_, first, 9, 200);
    const auto regions = findDoubtRegions(rim_, mask_).value();
    QCOMPARE(regions.size(), std::size_t{2});
    const double ballMl = 4.0 / 3 * 3.14159265 * 9 * 9 * 9 / 1000;
    // The rim within 3 mm of the ball's middle parts comes along.
    QVERIFY2(std::abs(*regions[0].ml - ballMl) < 0.25 * ballMl, qPrintable(QString::number(*regions[0].ml)));
    QCOMPARE(regions[0].label, kRightLung);
    QVERIFY(std::abs(regions[0].meanDoubt - 200.0 / 255) < 0.03);
    const Index3& v = regions[0].voxel;
    QVERIFY(std::hypot(v[0] - first[0], v[1] * 1.2 - first[1], v[2] * 2.0 - first[2]) < 4);
    QCOMPARE(regions[0].positionMm, toPatient(grid_, v));
    QCOMPARE(regions[1].label, kLeftLung);
    QVERIFY(*regions[1].ml < *regions[0].ml && regions[1].meanDoubt > 0.9);
    DoubtOptions options;
    options.most = 1;
    QCOMPARE(findDoubtRegions(rim_, mask_, options)->size(), std::size_t{1});
    options = {};
    options.leastMl = 2;
    QCOMPARE(findDoubtRegions(rim_, mask_, options)->size(), std::size_t{1});
    options = {};
    options.least = 240;
    QCOMPARE(findDoubtRegions(rim_, mask_, options)->size(), std::size_t{1});
  }
  void whatIsFarFromTheBorderIsNotTold() {
    fillBall(rim_, {30, 30 * 1.2, 40}, 6, 250);  // 20 voxels from every border
    QVERIFY(findDoubtRegions(rim_, mask_)->empty());
    DoubtOptions options;
    options.nearMm = 40;
    QCOMPARE(findDoubtRegions(rim_, mask_, options)->size(), std::size_t{1});
  }
  void withoutSidesOrSpacing() {
    fillBall(rim_, {30, 10 * 1.2, 40}, 9, 200);
    grid_.spacingKnown = false;
    mask_.setGrid(grid_);
    for (auto& v : mask_.voxels())
      if (v != 0) v = kLungUnsided;
    const auto regions = findDoubtRegions(rim_, mask_).value();
    QCOMPARE(regions.at(0).label, kLungUnsided);
    QVERIFY(!regions[0].ml && regions[0].voxels > 500);
  }
  void stopsAndRefuses() {
    fillBall(rim_, {30, 10 * 1.2, 40}, 9, 200);
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(!findDoubtRegions(rim_, mask_, {}, stopped.get_token()));
    QVERIFY_THROWS_EXCEPTION(Error, (void)findDoubtRegions(rim_, LabelVolume(gridOf({5, 5, 5}))));
  }
};

QTEST_GUILESS_MAIN(TestDoubtRegions)
#include "tst_doubt_regions.moc"
