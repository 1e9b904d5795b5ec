// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>

#include "pipeline/core/random.h"
#include "pipeline/edit/region_grow.h"
#include "tests/edit/naive_masks.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

const Grid kGrid = gridOf({60, 50, 30}, {1, 1, 1.5});

bool in(int v, int low, int high) {
  return v >= low && v <= high;
}

bool dense(int x, int y, int z) {
  return in(x, 30, 44) && in(y, 10, 29) && in(z, 6, 20);
}
bool channel(int x, int y, int z) {  // 3 x 4.5 mm wide, out of the dense region
  return in(x, 35, 37) && in(y, 30, 36) && in(z, 12, 14);
}
bool beyond(int x, int y, int z) {
  return in(x, 30, 50) && in(y, 37, 47) && in(z, 6, 20);
}

/// Lung at x < 30 (in the mask) and, beside it, consolidated lung that the mask lacks; fat around; a channel to muscle.
struct Case {
  LabelVolume mask = maskOf(kGrid, [](int x, int y, int z) {
    return in(x, 8, 29) && in(y, 6, 33) && in(z, 4, 24) ? 2 : in(x, 0, 3) && y < 9 ? 1 : 0;
  });
  CtVolume ct{kGrid, -120};
  Case() {
    Random random(6);
    for (int z = 0; z < 30; ++z)
      for (int y = 0; y < 50; ++y)
        for (int x = 0; x < 60; ++x) {
          double hu = -120;
          if (mask[{x, y, z}] != 0) hu = -820;
          if (dense(x, y, z) || channel(x, y, z) || beyond(x, y, z)) hu = 45;
          if (in(x, 34, 36) && in(y, 18, 20) && in(z, 11, 13)) hu = -900;  // air in a bronchus: 27 voxels, 0.04 ml
          ct[{x, y, z}] = static_cast<std::int16_t>(hu + 25 * random.normal());
        }
  }
};

struct Found {
  double inside, outside;  ///< share of the dense region that is found; share of what is found that lies beyond it
};

Found compare(const LabelVolume& mask, int label) {
  double hit = 0, wrong = 0, all = 0;
  for (int z = 0; z < 30; ++z)
    for (int y = 0; y < 50; ++y)
      for (int x = 0; x < 60; ++x) {
        const bool found = x >= 30 && mask[{x, y, z}] == label;
        if (dense(x, y, z)) ++all;
        if (found) dense(x, y, z) ? ++hit : ++wrong;
      }
  return {hit / all, wrong / std::max(1.0, hit + wrong)};
}

}  // namespace

