// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <algorithm>
#include <cmath>

#include "pipeline/core/label_set.h"
#include "pipeline/learn/diaphragm_dome.h"

using namespace pulmo;

namespace {

constexpr int kSize = 128;
constexpr double kPixelMm = 2;

std::size_t at(int x, int y) {
  return static_cast<std::size_t>(y * kSize + x);
}

/// A right lung of 40 x 60 pixels and a left one of 20 x 30, of -850 HU in tissue of 40 HU.
SampleSlices chest(int count = 1) {
  SampleSlices s;
  s.size = kSize;
  s.count = count;
  s.hu.assign(static_cast<std::size_t>(count) * s.pixels(), 40);
  s.labels.assign(s.pixels(), 0);
  s.lesions.assign(s.pixels(), 0);
  const auto lung = [&](int x0, int y0, int w, int h, std::uint8_t label) {
    for (int y = y0; y < y0 + h; ++y)
      for (int x = x0; x < x0 + w; ++x) {
        s.labels[at(x, y)] = label;
        s.lesions[at(x, y)] = 3;
        for (int k = 0; k < count; ++k) s.plane(k)[at(x, y)] = -850;
      }
  };
  lung(10, 30, 40, 60, kRightLung);
  lung(80, 50, 20, 30, kLeftLung);
  return s;
}

/// A circle of 20 mm, ten pixels, in the middle of the right lung, with a sharp edge and no noise.
DiaphragmDome circle() {
  DiaphragmDome dome;
  dome.lung = kRightLung;
  dome.placeX = dome.placeY = 0.5;
  dome.radiusMm = {20, 20};
  dome.hu = 75;
  dome.noiseHu = 0;
  dome.rimMm = 0.001;
  return dome;
}

}  // namespace

