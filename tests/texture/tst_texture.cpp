// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/texture/texture.h"

using namespace pulmo;

namespace {

/// As volume() in texture_numbers.py.
struct Fixture {
  CtVolume ct;
  LabelVolume mask;
  Fixture() {
    Grid grid;
    grid.size = {11, 9, 7};
    grid.spacingMm = {2, 1.5, 3};
    grid.originMm = {-30, 12, 400};
    ct = CtVolume(grid);
    mask = LabelVolume(grid);
    for (int z = 0; z < 7; ++z)
      for (int y = 0; y < 9; ++y)
        for (int x = 0; x < 11; ++x) {
          ct[{x, y, z}] = static_cast<std::int16_t>((x * 37 + y * 101 + z * 253 + x * y * z * 11) % 1401 - 1100);
          if (x < 6 && y >= 1 && y < 8 && z >= 1) mask[{x, y, z}] = kRightLung;
          if (x == 0 && y == 1) mask[{x, y, z}] = kBackground;
          if (x >= 6 && x < 10 && y >= 2 && z < 6) mask[{x, y, z}] = kLeftLung;
        }
    mask[{9, 8, 0}] = kBackground;
  }
  /// Slice 3 alone.
  [[nodiscard]] Fixture slice() const {
    Fixture one;
    Grid grid = ct.grid();
    grid.size[2] = 1;
    one.ct = CtVolume(grid);
    one.mask = LabelVolume(grid);
    for (int y = 0; y < 9; ++y)
      for (int x = 0; x < 11; ++x) {
        one.ct[{x, y, 0}] = ct[{x, y, 3}];
        one.mask[{x, y, 0}] = mask[{x, y, 3}];
      }
    return one;
  }
};

const Texture* find(const std::vector<MeasuredTexture>& textures, TexturePart part) {
  for (const MeasuredTexture& each : textures)
    if (each.part == part) return &each.texture;
  return nullptr;
}

QVector<double> figuresOf(const Texture& t) {
  QVector<double> values{double(t.voxels), t.meanHu, t.sdHu, t.skewness, t.kurtosis};
  for (const double hu : t.percentileHu) values << hu;
  values << t.levelEntropyBits << t.levelEnergy << double(t.pairs) << t.contrast.value_or(-1)
         << t.homogeneity.value_or(-1) << t.energy.value_or(-1) << t.entropyBits.value_or(-1)
         << t.correlation.value_or(-9);
  return values;
}

void compare(const Texture& texture, const QVector<double>& expected) {
  const QVector<double> values = figuresOf(texture);
  QCOMPARE(values.size(), expected.size());
  for (qsizetype i = 0; i < values.size(); ++i)  // expected values have nine digits
    QVERIFY2(
        std::abs(values[i] - expected[i]) <= 1e-8 * std::max(1.0, std::abs(expected[i])),
        qPrintable(QString("figure %1: %2, not %3").arg(i).arg(values[i], 0, 'g', 12).arg(expected[i], 0, 'g', 12)));
}

}  // namespace

