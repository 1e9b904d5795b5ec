// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "pipeline/core/label_set.h"
#include "pipeline/learn/augment.h"

using namespace pulmo;

namespace {

constexpr int kSize = 16;

std::size_t at(int x, int y) {
  return static_cast<std::size_t>(y * kSize + x);
}

/// Every pixel another value; a right lung of two pixels, a left one of one.
SampleSlices ramp(int count = 1) {
  SampleSlices s;
  s.size = kSize;
  s.count = count;
  s.hu.resize(static_cast<std::size_t>(count) * s.pixels());
  for (std::size_t i = 0; i < s.hu.size(); ++i) s.hu[i] = static_cast<float>(i) - 900;
  s.labels.assign(s.pixels(), 0);
  s.lesions.assign(s.pixels(), 0);
  s.labels[at(2, 5)] = s.labels[at(3, 5)] = kRightLung;
  s.labels[at(12, 5)] = kLeftLung;
  s.lesions[at(3, 5)] = 4;
  return s;
}

SampleSlices flat(float hu, int size = 64) {
  SampleSlices s;
  s.size = size;
  s.hu.assign(s.pixels(), hu);
  s.labels.assign(s.pixels(), kRightLung);
  s.lesions.assign(s.pixels(), 0);
  return s;
}

double meanOf(const std::vector<float>& v) {
  return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}

double sdOf(const std::vector<float>& v) {
  const double mean = meanOf(v);
  double squares = 0;
  for (const float x : v) squares += (x - mean) * (x - mean);
  return std::sqrt(squares / static_cast<double>(v.size()));
}

AugmentationConfig nothing() {
  AugmentationConfig c;
  c.rotationDeg = c.scale = c.shiftShare = c.cropShare = c.mirrorProbability = c.flipProbability = 0;
  c.noiseHu = c.blurSharpen = c.contrast = c.brightnessHu = c.gamma = 0;
  c.curveProbability = c.histogramProbability = c.equalizeProbability = c.domeProbability = 0;
  return c;
}

}  // namespace

