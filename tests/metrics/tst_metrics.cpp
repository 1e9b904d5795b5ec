// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/metrics/metrics.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

class TestMetrics : public QObject {
  Q_OBJECT
  // Right lung: 8 x 4 x 4 against itself without one end plate. Left: a plate against one moved by 3 voxels.
  struct Pair {
    LabelVolume reference, mask;
  };
  static Pair asymmetric() {
    const Grid g = gridOf({30, 12, 10}, {2, 1, 5});  // 10 mm3 a voxel
    Pair p{LabelVolume(g), LabelVolume(g)};
    fillBlock(p.reference, {1, 2, 2}, {8, 5, 5}, 1);    // 128 voxels
    fillBlock(p.mask, {1, 2, 2}, {7, 5, 5}, 1);         // 112, all of them common
    fillBlock(p.reference, {15, 2, 2}, {15, 8, 7}, 2);  // 42
    fillBlock(p.mask, {18, 2, 2}, {18, 8, 7}, 2);       // 42, none common, 6 mm off
    return p;
  }
  static bool near(const std::optional<double>& actual, double expected) {
    return actual && std::abs(*actual - expected) < 1e-6;
  }
  static LabelVolume withoutSpacing(LabelVolume mask) {
    Grid g = mask.grid();
    g.spacingKnown = false;
    mask.setGrid(g);
    return mask;
  }

 private Q_SLOTS:
  void sidesByHand() {
    const Pair p = asymmetric();
    const auto m = compareMasks(p.reference, p.mask);
    QVERIFY(m && m->right && m->left);
    QVERIFY(near(m->right->dice, 224.0 / 240));
    QVERIFY(near(m->right->jaccard, 112.0 / 128));
    QVERIFY(near(m->right->sensitivity, 0.875));
    QVERIFY(near(m->right->precision, 1));
    QVERIFY(near(m->right->specificity, 1));
    QVERIFY(near(m->right->referenceMl, 1.28));
    QVERIFY(near(m->right->maskMl, 1.12));
    QVERIFY(near(m->right->volumeDifferenceMl, -0.16));
    // The lost plate of 16 voxels is 2 mm from the mask's end, but at its rim and within the box the walls agree. The
    // mask's end plate has 4 inner voxels off the reference's surface: 1 mm in y to a wall. Reference surface:
    // 128 - 6*2*2 = 104, mask 112 - 5*2*2 = 92. Sum 16*2 + 4*1 = 36. Rank 0.95*103 = 97.85 of {88 x 0, 16 x 2}.
    QVERIFY(near(m->right->assdMm, 36.0 / 196));
    QVERIFY(near(m->right->hd95Mm, 2));
    QVERIFY(near(m->left->dice, 0));
    QVERIFY(near(m->left->hd95Mm, 6));
    QVERIFY(near(m->left->assdMm, 6));
    QVERIFY(near(m->left->specificity, 1 - 42.0 / (3600 - 42)));
    QVERIFY(near(m->both.dice, 224.0 / (170 + 154)));
    QVERIFY(near(m->both.assdMm, (36.0 + 84 * 6) / (196 + 84)));
    QVERIFY(near(m->both.volumeDifferenceMl, -0.16));
  }

  void swappedSidesShow() {
    Pair p = asymmetric();
    for (auto& v : p.mask.voxels()) v = v == 0 ? v : static_cast<std::uint8_t>(3 - v);
    const auto m = compareMasks(p.reference, p.mask);
    QVERIFY(near(m->right->dice, 0));
    QVERIFY(near(m->left->dice, 0));
    QVERIFY(near(m->both.dice, 224.0 / 324));
  }

  void symmetric() {
    const Pair p = asymmetric();
    const auto there = compareMasks(p.reference, p.mask), back = compareMasks(p.mask, p.reference);
    for (const auto& [a, b] : {std::pair{there->both, back->both}, std::pair{*there->right, *back->right},
                               std::pair{*there->left, *back->left}}) {
      QCOMPARE(*a.dice, *b.dice);
      QCOMPARE(*a.jaccard, *b.jaccard);
      QCOMPARE(*a.hd95Mm, *b.hd95Mm);
      QCOMPARE(*a.assdMm, *b.assdMm);
      QCOMPARE(*a.sensitivity, *b.precision);
      QCOMPARE(*a.referenceMl, *b.maskMl);
      QCOMPARE(*a.volumeDifferenceMl, -*b.volumeDifferenceMl);
    }
  }

