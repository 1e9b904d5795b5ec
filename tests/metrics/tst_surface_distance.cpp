// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <numeric>

#include "pipeline/core/random.h"
#include "pipeline/metrics/surface_distance.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

SurfaceDistance measured(const LabelVolume& a, const LabelVolume& b, Region region = Region::Both, int threads = 0) {
  const auto survey = surveyPair(a, b, threads, {});
  return surfaceDistance(a, b, region, survey->box(region), threads, {}).value();
}

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(std::floor(rank)), high = static_cast<std::size_t>(std::ceil(rank));
  return values[low] + (rank - std::floor(rank)) * (values[high] - values[low]);
}

SurfaceDistance byDefinition(const LabelVolume& a, const LabelVolume& b, const std::function<bool(std::uint8_t)>& in) {
  const auto surfaceA = surfaceByDefinition(a, in), surfaceB = surfaceByDefinition(b, in);
  const auto there = distancesByDefinition(surfaceA, surfaceB, a.grid().spacingMm);
  const auto back = distancesByDefinition(surfaceB, surfaceA, a.grid().spacingMm);
  SurfaceDistance result;
  result.hd95Mm = std::max(percentile(there, 0.95), percentile(back, 0.95));
  result.assdMm = (std::accumulate(there.begin(), there.end(), 0.0) + std::accumulate(back.begin(), back.end(), 0.0)) /
                  static_cast<double>(there.size() + back.size());
  return result;
}

LabelVolume blobs(const Grid& grid, Random& random) {
  LabelVolume mask(grid);
  const int count = random.integer(1, 5);
  for (int i = 0; i < count; ++i) {
    Point3 centre{};
    for (std::size_t axis = 0; axis < 3; ++axis)
      centre[axis] = random.uniform(0, grid.size[axis] * grid.spacingMm[axis]);
    fillBall(mask, centre, random.uniform(1, 9), static_cast<std::uint8_t>(random.integer(1, 2)));
  }
  for (int i = 0; i < 3; ++i) {  // never empty, and specks far from anything
    const Index3 at{random.integer(0, grid.size[0] - 1), random.integer(0, grid.size[1] - 1),
                    random.integer(0, grid.size[2] - 1)};
    mask[at] = static_cast<std::uint8_t>(1 + i % 2);
  }
  return mask;
}

bool close(double a, double b) {
  return std::abs(a - b) <= 1e-5 * std::max(1.0, std::abs(b));
}

}  // namespace

#define COMPARE_CLOSE(actual, expected) \
  QVERIFY2(close(actual, expected),     \
           qPrintable(QString("%1 against %2").arg(actual, 0, 'g', 12).arg(expected, 0, 'g', 12)))