class TestAugment : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void changesNothingWhenAllIsOff() {
    Random random(1);
    for (int i = 0; i < 200; ++i) {
      const AugmentationDraw draw = drawAugmentation(nothing(), kSize, random);
      SampleSlices s = ramp(3);
      const SampleSlices before = s;
      moveSample(draw, s);
      degradeSample(draw, {1600, -500}, s);
      QVERIFY(s.hu == before.hu && s.labels == before.labels && s.lesions == before.lesions);
      std::vector<float> images(s.hu.size(), 0.25F);
      toneSample(draw, images, kSize, 3, images.data());
      QVERIFY(std::all_of(images.begin(), images.end(), [](float v) { return v == 0.25F; }));
      QVERIFY(!draw.thick);
    }
  }
  void windows() {
    const std::vector<float> hu{-2000, -1300, -900, -500, 300, 1000};
    std::vector<float> to(hu.size());
    throughWindow(hu.data(), hu.size(), {1600, -500}, to.data());
    QCOMPARE(to, (std::vector<float>{0, 0, 0.25F, 0.5F, 1, 1}));
  }
  // Content goes from +x towards +y: what was at (x, y) is at (N - 1 - y, x).
  void turnsByARightAngle() {
    AugmentationDraw draw;
    draw.angleDeg = 90;
    SampleSlices s = ramp(3);
    const SampleSlices before = s;
    moveSample(draw, s);
    for (int k = 0; k < 3; ++k)
      for (int y = 0; y < kSize; ++y)
        for (int x = 0; x < kSize; ++x) {
          const auto plane = static_cast<std::size_t>(k) * s.pixels();
          QVERIFY(std::abs(s.hu[plane + at(kSize - 1 - y, x)] - before.hu[plane + at(x, y)]) < 0.01F);
        }
    QCOMPARE(int{s.labels[at(10, 2)]}, int{kRightLung});
    QCOMPARE(int{s.labels[at(10, 3)]}, int{kRightLung});
    QCOMPARE(int{s.labels[at(10, 12)]}, int{kLeftLung});
    QCOMPARE(int{s.lesions[at(10, 3)]}, 4);
    QCOMPARE(std::count(s.labels.begin(), s.labels.end(), 0), std::ptrdiff_t{kSize * kSize - 3});
  }
  // The patient's right stays at low x in what the network learns.
  void swapsTheSidesInAMirror() {
    AugmentationDraw draw;
    draw.mirror = true;
    SampleSlices s = ramp();
    const SampleSlices before = s;
    moveSample(draw, s);
    for (int x = 0; x < kSize; ++x) QVERIFY(std::abs(s.hu[at(kSize - 1 - x, 7)] - before.hu[at(x, 7)]) < 0.01F);
    QCOMPARE(int{s.labels[at(13, 5)]}, int{kLeftLung});
    QCOMPARE(int{s.labels[at(12, 5)]}, int{kLeftLung});
    QCOMPARE(int{s.labels[at(3, 5)]}, int{kRightLung});
    QCOMPARE(int{s.lesions[at(12, 5)]}, 4);
  }
  void keepsTheSidesInAFlip() {
    AugmentationDraw draw;
    draw.flip = true;
    SampleSlices s = ramp();
    const SampleSlices before = s;
    moveSample(draw, s);
    for (int y = 0; y < kSize; ++y) QVERIFY(std::abs(s.hu[at(4, kSize - 1 - y)] - before.hu[at(4, y)]) < 0.01F);
    QCOMPARE(int{s.labels[at(2, 10)]}, int{kRightLung});
    QCOMPARE(int{s.labels[at(12, 10)]}, int{kLeftLung});
  }
  void shiftsAndShowsPadding() {
    AugmentationDraw draw;
    draw.shiftX = 2, draw.shiftY = -1, draw.paddingHu = -2000;
    SampleSlices s = ramp();
    const SampleSlices before = s;
    moveSample(draw, s);
    QCOMPARE(s.hu[at(9, 3)], before.hu[at(7, 4)]);
    QCOMPARE(s.hu[at(0, 3)], -2000.0F);
    QCOMPARE(s.hu[at(5, kSize - 1)], -2000.0F);
    QCOMPARE(int{s.labels[at(4, 4)]}, int{kRightLung});
  }
  // Twice as large about the middle (7.5, 7.5): half a pixel on from (7, 7) lies a quarter of the way to its neighbour.
  void scalesAboutTheMiddle() {
    AugmentationDraw draw;
    draw.scale = 2;
    SampleSlices s = ramp();
    const SampleSlices before = s;
    moveSample(draw, s);
    QVERIFY(std::abs(s.hu[at(7, 7)] - (before.hu[at(7, 7)] + 0.25F + 0.25F * kSize)) < 0.01F);
  }
  void cutsTheFieldOfView() {
    AugmentationDraw draw;
    draw.crop = {0.125, 0, 0, 0.25};  // two columns at low x, four rows at high y
    draw.paddingHu = -3024;
    SampleSlices s = ramp();
    s.labels[at(1, 3)] = s.labels[at(8, 12)] = kLeftLung;
    s.lesions[at(8, 12)] = 1;
    const SampleSlices before = s;
    moveSample(draw, s);
    for (int y = 0; y < kSize; ++y)
      for (int x = 0; x < kSize; ++x) {
        const bool seen = x >= 2 && y < 12;
        QCOMPARE(s.hu[at(x, y)], seen ? before.hu[at(x, y)] : -3024.0F);
        QCOMPARE(int{s.labels[at(x, y)]}, seen ? int{before.labels[at(x, y)]} : 0);
        QCOMPARE(int{s.lesions[at(x, y)]}, seen ? int{before.lesions[at(x, y)]} : 0);
      }
  }
  void cutsACircle() {
    AugmentationDraw draw;
    draw.circle = 0.5;
    SampleSlices s = flat(0, 64);
    moveSample(draw, s);
    const auto seen = std::count(s.labels.begin(), s.labels.end(), kRightLung);
    QVERIFY(std::abs(static_cast<double>(seen) - 3.14159 * 32 * 32) < 30);
    QCOMPARE(int{s.labels[0]}, 0);
    QCOMPARE(s.hu[0], -1024.0F);
  }
  void addsTheNoiseThatWasDrawn_data() {
    QTest::addColumn<bool>("grain");
    QTest::newRow("white") << false;
    QTest::newRow("grain") << true;
  }
  void addsTheNoiseThatWasDrawn() {
    QFETCH(bool, grain);
    AugmentationDraw draw;
    draw.noiseHu = 30, draw.grain = grain, draw.noiseSeed = 99;
    SampleSlices s = flat(-500, 256);
    degradeSample(draw, {1600, -500}, s);
    QVERIFY2(std::abs(meanOf(s.hu) + 500) < 1, qPrintable(QString::number(meanOf(s.hu))));
    QVERIFY2(std::abs(sdOf(s.hu) - 30) < 0.6, qPrintable(QString::number(sdOf(s.hu))));
    double together = 0;  // of neighbours: 2/3 of the variance where [1 2 1] was applied, none where not
    for (std::size_t i = 0; i + 1 < 256; ++i)
      for (std::size_t y = 0; y < 256; ++y) together += (s.hu[y * 256 + i] + 500) * (s.hu[y * 256 + i + 1] + 500);
    together /= 255 * 256 * 900.0;
    QVERIFY2(std::abs(together - (grain ? 2.0 / 3 : 0)) < 0.05, qPrintable(QString::number(together)));
  }
  // A point keeps its sum under a kernel; the blurred one's variance is that of the kernel.
  void blursByItsWidth() {
    AugmentationDraw draw;
    draw.blur = 1.5;
    SampleSlices s = flat(0, 65);
    s.hu[32 * 65 + 32] = 1000;
    degradeSample(draw, {1600, -500}, s);
    double sum = 0, variance = 0;
    for (int y = 0; y < 65; ++y)
      for (int x = 0; x < 65; ++x) {
        const double v = s.hu[static_cast<std::size_t>(y * 65 + x)];
        sum += v;
        variance += v * (x - 32) * (x - 32);
      }
    QVERIFY(std::abs(sum - 1000) < 0.1);
    QVERIFY2(std::abs(variance / sum - 2.25) < 0.06, qPrintable(QString::number(variance / sum)));
  }
  void sharpens() {
    AugmentationDraw draw;
    draw.blur = 1, draw.sharpen = 1;
    SampleSlices s = flat(0, 33);
    for (std::size_t i = 0; i < s.hu.size(); ++i)
      if (i % 33 >= 16) s.hu[i] = 100;
    degradeSample(draw, {1600, -500}, s);
    QVERIFY(s.hu[16 * 33 + 16] > 120 && s.hu[16 * 33 + 15] < -20);  // overshoot at the edge
    QVERIFY(std::abs(s.hu[16 * 33 + 30] - 100) < 0.1F);             // nothing far from it
  }
  void changesSlopeAboutTheMiddleOfTheWindow() {
    AugmentationDraw draw;
    draw.slope = 1.25, draw.offsetHu = 20;
    SampleSlices s = flat(-500);
    s.hu[1] = -900;
    degradeSample(draw, {1600, -500}, s);
    QVERIFY(std::abs(s.hu[0] + 480) < 0.01F);
    QVERIFY(std::abs(s.hu[1] + 980) < 0.01F);
  }
  void bendsByGammaAndCurve() {
    AugmentationDraw draw;
    draw.gamma = 2;
    std::vector<float> v{0, 0.25F, 0.5F, 1};
    toneSample(draw, {}, 2, 1, v.data());
    QVERIFY(v[0] == 0 && std::abs(v[1] - 0.0625F) < 1e-3F && std::abs(v[2] - 0.25F) < 1e-3F && v[3] == 1);
    draw.gamma = 1;
    draw.curve = {0.1, 0.5, 0.9};
    v = {0, 0.25F, 0.5F, 1};
    toneSample(draw, {}, 2, 1, v.data());
    QVERIFY(std::abs(v[0] - 0.1F) < 1e-5F && std::abs(v[1] - 0.3F) < 1e-5F && std::abs(v[2] - 0.5F) < 1e-5F &&
            std::abs(v[3] - 0.9F) < 1e-5F);
  }
  void drawsRisingCurves() {
    AugmentationConfig config = nothing();
    config.curveProbability = 1;
    Random random(5);
    for (int i = 0; i < 500; ++i) {
      const AugmentationDraw draw = drawAugmentation(config, kSize, random);
      QVERIFY(draw.curve.size() > 3 && draw.curve.front() >= 0 && draw.curve.back() <= 1);
      for (std::size_t k = 1; k < draw.curve.size(); ++k) QVERIFY(draw.curve[k] > draw.curve[k - 1]);
    }
  }
  // An even ramp matched to one of its squares: a value's share of darker pixels stays, so v becomes v * v.
  void matchesAHistogram() {
    constexpr int kSide = 128;
    std::vector<float> image(kSide * kSide), reference(image.size());
    for (std::size_t i = 0; i < image.size(); ++i) {
      image[i] = static_cast<float>(i) / static_cast<float>(image.size());
      reference[i] = image[i] * image[i];
    }
    const std::vector<float> before = image;
    AugmentationDraw draw;
    draw.histogram = true;
    toneSample(draw, reference, kSide, 1, image.data());
    for (std::size_t i = 0; i < image.size(); ++i) QVERIFY(std::abs(image[i] - before[i] * before[i]) < 0.012F);
  }
  // Columns of two values, eleven of 256 levels apart: in a tile of 8 x 8 each level holds 32 pixels. The limit, three
  // times four times an even share of 64 / 256, leaves 3; the other 58 are spread over all levels. From one value to
  // the other the cumulated histogram rises by 3 + 11 * 58 / 256 of 64.
  void equalises() {
    constexpr int kSide = 64;
    std::vector<float> image(kSide * kSide);
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = (i % 2 == 0 ? 122.5F : 133.5F) / 256;
    AugmentationDraw draw;
    draw.equalizeLimit = 3, draw.equalizeShare = 1;
    std::vector<float> equal = image;
    toneSample(draw, {}, kSide, 1, equal.data());
    const double rise = (3 + 11 * 58 / 256.0) / 64;
    for (std::size_t i = 0; i < equal.size(); i += 2) QVERIFY(std::abs(equal[i + 1] - equal[i] - rise) < 1e-4);
    draw.equalizeShare = 0;
    equal = image;
    toneSample(draw, {}, kSide, 1, equal.data());
    QVERIFY(equal == image);
  }
  // Against sorting.
  void takesTheMedian() {
    Random random(11);
    std::vector<float> plane(kSize * kSize);
    for (float& v : plane) v = static_cast<float>(random.integer(-1000, 1000));
    std::vector<float> result = plane;
    denoise(result.data(), kSize);
    for (int y = 0; y < kSize; ++y)
      for (int x = 0; x < kSize; ++x) {
        std::vector<float> nine;
        for (int dy = -1; dy <= 1; ++dy)
          for (int dx = -1; dx <= 1; ++dx)
            nine.push_back(plane[at(std::clamp(x + dx, 0, kSize - 1), std::clamp(y + dy, 0, kSize - 1))]);
        std::sort(nine.begin(), nine.end());
        QCOMPARE(result[at(x, y)], nine[4]);
      }
  }
  void drawsWithinTheLimits() {
    AugmentationConfig config;
    config.mirrorProbability = 0.25;
    Random random(3);
    int mirrored = 0;
    double most = 0;
    for (int i = 0; i < 4000; ++i) {
      const AugmentationDraw d = drawAugmentation(config, 256, random);
      QVERIFY(std::abs(d.angleDeg) <= 15 && std::abs(d.scale - 1) <= 0.2 && std::abs(d.shiftX) <= 0.08 * 256);
      QVERIFY(d.noiseHu >= 0 && d.noiseHu <= 40 && std::abs(d.slope - 1) <= 0.25 && std::abs(d.offsetHu) <= 60);
      QVERIFY(d.gamma >= std::exp2(-0.4) && d.gamma <= std::exp2(0.4) && d.blur <= 0.6);
      for (const double side : d.crop) QVERIFY(side >= 0 && side <= 0.15);
      mirrored += d.mirror;
      most = std::max(most, std::abs(d.angleDeg));
    }
    QVERIFY(std::abs(mirrored - 1000) < 140);  // five SD of a binomial
    QVERIFY(most > 14.9);
  }
};

QTEST_GUILESS_MAIN(TestAugment)
#include "tst_augment.moc"
