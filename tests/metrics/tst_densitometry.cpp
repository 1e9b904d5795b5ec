// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/metrics/densitometry.h"

using namespace pulmo;

namespace {

/// Two lungs of uneven shape; HU by a formula that other programs can follow, some exactly on a limit.
struct Fixture {
  CtVolume ct;
  LabelVolume mask;
  Fixture() {
    Grid grid;
    grid.size = {7, 6, 9};
    grid.spacingMm = {2, 1, 3};
    ct = CtVolume(grid);
    mask = LabelVolume(grid);
    for (int z = 0; z < 9; ++z)
      for (int y = 0; y < 6; ++y)
        for (int x = 0; x < 7; ++x) {
          ct[{x, y, z}] = static_cast<std::int16_t>((x * 37 + y * 101 + z * 253 + x * y * z * 11) % 1301 - 1100);
          if (z >= 1 && z < 8 && y >= 1 && y < 5 && x < 3) mask[{x, y, z}] = kRightLung;
          if (z < 6 && y >= 2 && x >= 4) mask[{x, y, z}] = kLeftLung;
        }
    ct[{0, 3, 4}] = -950;
    ct[{1, 3, 4}] = -250;
    ct[{1, 3, 5}] = 0;
    ct[{1, 4, 5}] = -750;
    ct[{1, 4, 3}] = -400;
    ct[{0, 3, 3}] = -600;
    ct[{2, 3, 3}] = -856;
  }
};

const Densitometry* find(const std::vector<MeasuredRegion>& regions, LungPart part, LungZone zone) {
  for (const MeasuredRegion& region : regions)
    if (region.part == part && region.zone == zone) return &region.density;
  return nullptr;
}

}  // namespace