class TestDiaphragmDome : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aCircleIsNoLung() {
    SampleSlices s = chest();
    QVERIFY(paintDome(circle(), kPixelMm, s));
    int taken = 0;
    for (int y = 0; y < kSize; ++y)
      for (int x = 0; x < kSize; ++x) {
        const bool lung = x >= 10 && x < 50 && y >= 30 && y < 90;
        const bool inside = lung && std::hypot(x - 29.5, y - 59.5) < 10;  // middle of 10 .. 49 and 30 .. 89
        taken += inside ? 1 : 0;
        if (!lung) continue;
        QCOMPARE(s.hu[at(x, y)], inside ? 75.0F : -850.0F);
        QCOMPARE(int{s.labels[at(x, y)]}, inside ? 0 : int{kRightLung});
        QCOMPARE(int{s.lesions[at(x, y)]}, inside ? 0 : 3);
      }
    QVERIFY(std::abs(taken - 314) <= 10);  // 100 pi
    QCOMPARE(std::count(s.labels.begin(), s.labels.end(), kLeftLung), 600);
  }
  void nothingOutsideTheLungChanges() {
    const SampleSlices before = chest();
    SampleSlices s = before;
    DiaphragmDome dome = circle();
    dome.placeX = 0;  // half of it over the chest wall
    QVERIFY(paintDome(dome, kPixelMm, s));
    for (std::size_t i = 0; i < s.pixels(); ++i)
      if (before.labels[i] != kRightLung) QCOMPARE(s.hu[i], before.hu[i]);
    QVERIFY(s.hu[at(12, 59)] > 70);
  }
  // A voxel half lung, half wall would betray the dome by a dark line.
  void theRimBesideTheWallIsPainted() {
    SampleSlices s = chest();
    for (int y = 30; y < 90; ++y) s.hu[at(9, y)] = -400;
    DiaphragmDome dome = circle();
    dome.placeX = 0;
    QVERIFY(paintDome(dome, kPixelMm, s));
    QCOMPARE(s.hu[at(9, 59)], 75.0F);
    QCOMPARE(s.hu[at(9, 31)], -400.0F);
  }
  void theEdgeFades() {
    SampleSlices s = chest();
    DiaphragmDome dome = circle();
    dome.rimMm = 12;
    QVERIFY(paintDome(dome, kPixelMm, s));
    float last = 80;
    for (int x = 30; x < 49; ++x) {
      QVERIFY(s.hu[at(x, 59)] <= last);
      last = s.hu[at(x, 59)];
    }
    // At the radius, 10 pixels out, it is half there: the labels end where that is.
    QVERIFY(s.labels[at(38, 59)] == 0 && s.labels[at(41, 59)] == kRightLung);
    QVERIFY(s.hu[at(39, 59)] > -600 && s.hu[at(40, 59)] < -200);
  }
  void aSmallLungIsLeftAlone() {
    SampleSlices s = chest();
    DiaphragmDome dome = circle();
    dome.lung = kLeftLung;  // 2400 mm2
    const SampleSlices before = s;
    QVERIFY(!paintDome(dome, kPixelMm, s));
    dome.lung = kRightLung;
    dome.radiusMm = {2000, 2000};  // as much too large as no try makes good
    QVERIFY(!paintDome(dome, kPixelMm, s));
    dome.lung = 0;
    QVERIFY(!paintDome(dome, kPixelMm, s));
    QVERIFY(s.hu == before.hu && s.labels == before.labels && s.lesions == before.lesions);
  }
  // A radius of 80 mm would take the whole lung of 80 x 120 mm.
  void aDomeTooLargeIsPaintedSmaller() {
    SampleSlices s = chest();
    DiaphragmDome dome = circle();
    dome.radiusMm = {80, 80};
    QVERIFY(paintDome(dome, kPixelMm, s));
    const auto left = std::count(s.labels.begin(), s.labels.end(), kRightLung);
    QVERIFY(left >= 600 && left < 2400 - 314);
  }
  void itIsWiderTowardsTheFeet() {
    SampleSlices s = chest(3);
    DiaphragmDome dome = circle();
    dome.widerBelow = 0.2;
    QVERIFY(paintDome(dome, kPixelMm, s));
    const auto dense = [&](int k) {
      return std::count(s.plane(k), s.plane(k) + static_cast<std::ptrdiff_t>(s.pixels()), 75.0F);
    };
    QVERIFY(std::abs(dense(0) - 452) <= 14);  // 144 pi
    QVERIFY(std::abs(dense(1) - 314) <= 10);
    QVERIFY(std::abs(dense(2) - 201) <= 10);  // 64 pi
  }
  void oneSeedOneDome() {
    Random a(5, 1), b(5, 1), c(6, 1);
    const DiaphragmDome first = drawDomes(a)[0], second = drawDomes(b)[0], other = drawDomes(c)[0];
    QVERIFY(first.radiusMm == second.radiusMm && first.seed == second.seed && first.wave == second.wave);
    QVERIFY(first.radiusMm != other.radiusMm);
    SampleSlices x = chest(), y = chest();
    QVERIFY(paintDome(first, kPixelMm, x) == paintDome(second, kPixelMm, y));
    QVERIFY(x.hu == y.hu);
  }
  void aSecondDomeStandsInTheOtherLung() {
    Random random(7, 1);
    int two = 0, right = 0;
    constexpr int kDraws = 3000;
    for (int i = 0; i < kDraws; ++i) {
      const DiaphragmDomes domes = drawDomes(random);
      QVERIFY(domes[0].lung == kRightLung || domes[0].lung == kLeftLung);
      QVERIFY(domes[1].lung != domes[0].lung);
      two += domes[1].lung != 0 ? 1 : 0;
      right += domes[0].lung == kRightLung ? 1 : 0;
    }
    QVERIFY(std::abs(two - kDraws / 3) < 150 && std::abs(right - kDraws * 6 / 10) < 150);  // five standard deviations
  }
};

QTEST_GUILESS_MAIN(TestDiaphragmDome)
#include "tst_diaphragm_dome.moc"
