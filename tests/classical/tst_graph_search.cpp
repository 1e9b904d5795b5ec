// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <stop_token>

#include "pipeline/classical/border_marching_segmenter.h"
#include "pipeline/classical/graph_search_segmenter.h"
#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/simulate/phantom.h"
#include "tests/classical/consolidated_base.h"
#include "tests/classical/model_chest.h"
#include "tests/classical/one_thread.h"

using namespace pulmo;
using pulmo::test::dice;

namespace {

PhantomCase phantomOf(std::uint64_t seed) {
  PhantomSpec spec;
  spec.seed = seed;
  spec.size = {192, 192, 112};
  spec.spacingMm = {1.87, 1.87, 2.68};
  return makePhantom(spec).value();
}

double kept(const std::vector<std::size_t>& voxels, const LabelVolume& mask, std::uint8_t side) {
  double in = 0;
  for (const std::size_t i : voxels) in += mask.voxels()[i] == side ? 1 : 0;
  return in / static_cast<double>(voxels.size());
}

}  // namespace

class TestGraphSearch : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void agreesWithHealthyLungs_data() {
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 2; ++seed) QTest::addRow("seed %d", seed) << seed;
  }
  void agreesWithHealthyLungs() {
    QFETCH(int, seed);
    const auto phantom = phantomOf(static_cast<std::uint64_t>(seed));
    const auto result = GraphSearchSegmenter().segment(phantom.ct, {}, {}).value();
    QCOMPARE_GE(dice(result.labels, kRightLung, phantom.lungs, kRightLung), 0.98);
    QCOMPARE_GE(dice(result.labels, kLeftLung, phantom.lungs, kLeftLung), 0.98);
  }

  // Lower lobe, from the back wall down to the diaphragm, as dense as both.
  void keepsAConsolidatedBase_data() {
    QTest::addColumn<int>("seed");
    QTest::addColumn<int>("side");
    QTest::newRow("right") << 1 << static_cast<int>(kRightLung);
    QTest::newRow("left") << 2 << static_cast<int>(kLeftLung);
  }
  void keepsAConsolidatedBase() {
    QFETCH(int, seed);
    QFETCH(int, side);
    auto phantom = phantomOf(static_cast<std::uint64_t>(seed));
    const auto label = static_cast<std::uint8_t>(side);
    const auto disease = test::consolidateBase(phantom.ct, phantom.lungs, label, 5);
    QVERIFY(disease.size() > 3000);
    const auto air = ThresholdSegmenter().segment(phantom.ct, {}, {}).value();
    const auto marched = BorderMarchingSegmenter().segment(phantom.ct, {}, {}).value();
    const auto searched = GraphSearchSegmenter().segment(phantom.ct, {}, {}).value();
    QCOMPARE_LE(kept(disease, air.labels, label), 0.05);
    QCOMPARE_LE(kept(disease, marched.labels, label), 0.1);
    QCOMPARE_GE(kept(disease, searched.labels, label), 0.5);
    QVERIFY(dice(searched.labels, label, phantom.lungs, label) > dice(air.labels, label, phantom.lungs, label));
  }

  void mirroredVoxelsGiveMirroredSides() {
    const auto phantom = phantomOf(3);  // with ribs, which this method needs
    const auto truth = test::mirroredX(phantom.lungs);
    const auto result = GraphSearchSegmenter().segment(test::mirroredX(phantom.ct), {}, {}).value();
    QCOMPARE_GE(dice(result.labels, kRightLung, truth, kLeftLung), 0.97);
    QCOMPARE_GE(dice(result.labels, kLeftLung, truth, kRightLung), 0.97);
  }

  void oneThreadGivesTheSameVoxels() {
    auto phantom = phantomOf(2);
    (void)test::consolidateBase(phantom.ct, phantom.lungs, kLeftLung, 5);
    const auto many = GraphSearchSegmenter().segment(phantom.ct, {}, {}).value();
    const test::OneThread one;
    const auto single = GraphSearchSegmenter().segment(phantom.ct, {}, {}).value();
    QVERIFY(single.labels.voxels() == many.labels.voxels());
  }

  void oneLungAloneStaysAsTheThresholdFoundIt() {
    test::ModelChest model;
    model.leftLung = false;
    const auto chest = model.make();
    const auto result = GraphSearchSegmenter().segment(chest.ct, {}, {}).value();
    QCOMPARE_GE(dice(result.labels, kRightLung, chest.lungs, kRightLung), 0.97);
    QVERIFY(result.notes.back().find("both lungs") != std::string::npos);
    QCOMPARE(test::countOf(result.labels, kLeftLung), std::size_t{0});
  }

  void saysThatASliceIsNotEnough() {
    Grid grid;
    grid.size = {64, 64, 1};
    try {
      (void)GraphSearchSegmenter().segment(CtVolume(grid, -800), {}, {});
      QFAIL("no error");
    } catch (const Error& error) {
      QVERIFY(error.kind() == ErrorKind::InvalidInput);
    }
  }

  void stopsAtEveryStepAndTellsItsProgress() {
    const auto chest = test::ModelChest().make();
    std::vector<double> seen;
    QVERIFY(GraphSearchSegmenter().segment(chest.ct, {},
                                           [&](double fraction, const std::string&) { seen.push_back(fraction); }));
    QVERIFY(std::is_sorted(seen.begin(), seen.end()));
    QCOMPARE(seen.back(), 1.0);
    for (std::size_t at = 0; at + 1 < seen.size(); ++at) {
      std::stop_source source;
      std::size_t calls = 0;
      const auto result = GraphSearchSegmenter().segment(chest.ct, source.get_token(), [&](double, const std::string&) {
        if (calls++ == at) source.request_stop();
      });
      QVERIFY(!result);
      QCOMPARE(calls, at + 1);
    }
  }
};

QTEST_GUILESS_MAIN(TestGraphSearch)
#include "tst_graph_search.moc"