class TestDensitometry : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Expected values: NumPy 2 and SciPy (population moments, linear percentiles) on the same formula.
  void agreesWithNumpy_data() {
    QTest::addColumn<int>("part");
    QTest::addColumn<int>("zone");
    QTest::addColumn<QVector<double>>("expected");
    const auto row = [](const char* name, LungPart part, LungZone zone, const QVector<double>& expected) {
      QTest::newRow(name) << static_cast<int>(part) << static_cast<int>(zone) << expected;
    };
    row("right", LungPart::Right, LungZone::Whole,
        {84,        0.504,     0.288498,  -429.833333, 331.558292, -0.068735, -0.942114,
         -886.8,    -812.3,    4.761905,  9.52381,     9.52381,    10.714286, 76.190476,
         67.857143, 58.333333, 33.333333, 33.333333,   14.285714,  33.333333, 34.52381});
    row("both", LungPart::Both, LungZone::Whole,
        {156,       0.936,     0.530994,  -435.25,   341.126051, -0.048893, -0.992585,
         -923.5,    -830.25,   7.051282,  9.615385,  10.897436,  12.820513, 75.641026,
         66.025641, 56.410256, 33.333333, 32.051282, 12.179487,  34.615385, 32.692308});
    row("right, upper", LungPart::Right, LungZone::Upper,
        {24,        0.144,  0.087432,  -396.666667, 293.557443, -0.225656, -0.242867,
         -751.7,    -680.1, 4.166667,  4.166667,    4.166667,   4.166667,  87.5,
         79.166667, 62.5,   33.333333, 45.833333,   8.333333,   37.5,      41.666667});
    row("both, upper: of each lung its own", LungPart::Both, LungZone::Upper,
        {48,        0.288,   0.173934, -398.25,   328.840672, -0.176114, -0.773772,
         -855.9,    -744.95, 6.25,     6.25,      8.333333,   10.416667, 83.333333,
         72.916667, 62.5,    37.5,     35.416667, 8.333333,   35.416667, 39.583333});
    row("left, dorsal", LungPart::Left, LungZone::Dorsal,
        {36,        0.216,     0.122022,  -437.972222, 356.550954, -0.037543, -1.049596,
         -945.5,    -850.0,    11.111111, 11.111111,   11.111111,  16.666667, 75.0,
         66.666667, 55.555556, 33.333333, 33.333333,   8.333333,   36.111111, 27.777778});
  }
  void agreesWithNumpy() {
    QFETCH(int, part);
    QFETCH(int, zone);
    QFETCH(QVector<double>, expected);
    const Fixture f;
    const auto regions = measureDensity(f.ct, f.mask);
    const Densitometry* d = find(regions, static_cast<LungPart>(part), static_cast<LungZone>(zone));
    QVERIFY(d != nullptr);
    QVector<double> values{static_cast<double>(d->voxels),
                           *d->ml,
                           *d->massG,
                           d->meanHu,
                           d->sdHu,
                           d->skewness,
                           d->kurtosis,
                           d->percentile10Hu,
                           d->percentile15Hu};
    for (const double share : d->lowPercent) values << share;
    for (const double share : d->highPercent) values << share;
    values << d->highBandPercent << d->inflatedPercent << d->infiltratedPercent << d->collapsedPercent;
    QCOMPARE(values.size(), expected.size());
    for (qsizetype i = 0; i < values.size(); ++i)
      QVERIFY2(std::abs(values[i] - expected[i]) < 2e-6 * std::max(1.0, std::abs(expected[i])),
               qPrintable(QString("figure %1: %2, not %3").arg(i).arg(values[i], 0, 'f', 6).arg(expected[i])));
  }
  void zonesAddUp() {
    const Fixture f;
    const auto regions = measureDensity(f.ct, f.mask);
    QCOMPARE(regions.size(), std::size_t{18});
    const auto voxels = [&](LungPart part, LungZone zone) { return find(regions, part, zone)->voxels; };
    for (const LungPart part : {LungPart::Right, LungPart::Left, LungPart::Both}) {
      const auto whole = voxels(part, LungZone::Whole);
      QCOMPARE(voxels(part, LungZone::Upper) + voxels(part, LungZone::Middle) + voxels(part, LungZone::Lower), whole);
      QCOMPARE(voxels(part, LungZone::Ventral) + voxels(part, LungZone::Dorsal), whole);
    }
  }
  // Expected values: NumPy on the same formula, 100 * mean((v >= a) & (v < b)).
  void limitsOfAeration_data() {
    QTest::addColumn<int>("part");
    QTest::addColumn<QVector<int>>("limits");
    QTest::addColumn<QVector<double>>("expected");
    const QVector<int> published{-950, -750, -400, 0}, own{-900, -600, -250, 50};
    const int right = static_cast<int>(LungPart::Right), both = static_cast<int>(LungPart::Both);
    QTest::newRow("right, published") << right << published
                                      << QVector<double>{4.761905, 14.285714, 33.333333, 34.52381, 13.095238};
    QTest::newRow("right, own") << right << own << QVector<double>{9.52381, 21.428571, 34.52381, 23.809524, 10.714286};
    QTest::newRow("both, published") << both << published
                                     << QVector<double>{7.051282, 12.179487, 34.615385, 32.692308, 13.461538};
    QTest::newRow("both, own") << both << own << QVector<double>{10.897436, 22.435897, 32.692308, 23.717949, 10.25641};
  }
  void limitsOfAeration() {
    QFETCH(int, part);
    QFETCH(QVector<int>, limits);
    QFETCH(QVector<double>, expected);
    AerationLimits from;
    std::copy(limits.begin(), limits.end(), from.fromHu.begin());
    const Fixture f;
    auto regions = measureDensity(f.ct, f.mask, from, {}).value();
    for (const bool again : {false, true}) {
      if (again) {  // set afterwards, from the histogram alone
        regions = measureDensity(f.ct, f.mask);
        for (MeasuredRegion& region : regions) setAerationLimits(region, from);
      }
      const Densitometry* d = find(regions, static_cast<LungPart>(part), LungZone::Whole);
      QVERIFY(d->aerationLimits == from);
      const auto percent = d->aerationPercent();
      for (std::size_t i = 0; i < percent.size(); ++i)
        QVERIFY2(std::abs(percent[i] - expected[static_cast<qsizetype>(i)]) < 1e-6,
                 qPrintable(QString("class %1: %2").arg(i).arg(percent[i])));
    }
  }
  void theHistogramOfARegion() {
    const Fixture f;
    const auto regions = measureDensity(f.ct, f.mask);
    const HuHistogram& h = regions[0].histogram;  // right, whole; NumPy: min, max, a count and np.percentile(v, 37)
    QCOMPARE(h.voxels(), std::uint64_t{84});
    QCOMPARE(h.firstHu(), -1092);
    QCOMPARE(h.endHu(), 176);
    QCOMPARE(h.between(-900, -600), std::uint64_t{18});
    QVERIFY(std::abs(h.percentile(37) + 548.35) < 1e-9);
    QCOMPARE(h.at(-5000) + h.at(5000), std::uint64_t{0});
    QCOMPARE(HuHistogram(-10, {0, 0, 3, 0, 1, 0}).firstHu(), -8);
    QCOMPARE(HuHistogram(-10, {0, 0, 3, 0, 1, 0}).endHu(), -5);
    QCOMPARE(HuHistogram(7, {0, 0}).voxels(), std::uint64_t{0});
  }
  void stopsAndRefusesLimits() {
    const Fixture f;
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(!measureDensity(f.ct, f.mask, {}, stopped.get_token()));
    QVERIFY_THROWS_EXCEPTION(Error, (void)measureDensity(f.ct, f.mask, {{-950, -400, -750, 0}}, {}));
  }
  void withoutSidesBothAlone() {
    Fixture f;
    for (std::uint8_t& v : f.mask.voxels()) v = v != 0 ? kLungUnsided : v;
    const auto regions = measureDensity(f.ct, f.mask);
    QCOMPARE(regions.size(), std::size_t{6});
    QVERIFY(find(regions, LungPart::Both, LungZone::Whole)->voxels == 156);
  }
  void withoutASpacingNoMl() {
    Fixture f;
    Grid grid = f.ct.grid();
    grid.spacingKnown = false;
    f.ct.setGrid(grid);
    f.mask.setGrid(grid);
    const auto regions = measureDensity(f.ct, f.mask);
    QVERIFY(!regions[0].density.ml && !regions[0].density.massG);
  }
  void anEmptyMaskHasNoRegions() {
    Fixture f;
    std::fill(f.mask.voxels().begin(), f.mask.voxels().end(), std::uint8_t{0});
    QVERIFY(measureDensity(f.ct, f.mask).empty());
  }
  void refusesAnotherGrid() {
    const Fixture f;
    Grid grid = f.ct.grid();
    grid.size[2] = 5;
    QVERIFY_THROWS_EXCEPTION(Error, (void)measureDensity(f.ct, LabelVolume(grid)));
  }
};

QTEST_GUILESS_MAIN(TestDensitometry)
#include "tst_densitometry.moc"
