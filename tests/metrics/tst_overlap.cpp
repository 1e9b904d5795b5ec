// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/core/random.h"
#include "pipeline/metrics/overlap.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

using Figure = std::optional<double>;
Q_DECLARE_METATYPE(Figure)

class TestOverlap : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void figuresByHand_data() {
    QTest::addColumn<quint64>("reference");
    QTest::addColumn<quint64>("mask");
    QTest::addColumn<quint64>("common");
    QTest::addColumn<quint64>("total");
    QTest::addColumn<Figure>("dice");
    QTest::addColumn<Figure>("jaccard");
    QTest::addColumn<Figure>("sensitivity");
    QTest::addColumn<Figure>("precision");
    QTest::addColumn<Figure>("specificity");
    const Figure none;
    // TP 6, FN 4, FP 2, TN 88
    QTest::newRow("partial") << quint64{10} << quint64{8} << quint64{6} << quint64{100} << Figure(12.0 / 18)
                             << Figure(0.5) << Figure(0.6) << Figure(0.75) << Figure(88.0 / 90);
    QTest::newRow("equal") << quint64{10} << quint64{10} << quint64{10} << quint64{100} << Figure(1.0) << Figure(1.0)
                           << Figure(1.0) << Figure(1.0) << Figure(1.0);
    QTest::newRow("apart") << quint64{10} << quint64{5} << quint64{0} << quint64{100} << Figure(0.0) << Figure(0.0)
                           << Figure(0.0) << Figure(0.0) << Figure(85.0 / 90);
    QTest::newRow("both empty") << quint64{0} << quint64{0} << quint64{0} << quint64{100} << none << none << none
                                << none << Figure(1.0);
    QTest::newRow("no reference") << quint64{0} << quint64{25} << quint64{0} << quint64{100} << Figure(0.0)
                                  << Figure(0.0) << none << Figure(0.0) << Figure(0.75);
    QTest::newRow("no mask") << quint64{25} << quint64{0} << quint64{0} << quint64{100} << Figure(0.0) << Figure(0.0)
                             << Figure(0.0) << none << Figure(1.0);
    QTest::newRow("reference fills the grid") << quint64{100} << quint64{50} << quint64{50} << quint64{100}
                                              << Figure(2.0 / 3) << Figure(0.5) << Figure(0.5) << Figure(1.0) << none;
    QTest::newRow("more voxels than 32 bits hold")
        << quint64{8000000000} << quint64{8000000000} << quint64{4000000000} << quint64{16000000000} << Figure(0.5)
        << Figure(1.0 / 3) << Figure(0.5) << Figure(0.5) << Figure(0.5);
  }
  void figuresByHand() {
    QFETCH(quint64, reference);
    QFETCH(quint64, mask);
    QFETCH(quint64, common);
    QFETCH(quint64, total);
    const LabelMetrics m = overlapFigures({reference, mask, common, total});
    const auto check = [](const Figure& actual, const Figure& expected) {
      return actual.has_value() == expected.has_value() && (!actual || std::abs(*actual - *expected) < 1e-12);
    };
    QFETCH(Figure, dice);
    QFETCH(Figure, jaccard);
    QFETCH(Figure, sensitivity);
    QFETCH(Figure, precision);
    QFETCH(Figure, specificity);
    QVERIFY(check(m.dice, dice));
    QVERIFY(check(m.jaccard, jaccard));
    QVERIFY(check(m.sensitivity, sensitivity));
    QVERIFY(check(m.precision, precision));
    QVERIFY(check(m.specificity, specificity));
  }

  void countsRegionsByHand() {
    const Grid g = gridOf({10, 8, 6});
    LabelVolume reference(g), mask(g);
    fillBlock(reference, {1, 1, 1}, {3, 4, 4}, 1);  // 3 x 4 x 4 = 48
    fillBlock(reference, {6, 1, 1}, {8, 4, 3}, 2);  // 3 x 4 x 3 = 36
    fillBlock(mask, {2, 1, 1}, {3, 4, 4}, 1);       // 32 of the 48
    fillBlock(mask, {6, 1, 1}, {6, 4, 3}, 1);       // 12 of the left lung called right
    fillBlock(mask, {7, 1, 1}, {9, 4, 3}, 2);       // 24 of the left lung, 12 beyond
    const auto survey = surveyPair(reference, mask, 2, {});
    QVERIFY(survey->referenceTellsSides() && survey->maskTellsSides());
    const auto expect = [&](Region region, std::uint64_t r, std::uint64_t m, std::uint64_t common) {
      const OverlapCounts c = survey->counts(region);
      return c.reference == r && c.mask == m && c.common == common && c.total == 480;
    };
    QVERIFY(expect(Region::Right, 48, 44, 32));
    QVERIFY(expect(Region::Left, 36, 36, 24));
    QVERIFY(expect(Region::Both, 84, 80, 68));
    QCOMPARE(survey->box(Region::Right).low, (Index3{1, 1, 1}));
    QCOMPARE(survey->box(Region::Right).high, (Index3{6, 4, 4}));
    QCOMPARE(survey->box(Region::Left).low, (Index3{6, 1, 1}));
    QCOMPARE(survey->box(Region::Left).high, (Index3{9, 4, 3}));
    QCOMPARE(survey->box(Region::Both).size(), (Index3{9, 4, 4}));
  }

  void aRowOfOneValueIsNotSkipped() {
    LabelVolume full(gridOf({5, 4, 3}), 2), empty(gridOf({5, 4, 3}));
    QCOMPARE(surveyPair(full, empty, 1, {})->counts(Region::Left).reference, std::uint64_t{60});
    QCOMPARE(surveyPair(empty, full, 1, {})->counts(Region::Left).mask, std::uint64_t{60});
  }

  void unknownSides_data() {
    QTest::addColumn<int>("value");
    QTest::newRow("both lungs as one") << 3;
    QTest::newRow("a value of another label set") << 255;
  }
  void unknownSides() {
    QFETCH(int, value);
    LabelVolume sided(gridOf({5, 4, 3}), 1), unsided(gridOf({5, 4, 3}));
    unsided[{4, 3, 2}] = static_cast<std::uint8_t>(value);
    const auto survey = surveyPair(sided, unsided, 1, {});
    QVERIFY(survey->referenceTellsSides());
    QVERIFY(!survey->maskTellsSides());
    QVERIFY(!surveyPair(unsided, sided, 1, {})->referenceTellsSides());
    QCOMPARE(survey->counts(Region::Both).common, std::uint64_t{1});
  }

  void agreesWithPlainCounting() {
    Random random(5);
    for (int round = 0; round < 20; ++round) {
      const Grid g = gridOf({random.integer(1, 40), random.integer(1, 20), random.integer(1, 9)});
      LabelVolume a(g), b(g);
      for (auto* v : {&a, &b})
        for (auto& voxel : v->voxels())
          if (random.uniform() < 0.3) voxel = static_cast<std::uint8_t>(random.integer(1, 2));
      const OverlapCounts counted = surveyPair(a, b, 2, {})->counts(Region::Right);
      OverlapCounts plain;
      for (std::size_t i = 0; i < a.voxels().size(); ++i) {
        plain.reference += a.voxels()[i] == 1;
        plain.mask += b.voxels()[i] == 1;
        plain.common += a.voxels()[i] == 1 && b.voxels()[i] == 1;
      }
      QCOMPARE(counted.reference, plain.reference);
      QCOMPARE(counted.mask, plain.mask);
      QCOMPARE(counted.common, plain.common);
      QCOMPARE(counted.total, static_cast<std::uint64_t>(g.voxelCount()));
    }
  }

  void emptyMasksHaveNoBox() {
    const LabelVolume empty(gridOf({5, 4, 3}));
    QVERIFY(surveyPair(empty, empty, 1, {})->box(Region::Both).empty());
  }

  void stops() {
    std::stop_source source;
    source.request_stop();
    const LabelVolume mask(gridOf({5, 4, 3}), 1);
    QVERIFY(!surveyPair(mask, mask, 1, source.get_token()));
  }
};

QTEST_GUILESS_MAIN(TestOverlap)
#include "tst_overlap.moc"
