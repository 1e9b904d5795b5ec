// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/core/random.h"
#include "pipeline/edit/brush.h"
#include "tests/support/small_chest.h"

using namespace pulmo;

namespace {

const Point3 kMm{0.7, 0.9, 2.5};

/// Distance in mm from a voxel's centre to the line: to its foot on the line, kept between the ends.
double distanceMm(const Index3& voxel, const Point3& a, const Point3& b) {
  double along = 0, length2 = 0;
  Point3 p{}, d{};
  for (std::size_t k = 0; k < 3; ++k) {
    p[k] = (voxel[k] - a[k]) * kMm[k];
    d[k] = (b[k] - a[k]) * kMm[k];
    along += p[k] * d[k];
    length2 += d[k] * d[k];
  }
  const double t = length2 > 0 ? std::clamp(along / length2, 0.0, 1.0) : 0;
  return std::hypot(p[0] - t * d[0], p[1] - t * d[1], p[2] - t * d[2]);
}

LabelVolume painted(LabelVolume mask, const MaskDifference& d) {
  d.apply(mask, true);
  return mask;
}

/// Whether voxels of a label hang together over faces, edges or corners; with a single slice, by faces.
bool inOnePiece(const LabelVolume& mask, bool facesOnly) {
  const Index3 n = mask.grid().size;
  std::vector<Index3> queue;
  std::size_t all = 0;
  LabelVolume seen(mask.grid());
  for (int z = 0; z < n[2]; ++z)
    for (int y = 0; y < n[1]; ++y)
      for (int x = 0; x < n[0]; ++x) {
        if (mask[{x, y, z}] == 0) continue;
        ++all;
        if (queue.empty()) queue.push_back({x, y, z}), seen[{x, y, z}] = 1;
      }
  for (std::size_t i = 0; i < queue.size(); ++i)
    for (int dz = -1; dz <= 1; ++dz)
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx) {
          if (facesOnly && std::abs(dx) + std::abs(dy) + std::abs(dz) != 1) continue;
          const Index3 at{queue[i][0] + dx, queue[i][1] + dy, queue[i][2] + dz};
          if (!mask.grid().contains(at) || mask[at] == 0 || seen[at] != 0) continue;
          seen[at] = 1;
          queue.push_back(at);
        }
  return all > 0 && queue.size() == all;
}

}  // namespace

