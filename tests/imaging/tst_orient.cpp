// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/imaging/orient.h"

using namespace pulmo;

namespace {

/// A grid whose axis s runs along patient axis `along[s]`, backwards if `back[s]`; no two sizes or spacings are equal.
Grid gridAlong(const std::array<std::size_t, 3>& along, const std::array<bool, 3>& back) {
  Grid grid;
  grid.size = {2, 3, 5};
  grid.spacingMm = {0.5, 0.75, 2};
  grid.originMm = {-11, 22, -33};
  grid.direction.fill(0);
  for (std::size_t s = 0; s < 3; ++s) grid.direction[3 * along[s] + s] = back[s] ? -1 : 1;
  return grid;
}

/// Every voxel another value, so that no two places can be confused.
Volume<std::int16_t> numbered(const Grid& grid) {
  Volume<std::int16_t> volume(grid);
  for (std::size_t i = 0; i < volume.voxels().size(); ++i) volume.voxels()[i] = static_cast<std::int16_t>(i + 1);
  return volume;
}

/// The value at each patient position is the same before and after. Independent of the turn: by positions alone.
bool keepsPlaces(const Volume<std::int16_t>& before, const Volume<std::int16_t>& after) {
  if (before.voxels().size() != after.voxels().size()) return false;
  const Index3 size = before.grid().size;
  for (int z = 0; z < size[2]; ++z)
    for (int y = 0; y < size[1]; ++y)
      for (int x = 0; x < size[0]; ++x) {
        const Point3 at = toIndex(after.grid(), toPatient(before.grid(), Index3{x, y, z}));
        Index3 voxel{};
        for (std::size_t k = 0; k < 3; ++k) {
          voxel[k] = static_cast<int>(std::lround(at[k]));
          if (std::abs(at[k] - voxel[k]) > 1e-9) return false;
        }
        if (!after.grid().contains(voxel) || after[voxel] != before[{x, y, z}]) return false;
      }
  return true;
}

void multiply(Grid& grid, const std::array<double, 9>& m) {
  std::array<double, 9> result{};
  for (std::size_t r = 0; r < 3; ++r)
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t k = 0; k < 3; ++k) result[3 * r + c] += m[3 * r + k] * grid.direction[3 * k + c];
  grid.direction = result;
}

}  // namespace

class TestOrient : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyOrientation_data() {
    QTest::addColumn<int>("order");
    QTest::addColumn<int>("flips");
    for (int order = 0; order < 6; ++order)
      for (int flips = 0; flips < 8; ++flips) QTest::addRow("order %d flips %d", order, flips) << order << flips;
  }
  void everyOrientation() {
    QFETCH(int, order);
    QFETCH(int, flips);
    std::array<std::size_t, 3> along{0, 1, 2};
    for (int i = 0; i < order; ++i) std::next_permutation(along.begin(), along.end());
    const Grid grid = gridAlong(along, {(flips & 1) != 0, (flips & 2) != 0, (flips & 4) != 0});
    const auto before = numbered(grid);
    const CanonicalTurn turn = canonicalTurn(grid);
    const auto after = turned(Volume<std::int16_t>(before), turn);

    QCOMPARE(after.grid().direction, (std::array<double, 9>{1, 0, 0, 0, 1, 0, 0, 0, 1}));
    for (std::size_t s = 0; s < 3; ++s) {
      QCOMPARE(after.grid().size[along[s]], grid.size[s]);
      QCOMPARE(after.grid().spacingMm[along[s]], grid.spacingMm[s]);
    }
    QVERIFY(keepsPlaces(before, after));
    QCOMPARE(turn.isIdentity(), order == 0 && flips == 0);

    SourceGeometry source;
    source.grid = grid;
    describeTurn(turn, source);
    for (std::size_t s = 0; s < 3; ++s) {  // as core/scan.h says it
      QCOMPARE(static_cast<std::size_t>(source.axis[s]), along[s]);
      QCOMPARE(source.flipped[s], (flips >> s & 1) != 0);
    }
    const auto back = turnedBack(after, source.grid, turnOf(source));
    QCOMPARE(back.voxels(), before.voxels());
    QVERIFY(back.grid() == before.grid());
  }

  void obliqueTakesTheNearestAxes_data() {
    QTest::addColumn<double>("c");
    QTest::addColumn<double>("s");
    QTest::newRow("16.3 degrees") << 0.96 << 0.28;
    QTest::newRow("36.9 degrees") << 0.8 << 0.6;
    QTest::newRow("53.1 degrees, past the half") << 0.6 << 0.8;
  }
  void obliqueTakesTheNearestAxes() {
    QFETCH(double, c);
    QFETCH(double, s);
    for (const auto& about :
         {std::array<double, 9>{c, -s, 0, s, c, 0, 0, 0, 1}, std::array<double, 9>{1, 0, 0, 0, c, -s, 0, s, c},
          std::array<double, 9>{c, 0, s, 0, 1, 0, -s, 0, c}}) {
      std::array<std::size_t, 3> along{0, 1, 2};
      do {
        Grid grid = gridAlong(along, {true, false, true});
        multiply(grid, about);
        const auto before = numbered(grid);
        const auto after = turned(Volume<std::int16_t>(before), canonicalTurn(grid));
        QVERIFY(keepsPlaces(before, after));
        const auto& d = after.grid().direction;
        for (const std::size_t diagonal : {0U, 4U, 8U}) QVERIFY(d[diagonal] >= std::sqrt(0.5));  // within 45 degrees
        QCOMPARE(turnedBack(after, grid, canonicalTurn(grid)).voxels(), before.voxels());
      } while (std::next_permutation(along.begin(), along.end()));
    }
  }

  void flipsCostNoSecondVolume() {
    for (int flips = 0; flips < 8; ++flips) {
      auto volume = numbered(gridAlong({0, 1, 2}, {(flips & 1) != 0, (flips & 2) != 0, (flips & 4) != 0}));
      const std::int16_t* where = volume.voxels().data();
      const CanonicalTurn turn = canonicalTurn(volume.grid());
      QCOMPARE(turned(std::move(volume), turn).voxels().data(), where);
    }
  }

  void refusesWhatSpansNoVolume() {
    Grid grid = gridAlong({0, 1, 2}, {false, false, false});
    grid.direction = {1, 0, 1, 0, 1, 0, 0, 0, 0};
    QVERIFY_THROWS_EXCEPTION(Error, (void)canonicalTurn(grid));
    grid.direction = {1, 0, 0, 0, std::nan(""), 0, 0, 0, 1};
    QVERIFY_THROWS_EXCEPTION(Error, (void)canonicalTurn(grid));
  }

  void namesThePlane() {
    QCOMPARE(orientationName(gridAlong({0, 1, 2}, {true, true, false})), "axial");
    QCOMPARE(orientationName(gridAlong({0, 2, 1}, {false, true, false})), "coronal");
    QCOMPARE(orientationName(gridAlong({1, 2, 0}, {false, true, false})), "sagittal");
    Grid grid = gridAlong({0, 1, 2}, {false, false, false});
    multiply(grid, {1, 0, 0, 0, 0.8, -0.6, 0, 0.6, 0.8});
    QCOMPARE(orientationName(grid), "oblique");
  }
};

QTEST_GUILESS_MAIN(TestOrient)
#include "tst_orient.moc"