class TestRegionGrow : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aConsolidationBesideTheMaskBecomesLung() {
    const Case c;
    const Index3 click{40, 24, 14};
    const HuRange hu = huAround(c.ct, click);
    QVERIFY(hu.contains(45) && !hu.contains(-120) && hu.high - hu.low < 250);
    const auto edit = addRegion(c.ct, c.mask, click, {.hu = hu, .radiusMm = 40, .neckMm = 4}, std::nullopt);
    QCOMPARE(edit->label, 2);  // the lung it touches, though nobody said so
    QVERIFY(!edit->reachedRadius);
    const LabelVolume result = after(c.mask, edit->difference);
    const Found found = compare(result, 2);
    QVERIFY2(found.inside > 0.93, qPrintable(QString::number(found.inside)));
    QVERIFY2(found.outside < 0.04, qPrintable(QString::number(found.outside)));
    QCOMPARE(static_cast<int>(result[{35, 19, 12}]), 2);  // the bronchus is no hole
    QCOMPARE(static_cast<int>(result[{40, 42, 14}]), 0);  // what lies beyond the channel
    QCOMPARE(countOf(result, 1), countOf(c.mask, 1));
    QVERIFY(std::abs(edit->ml - static_cast<double>(edit->difference.changedVoxels()) * 0.0015) < 1e-9);
  }

  void withoutANeckItLeaksAndTheRadiusLimitsIt() {
    const Case c;
    const Index3 click{40, 24, 14};
    const HuRange hu = huAround(c.ct, click);
    auto edit = addRegion(c.ct, c.mask, click, {.hu = hu, .radiusMm = 40, .neckMm = 0}, std::nullopt);
    QCOMPARE(static_cast<int>(after(c.mask, edit->difference)[{40, 42, 14}]), 2);
    edit = addRegion(c.ct, c.mask, click, {.hu = hu, .radiusMm = 6, .neckMm = 4}, 1);
    QVERIFY(edit->reachedRadius);
    QCOMPARE(edit->label, 1);
    const LabelVolume result = after(c.mask, edit->difference);
    for (int z = 0; z < 30; ++z)
      for (int y = 0; y < 50; ++y)
        for (int x = 0; x < 60; ++x)
          if (std::hypot(x - 40, y - 24, (z - 14) * 1.5) > 6) QCOMPARE((result[{x, y, z}]), (c.mask[{x, y, z}]));
    QVERIFY(countOf(result, 1) > countOf(c.mask, 1) + 400);  // 4/3 pi 6^3 / 1.5 = 603
  }

  void aRegionInTheMaskIsTakenOut() {
    Case c;
    LabelVolume mask = c.mask;
    for (int z = 0; z < 30; ++z)
      for (int y = 0; y < 50; ++y)
        for (int x = 30; x < 60; ++x)
          if (dense(x, y, z) || channel(x, y, z) || beyond(x, y, z)) mask[{x, y, z}] = 2;
    const Index3 click{40, 42, 14};
    const auto edit = removeRegion(c.ct, mask, click, {.hu = huAround(c.ct, click), .radiusMm = 40, .neckMm = 4});
    QCOMPARE(edit->label, 2);
    const LabelVolume result = after(mask, edit->difference);
    std::ptrdiff_t left = 0;
    for (int z = 0; z < 30; ++z)
      for (int y = 0; y < 50; ++y)
        for (int x = 0; x < 60; ++x) {
          if (beyond(x, y, z) && result[{x, y, z}] != 0) ++left;
          if (!beyond(x, y, z) && y < 35) QCOMPARE((result[{x, y, z}]), (mask[{x, y, z}]));
        }
    QVERIFY2(left < 21 * 11 * 15 / 12, qPrintable(QString::number(left)));
  }

  void aRegionApartGoesToTheNearestLung() {
    const Case c;
    LabelVolume mask(kGrid);
    QVERIFY_THROWS_EXCEPTION(Error,
                             (void)addRegion(c.ct, mask, {40, 24, 14}, {.hu = {0, 100}, .radiusMm = 10}, std::nullopt));
    mask[{2, 2, 2}] = 2;
    mask[{58, 24, 14}] = 1;
    const auto edit = addRegion(c.ct, mask, {40, 24, 14}, {.hu = {0, 100}, .radiusMm = 10}, std::nullopt);
    QCOMPARE(edit->label, 1);
  }

  void refusesClicksThatCannotBeMeant() {
    const Case c;
    const RegionRule rule{.hu = {0, 100}};
    QVERIFY_THROWS_EXCEPTION(Error, (void)addRegion(c.ct, c.mask, {60, 0, 0}, rule, 1));
    QVERIFY_THROWS_EXCEPTION(Error, (void)addRegion(c.ct, c.mask, {15, 15, 15}, rule, 1));
    QVERIFY_THROWS_EXCEPTION(Error, (void)removeRegion(c.ct, c.mask, {40, 24, 14}, rule));
    QVERIFY_THROWS_EXCEPTION(Error, (void)addRegion(c.ct, c.mask, {40, 24, 14}, {.hu = {}, .radiusMm = 151}, 1));
    QVERIFY_THROWS_EXCEPTION(Error, (void)addRegion(c.ct, c.mask, {40, 24, 14}, {.hu = {}, .neckMm = -1}, 1));
    QVERIFY_THROWS_EXCEPTION(Error, (void)huAround(c.ct, {-1, 0, 0}));
    // Nothing of that HU is there: nothing is found, and nothing is wrong.
    QVERIFY(addRegion(c.ct, c.mask, {55, 5, 5}, {.hu = {500, 600}}, 1)->difference.empty());
    QVERIFY(!addRegion(c.ct, c.mask, {40, 24, 14}, rule, 1, stopped()));
  }
};

QTEST_GUILESS_MAIN(TestRegionGrow)
#include "tst_region_grow.moc"
