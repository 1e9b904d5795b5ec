// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <chrono>
#include <stop_token>

#include "pipeline/classical/threshold_segmenter.h"
#include "tests/classical/model_chest.h"

using namespace pulmo;
using pulmo::test::dice;
using pulmo::test::ModelChest;

namespace {

Segmentation segment(const CtVolume& ct) {
  return ThresholdSegmenter().segment(ct, {}, {}).value();
}

bool says(const Segmentation& result, const std::string& word) {
  for (const auto& note : result.notes) {
    if (note.find(word) != std::string::npos) return true;
  }
  return false;
}

double shareLabelled(const Segmentation& result, const LabelVolume& other, std::uint8_t which) {
  double in = 0, all = 0;
  for (std::size_t i = 0; i < other.voxels().size(); ++i) {
    if (other.voxels()[i] != which) continue;
    all += 1;
    in += result.labels.voxels()[i] != kBackground;
  }
  return in / all;
}

}  // namespace

class TestThresholdSegmenter : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void findsBothLungs_data() {
    QTest::addColumn<double>("sliceMm");
    QTest::addColumn<int>("slices");
    QTest::addColumn<double>("noiseHu");
    QTest::newRow("4 mm") << 4.0 << 80 << 20.0;
    QTest::newRow("noisy") << 4.0 << 80 << 60.0;
    QTest::newRow("8 mm") << 8.0 << 40 << 20.0;
    QTest::newRow("sparse, every 10 mm") << 10.0 << 30 << 20.0;
    QTest::newRow("2 mm, apices and bases cut off") << 2.0 << 110 << 20.0;
  }
  void findsBothLungs() {
    QFETCH(double, sliceMm);
    QFETCH(int, slices);
    QFETCH(double, noiseHu);
    ModelChest model;
    model.spacingMm[2] = sliceMm;
    model.size[2] = slices;
    model.noiseHu = noiseHu;
    const auto chest = model.make();
    const auto result = segment(chest.ct);
    QVERIFY(sameGrid(result.labels.grid(), chest.ct.grid()));
    QCOMPARE_GE(dice(result.labels, kRightLung, chest.lungs, kRightLung), 0.97);
    QCOMPARE_GE(dice(result.labels, kLeftLung, chest.lungs, kLeftLung), 0.97);
    QCOMPARE_LE(shareLabelled(result, chest.other, 1), 0.06);
    QVERIFY(!says(result, "touch"));
    QVERIFY(!says(result, "Only"));
  }

  void separatesTouchingLungs_data() {
    QTest::addColumn<double>("mediastinumMm");
    QTest::newRow("at the midline") << 0.0;
    QTest::newRow("mediastinum shifted by 20 mm") << 20.0;
  }
  void separatesTouchingLungs() {
    QFETCH(double, mediastinumMm);
    ModelChest model;
    model.mediastinumMm = mediastinumMm;
    model.bridge = true;
    const auto chest = model.make();
    const auto result = segment(chest.ct);
    QCOMPARE_GE(dice(result.labels, kRightLung, chest.lungs, kRightLung), 0.97);
    QCOMPARE_GE(dice(result.labels, kLeftLung, chest.lungs, kLeftLung), 0.97);
    QVERIFY(says(result, "touch"));
    // The border lies on the pleura, not on the body's midline or in the middle of the bridge.
    double bridge = 0;
    double wrong = 0;
    for (std::size_t i = 0; i < chest.other.voxels().size(); ++i) {
      if (chest.other.voxels()[i] != 4) continue;
      bridge += 1;
      wrong += result.labels.voxels()[i] != chest.lungs.voxels()[i];
    }
    QVERIFY(bridge > 500);
    QCOMPARE_LE(wrong / bridge, 0.05);
  }

  // The voxels are mirrored, the orientation is not: what now lies at low x is the right lung.
  void sidesFollowTheOrientation_data() {
    QTest::addColumn<bool>("bridge");
    QTest::newRow("apart") << false;
    QTest::newRow("touching") << true;
  }
  void sidesFollowTheOrientation() {
    QFETCH(bool, bridge);
    ModelChest model;
    model.bridge = bridge;
    const auto chest = model.make();
    const auto plain = segment(chest.ct);
    const auto mirrored = segment(test::mirroredX(chest.ct));
    QVERIFY(test::meanX(mirrored.labels, kRightLung) < test::meanX(mirrored.labels, kLeftLung));
    const auto back = test::mirroredX(mirrored.labels);
    QCOMPARE_GE(dice(back, kRightLung, plain.labels, kLeftLung), 0.99);
    QCOMPARE_GE(dice(back, kLeftLung, plain.labels, kRightLung), 0.99);
  }

  void stomachGasIsNotLung() {
    ModelChest model;
    model.stomach = true;
    const auto chest = model.make();
    QVERIFY(test::countOf(chest.other, 2) > 1000);
    const auto result = segment(chest.ct);
    QCOMPARE_LE(shareLabelled(result, chest.other, 2), 0.02);
    QCOMPARE_GE(dice(result.labels, kLeftLung, chest.lungs, kLeftLung), 0.97);
  }

  void tableAndGantryAreNotBody() {
    ModelChest model;
    model.table = true;
    const auto chest = model.make();
    const auto result = segment(chest.ct);
    QCOMPARE(shareLabelled(result, chest.other, 3), 0.0);
    QCOMPARE_GE(dice(result.labels, kRightLung, chest.lungs, kRightLung), 0.97);
  }

  void oneLungAloneKeepsItsSide_data() {
    QTest::addColumn<bool>("right");
    QTest::newRow("right") << true;
    QTest::newRow("left") << false;
  }
  void oneLungAloneKeepsItsSide() {
    QFETCH(bool, right);
    ModelChest model;
    model.rightLung = right;
    model.leftLung = !right;
    const auto chest = model.make();
    const auto result = segment(chest.ct);
    const auto label = right ? kRightLung : kLeftLung;
    QCOMPARE_GE(dice(result.labels, label, chest.lungs, label), 0.97);
    QCOMPARE(test::countOf(result.labels, right ? kLeftLung : kRightLung), std::size_t{0});
    QVERIFY(says(result, right ? "Only the right lung" : "Only the left lung"));
  }

  // 100 mm of the body, and 30 mm of one lung, lie outside the picture.
  void lungCutByTheFieldOfView_data() {
    QTest::addColumn<double>("shift");
    QTest::newRow("left") << 120.0;
    QTest::newRow("right") << -120.0;
  }
  void lungCutByTheFieldOfView() {
    QFETCH(double, shift);
    ModelChest model;
    model.shiftXMm = shift;
    const auto chest = model.make();
    const auto result = segment(chest.ct);
    QCOMPARE_GE(dice(result.labels, kRightLung, chest.lungs, kRightLung), 0.96);
    QCOMPARE_GE(dice(result.labels, kLeftLung, chest.lungs, kLeftLung), 0.96);
    QVERIFY(says(result, "cut by the edge"));
  }

  // A picture of one lung alone: the body's middle lies at its edge, and the lung on the wrong half of the picture.
  void pictureOfOneLungAlone_data() {
    QTest::addColumn<double>("shift");
    QTest::addColumn<bool>("right");
    QTest::newRow("right") << 180.0 << true;
    QTest::newRow("left") << -180.0 << false;
  }
  void pictureOfOneLungAlone() {
    QFETCH(double, shift);
    QFETCH(bool, right);
    ModelChest model;
    model.shiftXMm = shift;
    const auto chest = model.make();
    const auto result = segment(chest.ct);
    const auto label = right ? kRightLung : kLeftLung;
    QCOMPARE_GE(dice(result.labels, label, chest.lungs, label), 0.96);
    QVERIFY(says(result, right ? "Only the right lung" : "Only the left lung"));
    QVERIFY(says(result, "check the side"));
  }

  // As some archives export: the scanner's circle with padding around it, pasted into a frame of 0 HU.
  void pastedIntoAFrame() {
    const auto chest = ModelChest().make();
    Grid grid = chest.ct.grid();
    constexpr int kMargin = 40;
    grid.size[0] += 2 * kMargin;
    grid.size[1] += 2 * kMargin;
    CtVolume framed(grid, 0);
    LabelVolume truth(grid);
    const Index3 n = chest.ct.grid().size;
    for (int z = 0; z < n[2]; ++z) {
      for (int y = 0; y < n[1]; ++y) {
        for (int x = 0; x < n[0]; ++x) {
          const bool circle = std::hypot((x - n[0] / 2.0) / (n[0] / 2.0), (y - n[1] / 2.0) / (n[1] / 2.0)) < 1;
          framed[{x + kMargin, y + kMargin, z}] = circle ? chest.ct[{x, y, z}] : std::int16_t{-3024};
          truth[{x + kMargin, y + kMargin, z}] = chest.lungs[{x, y, z}];
        }
      }
    }
    const auto result = segment(framed);
    QCOMPARE_GE(dice(result.labels, kRightLung, truth, kRightLung), 0.97);
    QCOMPARE_GE(dice(result.labels, kLeftLung, truth, kLeftLung), 0.97);
  }

  void oneSliceWithoutSpacing() {
    ModelChest model;
    model.spacingMm = {0.7, 0.7, 1};
    model.size = {512, 340, 1};
    auto chest = model.make();
    Grid grid = chest.ct.grid();
    grid.spacingMm = {1, 1, 1};
    grid.spacingKnown = false;
    chest.ct.setGrid(grid);
    const auto result = segment(chest.ct);
    QCOMPARE_GE(dice(result.labels, kRightLung, chest.lungs, kRightLung), 0.98);
    QCOMPARE_GE(dice(result.labels, kLeftLung, chest.lungs, kLeftLung), 0.98);
  }

  void saysSoWhereThereAreNoLungs_data() {
    QTest::addColumn<int>("what");
    QTest::newRow("solid body") << 0;
    QTest::newRow("abdomen: bowel gas") << 1;
    QTest::newRow("air alone") << 2;
    QTest::newRow("all zero") << 3;
    QTest::newRow("padding alone") << 4;
  }
  void saysSoWhereThereAreNoLungs() {
    QFETCH(int, what);
    ModelChest model;
    model.rightLung = model.leftLung = false;
    model.stomach = what == 1;
    CtVolume ct = model.make().ct;
    if (what >= 2) {
      const std::int16_t value = what == 2 ? -1000 : (what == 3 ? 0 : -2048);
      std::fill(ct.voxels().begin(), ct.voxels().end(), value);
    }
    try {
      (void)segment(ct);
      QFAIL("lungs were found where there are none");
    } catch (const Error& error) {
      QCOMPARE(error.kind(), ErrorKind::InvalidInput);
      QVERIFY2(QString(error.what()).startsWith("No lungs were found"), error.what());
    }
  }

  void stopsAtEveryStep() {
    const auto chest = ModelChest().make();
    int steps = 0;
    double before = 0;
    QVERIFY(ThresholdSegmenter().segment(chest.ct, {}, [&](double fraction, const std::string& step) {
      ++steps;
      QVERIFY(fraction >= before && fraction <= 1.0);
      QVERIFY(!step.empty());
      before = fraction;
    }));
    QCOMPARE(before, 1.0);
    for (int at = 1; at < steps; ++at) {
      std::stop_source source;
      int seen = 0;
      std::chrono::steady_clock::time_point asked;
      const auto result = ThresholdSegmenter().segment(chest.ct, source.get_token(), [&](double, const std::string&) {
        if (++seen != at) return;
        asked = std::chrono::steady_clock::now();
        source.request_stop();
      });
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - asked).count();
      QVERIFY2(!result.has_value(), qPrintable(QString("step %1").arg(at)));
      QCOMPARE(seen, at);
      QCOMPARE_LE(seconds, 0.3);
    }
  }
};

QTEST_GUILESS_MAIN(TestThresholdSegmenter)
#include "tst_threshold_segmenter.moc"
