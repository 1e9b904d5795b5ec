// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/core/random.h"
#include "pipeline/metrics/lesion_inclusion.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

class TestLesionInclusion : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void byHand() {
    // A lung of 21 x 21 x 21 voxels of 2 mm, x, y, z 2..22. A lesion along x at y = z = 12 from x = 2 (on the pleura)
    // to x = 12 (20 mm deep): 11 voxels, of which x = 2, 3, 4 lie within 5 mm (0, 2, 4 mm).
    const Grid g = gridOf({25, 25, 25}, {2, 2, 2});
    LabelVolume lungs(g), lesions(g), mask(g);
    fillBlock(lungs, {2, 2, 2}, {22, 22, 22}, 1);
    fillBlock(lesions, {2, 12, 12}, {12, 12, 12}, 7);
    mask = lungs;
    fillBlock(mask, {2, 10, 10}, {3, 14, 14}, 0);  // the mask lost the outer two layers there
    const auto r = lesionInclusion(lesions, mask, lungs);
    QCOMPARE(r->lesionVoxels, std::uint64_t{11});
    QCOMPARE(r->nearPleuraVoxels, std::uint64_t{3});
    QCOMPARE(*r->overall, 9.0 / 11);
    QCOMPARE(*r->nearPleura, 1.0 / 3);
  }

  void theLimitIsIncluded_data() {
    QTest::addColumn<double>("limitMm");
    QTest::addColumn<int>("voxels");
    QTest::newRow("just below") << 4.19 << 6;
    QTest::newRow("at the voxel") << 4.2 << 7;
    QTest::newRow("just above") << 4.21 << 7;
  }
  void theLimitIsIncluded() {
    QFETCH(double, limitMm);
    QFETCH(int, voxels);
    const Grid g = gridOf({41, 41, 41}, {0.7, 0.7, 0.7});  // 0.7 mm: seven voxels from the border are 0 to 4.2 mm off
    LabelVolume lungs(g), lesions(g);
    fillBlock(lungs, {1, 1, 1}, {39, 39, 39}, 2);
    fillBlock(lesions, {1, 20, 20}, {20, 20, 20});
    LesionInclusionOptions options;
    options.nearPleuraMm = limitMm;
    QCOMPARE(lesionInclusion(lesions, lungs, lungs, options)->nearPleuraVoxels, static_cast<std::uint64_t>(voxels));
  }

  void touchingLungsHaveAPleuraBetweenThem() {
    const Grid g = gridOf({42, 22, 22});
    LabelVolume lungs(g), lesions(g);
    fillBlock(lungs, {1, 1, 1}, {20, 20, 20}, 1);
    fillBlock(lungs, {21, 1, 1}, {40, 20, 20}, 2);
    lesions[{21, 10, 10}] = 1;  // deep in the pair, but where the two touch
    QCOMPARE(lesionInclusion(lesions, lungs, lungs)->nearPleuraVoxels, std::uint64_t{1});
    LabelVolume asOne(g);
    fillBlock(asOne, {1, 1, 1}, {40, 20, 20}, 3);
    QCOMPARE(lesionInclusion(lesions, asOne, asOne)->nearPleuraVoxels, std::uint64_t{0});
  }

  void lesionsOutsideTheReference() {
    const Grid g = gridOf({30, 20, 20});
    LabelVolume lungs(g), lesions(g), mask(g);
    fillBlock(lungs, {1, 1, 1}, {9, 18, 18}, 1);
    lesions[{12, 10, 10}] = 1;  // 3 mm outside
    lesions[{20, 10, 10}] = 1;  // 11 mm outside
    fillBlock(mask, {1, 1, 1}, {14, 18, 18}, 1);
    const auto r = lesionInclusion(lesions, mask, lungs);
    QCOMPARE(*r->overall, 0.5);
    QCOMPARE(r->nearPleuraVoxels, std::uint64_t{1});
    QCOMPARE(*r->nearPleura, 1.0);
  }

  void agreesWithAllPairs() {
    Random random(3);
    const Grid g = gridOf({30, 26, 18}, {0.9, 1.1, 2.3});
    LabelVolume lungs(g), lesions(g), mask(g);
    fillBall(lungs, {9, 14, 20}, 9, 1);
    fillBall(lungs, {18, 14, 20}, 9, 2);
    for (int i = 0; i < 40; ++i) lesions[{random.integer(0, 29), random.integer(0, 25), random.integer(0, 17)}] = 1;
    fillBall(lesions, {12, 14, 18}, 7, 1);
    fillBall(mask, {14, 15, 22}, 9, 1);
    // Each label's own surface, then all pairs.
    auto pleura = surfaceByDefinition(lungs, [](std::uint8_t v) { return v == 1; });
    const auto left = surfaceByDefinition(lungs, [](std::uint8_t v) { return v == 2; });
    pleura.insert(pleura.end(), left.begin(), left.end());
    std::vector<Index3> all;
    for (int z = 0; z < 18; ++z)
      for (int y = 0; y < 26; ++y)
        for (int x = 0; x < 30; ++x)
          if (lesions[{x, y, z}] != 0) all.push_back({x, y, z});
    const auto away = distancesByDefinition(all, pleura, g.spacingMm);
    std::uint64_t near = 0, found = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (away[i] > 5) continue;
      ++near;
      found += mask[all[i]] != 0;
    }
    QVERIFY(near > 100 && near < all.size());
    const auto r = lesionInclusion(lesions, mask, lungs);
    QCOMPARE(r->nearPleuraVoxels, near);
    QCOMPARE(*r->nearPleura, static_cast<double>(found) / static_cast<double>(near));
  }

  void absentFigures() {
    const Grid g = gridOf({10, 10, 10});
    LabelVolume empty(g), lungs(g), lesions(g);
    fillBlock(lungs, {1, 1, 1}, {8, 8, 8}, 1);
    lesions[{4, 4, 4}] = 1;
    const auto none = lesionInclusion(empty, lungs, lungs);
    QVERIFY(!none->overall && !none->nearPleura);
    const auto noLungs = lesionInclusion(lesions, lungs, empty);
    QCOMPARE(*noLungs->overall, 1.0);
    QVERIFY(!noLungs->nearPleura);
    const auto nothingFound = lesionInclusion(lesions, empty, lungs);
    QCOMPARE(*nothingFound->overall, 0.0);
    QCOMPARE(*nothingFound->nearPleura, 0.0);
    Grid bare = g;
    bare.spacingKnown = false;
    lungs.setGrid(bare);
    const auto noSpacing = lesionInclusion(lesions, lungs, lungs);
    QCOMPARE(*noSpacing->overall, 1.0);
    QVERIFY(!noSpacing->nearPleura);
  }

  void refusesOtherGridsAndStops() {
    const LabelVolume a(gridOf({4, 4, 4}), 1), b(gridOf({4, 4, 5}), 1);
    QVERIFY_THROWS_EXCEPTION(Error, (void)lesionInclusion(a, b, a));
    QVERIFY_THROWS_EXCEPTION(Error, (void)lesionInclusion(a, a, b));
    std::stop_source source;
    const auto stopAtOnce = [&](double, const std::string&) { source.request_stop(); };
    QVERIFY(!lesionInclusion(a, a, a, {}, source.get_token(), stopAtOnce));
  }
};

QTEST_GUILESS_MAIN(TestLesionInclusion)
#include "tst_lesion_inclusion.moc"