class TestSurfaceDistance : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void singleVoxels() {
    const Grid g = gridOf({7, 6, 5}, {2, 3, 5});
    LabelVolume a(g), b(g);
    a[{1, 1, 1}] = 1;
    b[{4, 3, 2}] = 1;  // 6, 6 and 5 mm away
    COMPARE_CLOSE(measured(a, b).hd95Mm, std::sqrt(97.0));
    COMPARE_CLOSE(measured(a, b).assdMm, std::sqrt(97.0));
  }

  void shiftedPlates_data() {
    QTest::addColumn<int>("axis");
    QTest::addColumn<int>("voxels");
    QTest::addColumn<double>("mm");
    QTest::newRow("x") << 0 << 3 << 2.1;
    QTest::newRow("y") << 1 << 2 << 2.6;
    QTest::newRow("z") << 2 << 4 << 10.0;
    QTest::newRow("same") << 2 << 0 << 0.0;
  }
  void shiftedPlates() {
    QFETCH(int, axis);
    QFETCH(int, voxels);
    QFETCH(double, mm);
    const Grid g = gridOf({12, 13, 14}, {0.7, 1.3, 2.5});
    LabelVolume a(g), b(g);
    Index3 low{2, 2, 2}, high{8, 8, 8};
    const auto k = static_cast<std::size_t>(axis);
    high[k] = low[k];
    fillBlock(a, low, high);
    low[k] += voxels;
    high[k] += voxels;
    fillBlock(b, low, high);
    COMPARE_CLOSE(measured(a, b).hd95Mm, mm);
    COMPARE_CLOSE(measured(a, b).assdMm, mm);
  }

  void shiftedBox() {
    // A cube of 4 moved by 2 voxels of 3 mm along x: x 2..5 against 4..7. Its surface has 64 - 8 = 56 voxels: planes of
    // 16, 12, 12, 16. From a to b: the plane x = 2 is 6 mm from b's plane x = 4 (16 voxels, of which the 4 inner ones
    // see b's solid face), x = 3 is 3 mm away (12), x = 4 lies in b's face (12 x 0). The plane x = 5 has 12 rim voxels
    // on b's surface and 4 inner ones at b's hollow: nearest is b's rim, 1 voxel off in y, 2 mm. By symmetry the same
    // back. Mean: (16*6 + 12*3 + 4*2) / 56 = 2.5. Rank 0.95 * 55 = 52.25 of {40 below 6.., 16 x 6}: 6 mm.
    const Grid g = gridOf({10, 8, 8}, {3, 2, 2});
    LabelVolume a(g), b(g);
    fillBlock(a, {2, 2, 2}, {5, 5, 5});
    fillBlock(b, {4, 2, 2}, {7, 5, 5});
    COMPARE_CLOSE(measured(a, b).assdMm, 2.5);
    COMPARE_CLOSE(measured(a, b).hd95Mm, 6.0);
  }

  void percentileOfTheWorseDirection() {
    // A line of 20 voxels against one of 30: ten are 1..10 steps off. Rank 0.95 * 29 = 27.55 among 20 zeros and 1..10
    // is 8.55 steps; both directions pooled would say rank 46.55, 7.55 steps.
    const Grid g = gridOf({32, 3, 3}, {2, 1, 1});
    LabelVolume a(g), b(g);
    fillBlock(a, {1, 1, 1}, {20, 1, 1});
    fillBlock(b, {1, 1, 1}, {30, 1, 1});
    COMPARE_CLOSE(measured(a, b).hd95Mm, 17.1);
    COMPARE_CLOSE(measured(b, a).hd95Mm, 17.1);
    COMPARE_CLOSE(measured(a, b).assdMm, 55 * 2.0 / 50);
  }

  void bordersOfThePictureAreSurface() {
    // 3 x 3 x 3 filled to the border: 26 surface voxels around the one in the middle.
    const Grid g = gridOf({3, 3, 3});
    LabelVolume a(g), b(g, 1);
    a[{1, 1, 1}] = 1;
    COMPARE_CLOSE(measured(a, b).assdMm, (1 + 6 + 12 * std::sqrt(2.0) + 8 * std::sqrt(3.0)) / 27);
    COMPARE_CLOSE(measured(a, b).hd95Mm, std::sqrt(3.0));  // rank 23.75 of 26
  }

  void aSingleSliceHasAnOutline() {
    const Grid g = gridOf({3, 3, 1});
    LabelVolume a(g), b(g, 1);
    a[{1, 1, 0}] = 1;
    // were the slice all surface, the middle voxel would be 0 from it
    COMPARE_CLOSE(measured(a, b).assdMm, (1 + 4 + 4 * std::sqrt(2.0)) / 9);
  }

  void nestedSpheres() {
    // Voxel centres lie up to a voxel inside a sphere's surface, so up to half a voxel's diagonal of error.
    const Grid g = gridOf({64, 50, 36}, {0.6, 0.8, 1.1});
    const Point3 centre{19, 19.5, 19};
    LabelVolume a(g), b(g);
    fillBall(a, centre, 10);
    fillBall(b, centre, 16);
    const SurfaceDistance d = measured(a, b);
    QVERIFY2(std::abs(d.assdMm - 6) < 0.5, qPrintable(QString::number(d.assdMm)));
    QVERIFY2(std::abs(d.hd95Mm - 6) < 0.75, qPrintable(QString::number(d.hd95Mm)));
  }

  void cavityWallsAreSurface() {
    // A 7-cube with its middle voxel missing against the whole cube. Six voxels around the hole are 2 mm from the outer
    // face, none of the outer ones is off: (6 * 2) / (218 + 6 + 218).
    const Grid g = gridOf({9, 9, 9});
    LabelVolume a(g), b(g);
    fillBlock(a, {1, 1, 1}, {7, 7, 7});
    b = a;
    b[{4, 4, 4}] = 0;
    COMPARE_CLOSE(measured(a, b).assdMm, 12.0 / 442);
    COMPARE_CLOSE(measured(a, b).hd95Mm, 0.0);
  }

  void agreesWithAllPairs_data() {
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 60; ++seed) QTest::addRow("seed %d", seed) << seed;
  }
  void agreesWithAllPairs() {
    QFETCH(int, seed);
    Random random(static_cast<std::uint64_t>(seed));
    Grid g = gridOf({random.integer(1, 40), random.integer(1, 30), random.integer(1, 24)},
                    {random.uniform(0.4, 3), random.uniform(0.4, 3), random.uniform(0.4, 6)});
    const LabelVolume a = blobs(g, random), b = blobs(g, random);
    const std::array<std::pair<Region, std::function<bool(std::uint8_t)>>, 3> regions{
        std::pair{Region::Both, [](std::uint8_t v) { return v != 0; }},
        std::pair{Region::Right, [](std::uint8_t v) { return v == 1; }},
        std::pair{Region::Left, [](std::uint8_t v) { return v == 2; }}};
    for (const auto& [region, in] : regions) {
      if (surfaceByDefinition(a, in).empty() || surfaceByDefinition(b, in).empty()) continue;
      const SurfaceDistance expected = byDefinition(a, b, in), actual = measured(a, b, region);
      COMPARE_CLOSE(actual.hd95Mm, expected.hd95Mm);
      COMPARE_CLOSE(actual.assdMm, expected.assdMm);
    }
  }

  void symmetricAndIndependentOfThreads() {
    Random random(7);
    const Grid g = gridOf({50, 40, 30}, {0.9, 0.8, 2});
    const LabelVolume a = blobs(g, random), b = blobs(g, random);
    const SurfaceDistance one = measured(a, b, Region::Both, 1);
    for (const SurfaceDistance& other : {measured(b, a, Region::Both, 1), measured(a, b, Region::Both, 3)}) {
      QCOMPARE(other.hd95Mm, one.hd95Mm);
      QCOMPARE(other.assdMm, one.assdMm);
    }
  }

  void zeroForEqualMasks() {
    Random random(11);
    const LabelVolume a = blobs(gridOf({40, 30, 20}, {0.7, 0.7, 3}), random);
    QCOMPARE(measured(a, a).hd95Mm, 0.0);
    QCOMPARE(measured(a, a).assdMm, 0.0);
  }

  void stopsBetweenSlices() {
    const Grid g = gridOf({20, 20, 20});
    LabelVolume a(g, 1);
    std::stop_source source;
    std::vector<double> ticks;
    const auto tick = [&](double share) {
      ticks.push_back(share);
      source.request_stop();  // at the first sign of life
    };
    QVERIFY(!surfaceDistance(a, a, Region::Both, {{0, 0, 0}, {19, 19, 19}}, 2, source.get_token(), tick));
    QCOMPARE(ticks.size(), std::size_t{1});
  }
};

QTEST_GUILESS_MAIN(TestSurfaceDistance)
#include "tst_surface_distance.moc"
