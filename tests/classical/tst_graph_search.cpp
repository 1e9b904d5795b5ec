// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <map>
#include <stop_token>

#include "pipeline/classical/border_marching_segmenter.h"
#include "pipeline/classical/graph_search_segmenter.h"
#include "pipeline/classical/lung_blocks.h"
#include "pipeline/classical/lung_surface.h"
#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/simulate/phantom.h"
#include "tests/classical/consolidated_base.h"
#include "tests/classical/model_chest.h"
#include "tests/classical/one_thread.h"

using namespace pulmo;
using pulmo::test::dice;

namespace {

/// Made once; it is as thick as many scans are, which keeps the graph small.
const PhantomCase& phantomOf(std::uint64_t seed) {
  static std::map<std::uint64_t, PhantomCase> made;
  const auto found = made.find(seed);
  if (found != made.end()) return found->second;
  PhantomSpec spec;
  spec.seed = seed;
  spec.size = {192, 192, 80};
  spec.spacingMm = {1.87, 1.87, 3.75};
  return made.emplace(seed, makePhantom(spec).value()).first->second;
}

/// Coarse, where exact borders are of no matter.
PhantomCase coarsePhantom(std::uint64_t seed) {
  PhantomSpec spec;
  spec.seed = seed;
  spec.size = {88, 88, 60};
  spec.spacingMm = {4.1, 4.1, 5};
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
    const PhantomCase& phantom = phantomOf(static_cast<std::uint64_t>(seed));
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
    PhantomCase phantom = phantomOf(static_cast<std::uint64_t>(seed));
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
    const PhantomCase& phantom = phantomOf(1);  // with ribs, which this method needs
    const auto truth = test::mirroredX(phantom.lungs);
    const auto result = GraphSearchSegmenter().segment(test::mirroredX(phantom.ct), {}, {}).value();
    QCOMPARE_GE(dice(result.labels, kRightLung, truth, kLeftLung), 0.97);
    QCOMPARE_GE(dice(result.labels, kLeftLung, truth, kRightLung), 0.97);
  }

  void oneThreadGivesTheSameVoxels() {
    auto phantom = coarsePhantom(2);
    (void)test::consolidateBase(phantom.ct, phantom.lungs, kLeftLung, 5);
    const auto many = GraphSearchSegmenter().segment(phantom.ct, {}, {}).value();
    const test::OneThread one;
    const auto single = GraphSearchSegmenter().segment(phantom.ct, {}, {}).value();
    QVERIFY(single.labels.voxels() == many.labels.voxels());
  }

  // A lung that ends higher on most rays than its lowest tip: what lies below the wall of the ribs is no tissue at it,
  // even where it is as dense. A scan pasted into a frame of 0 HU was filled to its edges.
  void whatLiesBelowTheRibsIsNoTissue() {
    LungBlocks blocks;
    blocks.size = blocks.fineSize = {60, 60, 30};
    blocks.mm = {3.5, 3.5, 3.5};
    blocks.hu.assign(60 * 60 * 30, 30.0F);
    blocks.lung.assign(blocks.count(), kBackground);
    blocks.bone.assign(blocks.count(), 0);
    for (int z = 0; z < 30; ++z)
      for (int y = 0; y < 60; ++y)
        for (int x = 0; x < 60; ++x)
          for (const auto& [middle, label] : {std::pair{18, kRightLung}, {41, kLeftLung}}) {
            const bool lobe = z >= 14 && std::hypot(x - middle, y - 30) <= 9;
            const bool tip = label == kRightLung && std::abs(x - 23) <= 1 && std::abs(y - 30) <= 1;
            if (lobe || tip) blocks.lung[blocks.at(x, y, z)] = label;
          }
    const auto outside = outsideRibs(blocks, {});
    const std::size_t edge = blocks.at(2, 30, 2);
    QCOMPARE(outside[blocks.at(2, 30, 16)], kOutsideRibs);
    QCOMPARE(outside[edge], kBelowOutside);  // 42 mm below the lobe: no wall is known there
    const auto tissue = tissueAtWall(blocks, kRightLung, outside, {});
    for (std::size_t i = 0; i < tissue.size(); ++i) QVERIFY(outside[i] == 0 || tissue[i] == 0);
    QCOMPARE(tissue[edge], std::uint8_t{0});
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
    test::ModelChest model;
    model.size = {85, 60, 40};
    model.spacingMm = {4.4, 4.4, 8};
    const auto chest = model.make();
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
