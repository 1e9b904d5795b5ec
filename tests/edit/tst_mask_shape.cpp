// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <numbers>

#include "pipeline/core/random.h"
#include "pipeline/edit/mask_shape.h"
#include "tests/edit/naive_masks.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

const Point3 kMm{0.8, 1.1, 2.5};

LabelVolume blobs() {
  Random random(21);
  LabelVolume mask(gridOf({26, 22, 10}, kMm));
  for (int i = 0; i < 7; ++i) {
    const Index3 at{random.integer(0, 25), random.integer(0, 21), random.integer(0, 9)};
    for (int z = at[2]; z < std::min(10, at[2] + 3); ++z)
      for (int y = at[1]; y < std::min(22, at[1] + 6); ++y)
        for (int x = at[0]; x < std::min(26, at[0] + 7); ++x) mask[{x, y, z}] = static_cast<std::uint8_t>(1 + i % 2);
  }
  return mask;
}

/// Squared distance in mm to the nearest voxel that `is`, by trying all.
template <class Is>
double nearest2(const LabelVolume& mask, const Index3& from, const Is& is) {
  double best = 1e9;
  const Index3 n = mask.grid().size;
  for (int z = 0; z < n[2]; ++z)
    for (int y = 0; y < n[1]; ++y)
      for (int x = 0; x < n[0]; ++x)
        if (is(mask[{x, y, z}]))
          best = std::min(best, std::pow((x - from[0]) * kMm[0], 2) + std::pow((y - from[1]) * kMm[1], 2) +
                                    std::pow((z - from[2]) * kMm[2], 2));
  return best;
}

double radiusOf(const LabelVolume& mask) {
  const double mm3 = static_cast<double>(countOf(mask, 1)) * mask.grid().voxelMl() * 1000;
  return std::cbrt(mm3 * 3 / 4 / std::numbers::pi);
}

}  // namespace

class TestMaskShape : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void growsAndShrinksAsASearchOverAllVoxelsSays_data() {
    QTest::addColumn<double>("mm");
    for (const double mm : {0.9, 3.3, 6.0, -0.9, -1.7, -2.6}) QTest::addRow("%g mm", mm) << mm;
  }
  void growsAndShrinksAsASearchOverAllVoxelsSays() {
    QFETCH(double, mm);
    const LabelVolume mask = blobs();
    for (const std::optional<std::uint8_t> only : {std::optional<std::uint8_t>(), std::optional<std::uint8_t>(2)}) {
      const LabelVolume result = after(mask, growMask(mask, only, mm));
      for (int z = 0; z < 10; ++z)
        for (int y = 0; y < 22; ++y)
          for (int x = 0; x < 26; ++x) {
            const Index3 at{x, y, z};
            const int was = mask[at];
            int wanted = was;
            if (mm > 0 && was == 0) {
              double best = mm * mm + 1e-9;
              for (int label = 1; label <= 2; ++label) {
                if (only && *only != label) continue;
                const double away = nearest2(mask, at, [&](int v) { return v == label; });
                if (away < best - 1e-6) best = away, wanted = label;
              }
            } else if (mm < 0 && was != 0 && (!only || *only == was)) {
              if (nearest2(mask, at, [&](int v) { return v != was; }) <= mm * mm + 1e-9) wanted = 0;
            }
            QCOMPARE(static_cast<int>(result[at]), wanted);
          }
    }
  }

  // The Gaussian over a half space is one half on its border; over a ball of radius r it is so at about
  // r - sigma^2 / r (mean curvature motion, to first order).
  void smoothingKeepsFlatBordersAndShrinksABallAsCurvatureSays() {
    const LabelVolume half = maskOf(gridOf({30, 20, 20}, {1, 1, 1.5}), [](int x, int, int) { return x < 13 ? 1 : 0; });
    QVERIFY(smoothMask(half, std::nullopt, 2)->empty());
    const LabelVolume ball = maskOf(gridOf({60, 60, 40}, {0.8, 0.8, 1.2}), [](int x, int y, int z) {
      return std::hypot((x - 29.5) * 0.8, (y - 29.5) * 0.8, (z - 19.5) * 1.2) <= 18 ? 1 : 0;
    });
    const LabelVolume smooth = after(ball, smoothMask(ball, 1, 3));
    QVERIFY(std::abs(radiusOf(ball) - 18) < 0.1);
    QVERIFY2(std::abs(radiusOf(smooth) - (18 - 9.0 / 18)) < 0.15, qPrintable(QString::number(radiusOf(smooth))));
  }

  void smoothingTakesBumpsAndFillsDents() {
    LabelVolume mask = maskOf(gridOf({30, 30, 30}), [](int x, int, int) { return x < 13 ? 1 : 0; });
    mask[{13, 15, 15}] = 1;  // a bump
    mask[{12, 7, 7}] = 0;    // a dent
    mask[{4, 20, 20}] = 0;   // a hole
    const LabelVolume smooth = after(mask, smoothMask(mask, std::nullopt, 1.5));
    for (int z = 0; z < 30; ++z)
      for (int y = 0; y < 30; ++y)
        for (int x = 0; x < 30; ++x) QCOMPARE(static_cast<int>(smooth[{x, y, z}]), x < 13 ? 1 : 0);
  }

  void smoothingLeavesLungsThatTouchAsTheyAre() {
    const LabelVolume mask = maskOf(gridOf({30, 20, 20}), [](int x, int y, int) {
      return x < 4 || x > 25 ? 0 : x < 13 + y % 2 ? 1 : 2;
    });
    const LabelVolume smooth = after(mask, smoothMask(mask, std::nullopt, 2));
    QVERIFY(smooth.voxels() == mask.voxels());
  }

  void refusesSizesThatCannotBeMeant() {
    const LabelVolume mask = blobs();
    QVERIFY_THROWS_EXCEPTION(Error, (void)growMask(mask, std::nullopt, 101));
    QVERIFY_THROWS_EXCEPTION(Error, (void)growMask(mask, std::nullopt, std::nan("")));
    QVERIFY_THROWS_EXCEPTION(Error, (void)smoothMask(mask, std::nullopt, 0));
    QVERIFY(growMask(mask, std::nullopt, 0)->empty());
    QVERIFY(growMask(LabelVolume(mask.grid()), std::nullopt, 5)->empty());
    QVERIFY(growMask(mask, 7, 5)->empty());
  }

  void stops() {
    QVERIFY(!growMask(blobs(), std::nullopt, 3, stopped()));
    QVERIFY(!growMask(blobs(), std::nullopt, -3, stopped()));
    QVERIFY(!smoothMask(blobs(), std::nullopt, 2, stopped()));
  }
};

QTEST_GUILESS_MAIN(TestMaskShape)
#include "tst_mask_shape.moc"
