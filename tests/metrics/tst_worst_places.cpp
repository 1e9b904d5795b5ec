// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/core/label_set.h"
#include "pipeline/core/random.h"
#include "pipeline/metrics/worst_places.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

double apart(const Index3& a, const Index3& b, const Point3& mm) {
  return std::hypot((a[0] - b[0]) * mm[0], (a[1] - b[1]) * mm[1], (a[2] - b[2]) * mm[2]);
}

/// From one voxel to all of a label, pair by pair.
double toNearest(const Index3& from, const LabelVolume& in, std::uint8_t label) {
  const Grid& g = in.grid();
  double best = std::numeric_limits<double>::infinity();
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x)
        if (in[{x, y, z}] == label) best = std::min(best, apart(from, {x, y, z}, g.spacingMm));
  return best;
}

/// The largest distance of a voxel that `a` alone has to `b`; 0 if there is none.
double directedHausdorff(const LabelVolume& a, const LabelVolume& b, std::uint8_t label) {
  const Grid& g = a.grid();
  double most = 0;
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x)
        if (a[{x, y, z}] == label && b[{x, y, z}] != label) most = std::max(most, toNearest({x, y, z}, b, label));
  return most;
}

LabelVolume randomMask(const Grid& grid, Random& random) {
  LabelVolume mask(grid);
  for (int i = 0; i < 5; ++i)
    fillBall(mask, {random.uniform(0, 30), random.uniform(0, 30), random.uniform(0, 30)}, random.uniform(3, 9),
             static_cast<std::uint8_t>(1 + i % 2));
  return mask;
}

}  // namespace