  void unsided_data() {
    QTest::addColumn<bool>("reference");
    QTest::addColumn<bool>("mask");
    QTest::newRow("reference") << true << false;
    QTest::newRow("mask") << false << true;
    QTest::newRow("both") << true << true;
  }
  void unsided() {
    QFETCH(bool, reference);
    QFETCH(bool, mask);
    Pair p = asymmetric();
    const auto forget = [](LabelVolume& v) {
      for (auto& voxel : v.voxels()) voxel = voxel == 0 ? 0 : 3;
    };
    if (reference) forget(p.reference);
    if (mask) forget(p.mask);
    const auto m = compareMasks(p.reference, p.mask);
    QVERIFY(!m->right && !m->left);
    QVERIFY(near(m->both.dice, 224.0 / 324));
    QVERIFY(near(m->both.assdMm, (36.0 + 84 * 6) / (196 + 84)));
  }

  void noMmWithoutASpacing_data() {
    QTest::addColumn<bool>("reference");
    QTest::newRow("reference has none") << true;
    QTest::newRow("mask has none") << false;
  }
  void noMmWithoutASpacing() {
    QFETCH(bool, reference);
    Pair p = asymmetric();
    auto& bare = reference ? p.reference : p.mask;
    bare = withoutSpacing(bare);
    const auto m = compareMasks(p.reference, p.mask);
    QVERIFY(near(m->right->dice, 224.0 / 240));
    for (const LabelMetrics& l : {m->both, *m->right, *m->left})
      QVERIFY(!l.hd95Mm && !l.assdMm && !l.referenceMl && !l.maskMl && !l.volumeDifferenceMl);
  }

  void emptyMasks() {
    const Pair p = asymmetric();
    const LabelVolume empty(p.reference.grid());
    const auto lost = compareMasks(p.reference, empty);
    QVERIFY(near(lost->right->dice, 0));
    QVERIFY(near(lost->right->sensitivity, 0));
    QVERIFY(!lost->right->precision && !lost->right->hd95Mm && !lost->right->assdMm);
    QVERIFY(near(lost->right->volumeDifferenceMl, -1.28));
    const auto invented = compareMasks(empty, p.mask);
    QVERIFY(near(invented->both.precision, 0));
    QVERIFY(!invented->both.sensitivity && !invented->both.hd95Mm);
    const auto nothing = compareMasks(empty, empty);
    QVERIFY(!nothing->both.dice && !nothing->both.jaccard && !nothing->both.hd95Mm);
    QVERIFY(near(nothing->both.specificity, 1));
    QVERIFY(near(nothing->both.maskMl, 0));
  }

  void oneSidedMasks() {
    Pair p = asymmetric();
    for (auto* v : {&p.reference, &p.mask})
      for (auto& voxel : v->voxels()) voxel = voxel == 2 ? 0 : voxel;
    const auto m = compareMasks(p.reference, p.mask);
    QVERIFY(near(m->right->hd95Mm, 2));
    QVERIFY(m->left && !m->left->dice && !m->left->hd95Mm);
    QVERIFY(near(m->left->maskMl, 0));
  }

  void refusesAnotherGrid() {
    const Pair p = asymmetric();
    Grid g = p.mask.grid();
    g.originMm[2] += 1;
    LabelVolume moved = p.mask;
    moved.setGrid(g);
    QVERIFY_THROWS_EXCEPTION(Error, (void)compareMasks(p.reference, moved));
    QVERIFY_THROWS_EXCEPTION(Error, (void)compareMasks(p.reference, LabelVolume(gridOf({3, 3, 3}))));
  }

  void distancesOnRequestOnly() {
    const Pair p = asymmetric();
    MetricsOptions options;
    options.surfaceDistances = false;
    const auto m = compareMasks(p.reference, p.mask, options);
    QVERIFY(!m->right->hd95Mm && !m->both.assdMm && m->both.dice && m->both.maskMl);
  }

  void progressRisesToOne() {
    const Pair p = asymmetric();
    std::vector<double> seen;
    QVERIFY(compareMasks(p.reference, p.mask, {}, {}, [&](double f, const std::string&) { seen.push_back(f); }));
    QVERIFY(seen.size() >= 8);
    QVERIFY(std::is_sorted(seen.begin(), seen.end()));
    QCOMPARE(seen.front(), 0.0);
    QCOMPARE(seen.back(), 1.0);
  }

  void stopsAtEveryStep() {
    const Pair p = asymmetric();
    std::size_t steps = 0;
    QVERIFY(compareMasks(p.reference, p.mask, {}, {}, [&](double, const std::string&) { ++steps; }));
    for (std::size_t at = 0; at + 2 < steps; ++at) {  // the last two come when nothing is left to stop
      std::stop_source source;
      std::size_t step = 0, after = 0;
      const auto m = compareMasks(p.reference, p.mask, {}, source.get_token(), [&](double, const std::string&) {
        if (source.stop_requested()) ++after;
        if (step++ == at) source.request_stop();
      });
      QVERIFY2(!m, qPrintable(QString::number(at)));
      QCOMPARE(after, std::size_t{0});
    }
  }
};

QTEST_GUILESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