class TestTexture : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Expected values: texture_numbers.py, by NumPy 2.4 and SciPy 1.17.
  void agreesWithNumpy() {
    const Fixture f;
    for (const int threads : {1, 3}) {
      const auto textures = measureTexture(f.ct, f.mask, {}, threads).value();
      QCOMPARE(textures.size(), std::size_t{3});
      compare(*find(textures, TexturePart::Right),
              {246, -401.731707, 399.736917, -0.0783134897, -1.14120052, -977, -731, -406.5, -62, 119.5, 5.23485509,
               0.0349659594, 2253, 445.78917, 0.0673319446, 0.00163533989, 10.0335057, 0.0878870932});
      compare(*find(textures, TexturePart::Left),
              {167, -382.502994, 384.937445, -0.0695806496, -1.0755071, -920.4, -703, -371, -65, 136, 5.33589275,
               0.0305855355, 1429, 497.752274, 0.0404902293, 0.00118337487, 10.1542878, -0.0791535621});
      compare(*find(textures, TexturePart::Both),
              {413, -393.956416, 393.932656, -0.0776249927, -1.11241972, -950.4, -716, -377, -61, 130.4, 5.3479817,
               0.0313011157, 3952, 468.775557, 0.0563602231, 0.00119257507, 10.447041, 0.0217932833});
      QCOMPARE(*find(textures, TexturePart::Right)->ml, 246 * 0.009);
    }
  }
  // The same script, by scikit-image 0.26: graycomatrix and graycoprops of one slice in four directions.
  void agreesWithScikitImage() {
    const Fixture f = Fixture().slice();
    compare(*find(measureTexture(f.ct, f.mask).value(), TexturePart::Both),
            {69, -380.057971, 424.194339, -0.0948474587, -1.34570531, -1004.4, -767, -351, 14, 171.4, 4.73264479,
             0.047679059, 227, 423.189427, 0.0828967626, 0.0049777795, 8.00515036, 0.21176111});
  }
  void aSphereHoldsWhatIsWithin() {
    const Fixture f;
    const Sphere sphere{{-30 + 11, 12 + 7, 400 + 8}, 6};
    compare(measureTexture(f.ct, f.mask, sphere).value(),
            {101, -407.089109, 418.233013, -0.0957285021, -1.2736972, -1022, -779, -429, -20, 121, 4.88496643,
             0.0440152926, 819, 540.897436, 0.0446449279, 0.00216172377, 9.29726461, -0.0564696994});
    // One so large that it holds all is the same as both lungs.
    compare(measureTexture(f.ct, f.mask, Sphere{{0, 0, 400}, 500}).value(),
            figuresOf(*find(measureTexture(f.ct, f.mask).value(), TexturePart::Both)));
    for (const Sphere& none : {Sphere{{1e9, 0, 0}, 5}, Sphere{{-30, 12, 400}, 0}, Sphere{{-30, 12, 400}, 1}})
      QCOMPARE(measureTexture(f.ct, f.mask, none)->voxels, std::uint64_t{0});
  }
  // A checkerboard along x: neighbours along x differ by one level, those along y are alike. 4 x 2 voxels of one slice:
  // pairs 6 along x, 4 along y, 6 on the diagonals; the last and the first differ, 12 of 16: contrast 0.75.
  void byHand() {
    Grid grid;
    grid.size = {4, 2, 1};
    CtVolume ct(grid);
    LabelVolume mask(grid);
    for (int y = 0; y < 2; ++y)
      for (int x = 0; x < 4; ++x) {
        ct[{x, y, 0}] = static_cast<std::int16_t>(x % 2 == 0 ? -1000 : -975);
        mask[{x, y, 0}] = kLungUnsided;
      }
    const auto textures = measureTexture(ct, mask).value();
    QCOMPARE(textures.size(), std::size_t{1});
    const Texture& t = textures.front().texture;
    QCOMPARE(textures.front().part, TexturePart::Both);
    QCOMPARE(t.pairs, std::uint64_t{16});
    QCOMPARE(*t.contrast, 0.75);
    QCOMPARE(*t.homogeneity, 0.25 + 0.75 / 2);
    QCOMPARE(*t.energy, 2 * 0.125 * 0.125 + 2 * 0.375 * 0.375);
    QCOMPARE(*t.correlation, -0.5);  // (0.25 - 0.75) of a variance that is 1 in units of half a level
    QCOMPARE(t.levelEntropyBits, 1.0);
    QCOMPARE(t.levelEnergy, 0.5);
  }
  void whatIsAbsent() {
    Grid grid;
    grid.size = {5, 5, 5};
    grid.spacingKnown = false;
    CtVolume ct(grid, -800);
    LabelVolume mask(grid);
    QVERIFY(measureTexture(ct, mask)->empty());
    mask[{1, 1, 1}] = mask[{3, 3, 3}] = kRightLung;  // no neighbours
    const Texture alone = measureTexture(ct, mask)->front().texture;
    QVERIFY(!alone.ml && alone.pairs == 0 && !alone.contrast && !alone.correlation && !alone.entropyBits);
    QCOMPARE(alone.skewness, 0.0);
    mask[{2, 2, 2}] = kRightLung;
    const Texture alike = measureTexture(ct, mask)->front().texture;
    QCOMPARE(*alike.energy, 1.0);
    QVERIFY(!alike.correlation);
    QCOMPARE(measureTexture(ct, mask, Sphere{{2, 2, 2}, 3})->voxels, std::uint64_t{0});  // mm are not known
  }
  void stopsAndRefuses() {
    const Fixture f;
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(!measureTexture(f.ct, f.mask, {}, 0, stopped.get_token()));
    QVERIFY(!measureTexture(f.ct, f.mask, Sphere{{-19, 19, 408}, 6}, {}, 0, stopped.get_token()));
    QVERIFY_THROWS_EXCEPTION(Error, (void)measureTexture(f.ct, f.slice().mask));
    for (const GreyLevels& wrong : {GreyLevels{-1000, 0, 48}, GreyLevels{-1000, 25, 64}, GreyLevels{-1000, 25, 1}})
      QVERIFY_THROWS_EXCEPTION(Error, (void)measureTexture(f.ct, f.mask, wrong));
    double last = 0;
    (void)measureTexture(f.ct, f.mask, {}, 1, {}, [&](double share, const std::string&) {
      QVERIFY(share > last && share <= 1);
      last = share;
    });
    QCOMPARE(last, 1.0);
  }
};

QTEST_GUILESS_MAIN(TestTexture)
#include "tst_texture.moc"