class TestWorstPlaces : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Two slabs off by a known number of voxels along axes of different spacing.
  void namesSignSideAndPlace() {
    Grid grid = gridOf({60, 40, 30}, {0.7, 0.9, 2.5});
    grid.originMm = {-20, 11, 300};
    LabelVolume reference(grid), mask(grid);
    fillBlock(reference, {4, 10, 5}, {15, 14, 9}, kRightLung);
    fillBlock(mask, {4, 10, 5}, {9, 14, 9}, kRightLung);  // 6 voxels of 0.7 mm missed
    fillBlock(reference, {40, 10, 5}, {44, 14, 9}, kLeftLung);
    fillBlock(mask, {40, 10, 5}, {44, 14, 11}, kLeftLung);  // 2 slices of 2.5 mm added
    const auto places = worstPlaces(reference, mask).value();
    QCOMPARE(places.size(), std::size_t{2});
    QCOMPARE(places[0].label, kLeftLung);
    QVERIFY(!places[0].missed() && std::abs(places[0].signedMm - 5.0) < 1e-5);
    QCOMPARE(places[0].voxel[2], 11);
    QCOMPARE(places[0].positionMm[2], 300 + 11 * 2.5);
    QCOMPARE(places[1].label, kRightLung);
    QVERIFY(places[1].missed() && std::abs(places[1].signedMm + 4.2) < 1e-5);
    QCOMPARE(places[1].voxel[0], 15);
    QVERIFY(std::abs(places[1].positionMm[0] - (-20 + 15 * 0.7)) < 1e-9);
    // Swapped, what was missed is added.
    QVERIFY(std::abs(worstPlaces(mask, reference)->at(0).signedMm + 5.0) < 1e-5);
  }
  // Two bumps 40 mm apart are two places, whatever their slopes; a limit leaves the smaller out.
  void eachBumpIsOnePlace() {
    const Grid grid = gridOf({90, 60, 40}, {1, 1, 1});
    LabelVolume reference(grid);
    fillBlock(reference, {5, 5, 5}, {84, 25, 34});
    LabelVolume mask = reference;
    fillBall(mask, {25, 25, 20}, 12);
    fillBall(mask, {65, 25, 20}, 9);
    const auto places = worstPlaces(reference, mask).value();
    QCOMPARE(places.size(), std::size_t{2});
    QCOMPARE(places[0].voxel, (Index3{25, 37, 20}));
    QCOMPARE(places[0].signedMm, 12.0);
    QCOMPARE(places[1].voxel, (Index3{65, 34, 20}));
    WorstPlacesOptions options;
    options.leastMm = 10;
    QCOMPARE(worstPlaces(reference, mask, options)->size(), std::size_t{1});
    options = {};
    options.most = 1;
    QCOMPARE(worstPlaces(reference, mask, options)->size(), std::size_t{1});
  }
  // What is missed in the middle of a lung is as far off as the hole is deep, not as the lung is.
  void holesCountByTheirDepth() {
    const Grid grid = gridOf({60, 60, 60});
    LabelVolume reference(grid), mask(grid);
    fillBlock(reference, {5, 5, 5}, {54, 54, 54});
    mask = reference;
    fillBlock(mask, {28, 28, 28}, {32, 32, 32}, 0);
    const auto places = worstPlaces(reference, mask, {.leastMm = 1}).value();
    QCOMPARE(places.at(0).voxel, (Index3{30, 30, 30}));
    QCOMPARE(places.at(0).signedMm, -3.0);
  }
  void agreesWithAllPairs_data() {
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 8; ++seed) QTest::addRow("seed %d", seed) << seed;
  }
  void agreesWithAllPairs() {
    QFETCH(int, seed);
    Random random(static_cast<std::uint64_t>(seed));
    const Grid grid = gridOf({30, 24, 12}, {1.0, 1.3, 2.6});
    const LabelVolume reference = randomMask(grid, random), mask = randomMask(grid, random);
    WorstPlacesOptions options;
    options.leastMm = 1;
    const auto places = worstPlaces(reference, mask, options).value();
    for (const std::uint8_t label : {kRightLung, kLeftLung})
      for (const bool missed : {true, false}) {
        const LabelVolume& has = missed ? reference : mask;
        const LabelVolume& lacks = missed ? mask : reference;
        double most = 0;
        std::vector<Index3> seen;
        for (const WorstPlace& p : places) {
          if (p.label != label || p.missed() != missed) continue;
          QCOMPARE(has[p.voxel], label);
          QVERIFY(lacks[p.voxel] != label);
          QVERIFY(std::abs(std::abs(p.signedMm) - toNearest(p.voxel, lacks, label)) < 1e-4);
          for (const Index3& other : seen) QVERIFY(apart(other, p.voxel, grid.spacingMm) >= options.apartMm);
          seen.push_back(p.voxel);
          most = std::max(most, std::abs(p.signedMm));
        }
        const double expected = directedHausdorff(has, lacks, label);
        QVERIFY(std::abs(most - (expected >= options.leastMm ? expected : 0)) < 1e-4);
      }
    QVERIFY(std::is_sorted(places.begin(), places.end(),
                           [](const auto& a, const auto& b) { return std::abs(a.signedMm) > std::abs(b.signedMm); }));
  }
  void withoutSidesBothLungsAreOne() {
    const Grid grid = gridOf({40, 20, 20});
    LabelVolume reference(grid), mask(grid);
    fillBlock(reference, {2, 2, 2}, {15, 12, 12}, kRightLung);
    fillBlock(mask, {2, 2, 2}, {9, 12, 12}, kLungUnsided);
    const auto places = worstPlaces(reference, mask).value();
    QCOMPARE(places.at(0).label, kLungUnsided);
    QCOMPARE(places.at(0).signedMm, -6.0);
  }
  // The left lung is in the reference alone: it comes first, with its middle voxel. Middle of 4 .. 10 is 7.
  void aLungThatIsNotThereIsOnePlace() {
    const Grid grid = gridOf({60, 20, 20}, {1, 1, 2});
    LabelVolume reference(grid), mask(grid);
    fillBlock(reference, {4, 2, 2}, {20, 12, 12}, kRightLung);
    fillBlock(mask, {4, 2, 2}, {14, 12, 12}, kRightLung);  // 6 mm missed
    fillBlock(reference, {40, 4, 5}, {50, 10, 13}, kLeftLung);
    const auto places = worstPlaces(reference, mask).value();
    QCOMPARE(places.size(), std::size_t{2});
    QCOMPARE(places[0].label, kLeftLung);
    QVERIFY(places[0].whole() && places[0].missed());
    QCOMPARE(places[0].voxel, (Index3{45, 7, 9}));
    QCOMPARE(places[0].positionMm, (Point3{45, 7, 18}));
    QVERIFY(!places[1].whole());
    QCOMPARE(places[1].signedMm, -6.0);
    const auto swapped = worstPlaces(mask, reference).value();
    QVERIFY(swapped.at(0).whole() && !swapped[0].missed());
    // Nor is any lung in an empty mask.
    QCOMPARE(worstPlaces(reference, LabelVolume(grid))->size(), std::size_t{2});
    QVERIFY(worstPlaces(LabelVolume(grid), LabelVolume(grid))->empty());
  }
  void nothingToTell() {
    const Grid grid = gridOf({20, 20, 20});
    LabelVolume reference(grid);
    fillBlock(reference, {2, 2, 2}, {15, 12, 12}, kRightLung);
    QVERIFY(worstPlaces(reference, reference)->empty());
    Grid unknown = grid;
    unknown.spacingKnown = false;
    LabelVolume mask(unknown);
    fillBlock(mask, {2, 2, 2}, {4, 12, 12}, kRightLung);
    QVERIFY(worstPlaces(reference, mask)->empty());
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(!worstPlaces(reference, reference, {}, stopped.get_token()));
    QVERIFY_THROWS_EXCEPTION(Error, (void)worstPlaces(reference, LabelVolume(gridOf({20, 20, 21}))));
  }
};

QTEST_GUILESS_MAIN(TestWorstPlaces)
#include "tst_worst_places.moc"