class TestBrush : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void paintsWhatIsNearTheLine_data() {
    QTest::addColumn<int>("plane");  // -1: sphere
    QTest::addColumn<bool>("stamp");
    for (int plane = -1; plane < 3; ++plane)
      for (const bool stamp : {false, true})
        QTest::addRow("plane %d %s", plane, stamp ? "stamp" : "line") << plane << stamp;
  }
  void paintsWhatIsNearTheLine() {
    QFETCH(int, plane);
    QFETCH(bool, stamp);
    const LabelVolume empty(test::gridOf({28, 24, 12}, kMm));
    Random random(static_cast<std::uint64_t>(plane) + 77);
    for (int round = 0; round < 6; ++round) {
      Point3 a{random.uniform(-3, 30), random.uniform(-3, 26), random.uniform(-2, 14)};
      Point3 b{random.uniform(-3, 30), random.uniform(-3, 26), random.uniform(-2, 14)};
      if (round == 0) b[1] = a[1], b[2] = a[2];  // along a row
      if (stamp) b = a;
      Brush brush{.shape = plane < 0 ? BrushShape::Sphere : BrushShape::Disc, .diameterMm = random.uniform(3.5, 9)};
      if (plane >= 0) brush.plane = static_cast<Orientation>(plane);
      const LabelVolume mask = painted(empty, paintLine(empty, nullptr, brush, a, b));
      const std::size_t flat = normalAxis(brush.plane);
      if (plane >= 0) a[flat] = b[flat] = std::round(a[flat]);
      // A brush wider than a voxel's diagonal holds the line's own voxels, so nothing but the distance counts.
      Point3 half{kMm[0] / 2, kMm[1] / 2, kMm[2] / 2};
      if (plane >= 0) half[flat] = 0;
      const bool wide = brush.diameterMm / 2 > std::hypot(half[0], half[1], half[2]);
      for (int z = 0; z < 12; ++z)
        for (int y = 0; y < 24; ++y)
          for (int x = 0; x < 28; ++x) {
            const Index3 at{x, y, z};
            const double d = plane >= 0 && at[flat] != static_cast<int>(a[flat]) ? 1e9 : distanceMm(at, a, b);
            if (std::abs(d - brush.diameterMm / 2) < 1e-7) continue;  // on the very edge
            const bool near = d < brush.diameterMm / 2;
            if (near) QCOMPARE(mask[at], 1);
            if (!near && wide) QCOMPARE(mask[at], 0);
            if (d > std::max(brush.diameterMm / 2, 2.0)) QCOMPARE(mask[at], 0);
          }
    }
  }

  void theFinestBrushLeavesNoGap() {
    Random random(4);
    for (int round = 0; round < 40; ++round) {
      const LabelVolume empty(test::gridOf({28, 24, 12}, kMm));
      const Point3 a{random.uniform(0, 27), random.uniform(0, 23), random.uniform(0, 11)};
      const Point3 b{random.uniform(0, 27), random.uniform(0, 23), random.uniform(0, 11)};
      const Orientation plane = round % 2 == 0 ? Orientation::Axial : Orientation::Coronal;
      const Brush disc{.plane = plane, .diameterMm = 0.01};
      QVERIFY(inOnePiece(painted(empty, paintLine(empty, nullptr, disc, a, b)), true));
      const Brush ball{.shape = BrushShape::Sphere, .diameterMm = 0.01};
      QVERIFY(inOnePiece(painted(empty, paintLine(empty, nullptr, ball, a, b)), false));
      const MaskDifference stamp = paintLine(empty, nullptr, ball, a, a);
      QCOMPARE(stamp.changedVoxels(), 1U);
      for (std::size_t k = 0; k < 3; ++k) QCOMPARE(stamp.box().low[k], static_cast<int>(std::lround(a[k])));
    }
  }

  void keepsToItsRule() {
    const Grid grid = test::gridOf({10, 10, 1});
    LabelVolume mask(grid);
    CtVolume ct(grid, -800);
    for (int x = 0; x < 10; ++x) mask[{x, 4, 0}] = 1, mask[{x, 5, 0}] = 2, ct[{x, 6, 0}] = 40, ct[{x, 5, 0}] = 41;
    const Point3 centre{5, 5, 0};
    Brush brush{.diameterMm = 40};  // all of it
    const auto count = [&](const LabelVolume& of, int label) {
      return std::count(of.voxels().begin(), of.voxels().end(), label);
    };
    const auto after = [&] { return painted(mask, paintLine(mask, &ct, brush, centre, centre)); };
    QCOMPARE(count(after(), 1), 100);
    brush.rule = {.label = 1, .onlyOver = 0};
    QCOMPARE(count(after(), 1), 90);
    QCOMPARE(count(after(), 2), 10);
    brush.rule = {.label = 0, .onlyOver = 2};
    QCOMPARE(count(after(), 2), 0);
    QCOMPARE(count(after(), 1), 10);
    brush.rule = {.label = 1, .onlyOver = {}, .hu = HuRange{40, 40}};
    QCOMPARE(count(after(), 1), 20);
    brush.rule = {.label = 1, .onlyOver = 2, .hu = HuRange{40, 41}};
    QCOMPARE(count(after(), 1), 20);
    QCOMPARE(count(after(), 2), 0);
    brush.rule = {.label = 0};
    QCOMPARE(count(after(), 0), 100);
  }

  void refusesARangeWithoutItsScan() {
    const LabelVolume mask(test::gridOf({10, 10, 2}));
    Brush brush;
    brush.rule.hu = HuRange{0, 100};
    const CtVolume other(test::gridOf({10, 10, 3}));
    QVERIFY_THROWS_EXCEPTION(Error, (void)paintLine(mask, nullptr, brush, {1, 1, 1}, {1, 1, 1}));
    QVERIFY_THROWS_EXCEPTION(Error, (void)paintLine(mask, &other, brush, {1, 1, 1}, {1, 1, 1}));
  }

  void isNotLedAstrayByPositionsOutside() {
    const LabelVolume mask(test::gridOf({10, 10, 2}));
    const Brush brush{.shape = BrushShape::Sphere, .diameterMm = 3};
    const double none = std::numeric_limits<double>::quiet_NaN(), far = 1e300;
    QVERIFY(paintLine(mask, nullptr, brush, {none, 1, 1}, {1, 1, 1}).empty());
    QVERIFY(paintLine(mask, nullptr, brush, {far, far, far}, {far, far, far}).empty());
    QVERIFY(paintLine(mask, nullptr, brush, {-far, 20, 0}, {far, 20, 0}).empty());
    QVERIFY(!paintLine(mask, nullptr, brush, {-far, 5, 0}, {far, 5, 0}).empty());
  }
};

QTEST_GUILESS_MAIN(TestBrush)
#include "tst_brush.moc"
