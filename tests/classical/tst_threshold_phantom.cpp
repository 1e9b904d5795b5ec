// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/simulate/phantom.h"
#include "tests/classical/model_chest.h"

using namespace pulmo;
using pulmo::test::dice;

class TestThresholdPhantom : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void agreesWithTheExactLabels_data() {
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 10; ++seed) QTest::addRow("seed %d", seed) << seed;
  }
  void agreesWithTheExactLabels() {
    QFETCH(int, seed);
    PhantomSpec spec;
    spec.seed = static_cast<std::uint64_t>(seed);
    spec.size = {192, 192, 112};
    spec.spacingMm = {1.87, 1.87, 2.68};  // the default's extent
    const auto phantom = makePhantom(spec).value();
    const auto result = ThresholdSegmenter().segment(phantom.ct, {}, {}).value();
    QCOMPARE_GE(dice(result.labels, kRightLung, phantom.lungs, kRightLung), 0.98);
    QCOMPARE_GE(dice(result.labels, kLeftLung, phantom.lungs, kLeftLung), 0.98);
    double airway = 0;
    double taken = 0;
    for (std::size_t i = 0; i < phantom.airways.voxels().size(); ++i) {
      if (phantom.airways.voxels()[i] == 0 || phantom.lungs.voxels()[i] != kBackground) continue;
      airway += 1;
      taken += result.labels.voxels()[i] != kBackground;
    }
    QVERIFY(airway > 100);
    QCOMPARE_LE(taken / airway, 0.05);
  }

  // The voxels are mirrored, the orientation is not: the lung that the phantom calls left now lies at the right.
  void mirroredVoxelsGiveMirroredSides() {
    PhantomSpec spec;
    spec.size = {192, 192, 112};
    spec.spacingMm = {1.87, 1.87, 2.68};
    const auto phantom = makePhantom(spec).value();
    const auto truth = test::mirroredX(phantom.lungs);
    const auto result = ThresholdSegmenter().segment(test::mirroredX(phantom.ct), {}, {}).value();
    QCOMPARE_GE(dice(result.labels, kRightLung, truth, kLeftLung), 0.98);
    QCOMPARE_GE(dice(result.labels, kLeftLung, truth, kRightLung), 0.98);
  }
};

QTEST_GUILESS_MAIN(TestThresholdPhantom)
#include "tst_threshold_phantom.moc"
