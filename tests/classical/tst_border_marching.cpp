// SPDX-License-Identifier: Apache-2.0
// Border marching on pictures whose answer is a formula: a half plane with a disc, a notch, a rib.
#include <QtTest>
#include <cmath>

#include "pipeline/classical/border_marching.h"

using namespace pulmo;

namespace {

/// A rectangle of lung, 20 to 180 by 20 to 120 pixels of 1 mm, without a disc of `radius` whose centre lies `depth`
/// within its upper edge.
SliceMask biteOut(double radius, double depth) {
  SliceMask mask{200, 140, 1, 1, {}};
  mask.in.assign(200 * 140, 0);
  for (int v = 20; v < 120; ++v)
    for (int u = 20; u < 180; ++u)
      mask.in[static_cast<std::size_t>(u + 200 * v)] = std::hypot(u - 100, v - 19.5 - depth) > radius ? 1 : 0;
  return mask;
}

std::size_t count(const std::vector<std::uint8_t>& of) {
  return static_cast<std::size_t>(std::count(of.begin(), of.end(), 1));
}

const std::vector<std::uint8_t> kNoBone(200 * 140, 0);

}  // namespace

class TestBorderMarching : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void bordersHaveTheirAreaAndSense() {
    SliceMask mask{10, 8, 0.5, 2, {}};
    mask.in.assign(80, 0);
    for (int v = 1; v < 6; ++v)
      for (int u = 2; u < 8; ++u) mask.in[static_cast<std::size_t>(u + 10 * v)] = u == 4 && v == 3 ? 0 : 1;
    const auto borders = traceBorders(mask, 0.5);
    QCOMPARE(borders.size(), std::size_t{2});
    // Middles of the edges: the corners of 6 x 5 pixels are cut by a quarter pixel each, of half of which 1/8 is lost.
    QCOMPARE(borders[0].areaMm2, (30 - 4 * 0.125) * 1.0);
    QCOMPARE(borders[1].areaMm2, -(1 - 4 * 0.125) * 1.0);
  }

  void pixelsThatTouchAtACornerAreApart() {
    SliceMask mask{4, 4, 1, 1, {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}};
    QCOMPARE(traceBorders(mask, 0.5).size(), std::size_t{2});
  }

  void bridgesADentThatIsNarrowForItsDepth_data() {
    QTest::addColumn<double>("radius");
    QTest::addColumn<double>("depth");
    for (const double radius : {4.0, 7.0, 10.0, 14.0}) {
      QTest::addRow("half a disc of %g mm", radius) << radius << 0.0;
      QTest::addRow("most of a disc of %g mm", radius) << radius << 0.5 * radius;
    }
    QTest::newRow("a whole disc, a hole") << 9.0 << 30.0;
  }
  void bridgesADentThatIsNarrowForItsDepth() {
    QFETCH(double, radius);
    QFETCH(double, depth);
    const SliceMask mask = biteOut(radius, depth);
    const auto added = bridgedPixels(mask, kNoBone, {});
    std::size_t missing = 0, beyond = 0, all = 0;
    for (int v = 0; v < 140; ++v)
      for (int u = 0; u < 200; ++u) {
        const std::size_t i = static_cast<std::size_t>(u + 200 * v);
        const bool wanted = u >= 20 && u < 180 && v >= 20 && v < 120 && mask.in[i] == 0;
        all += wanted ? 1 : 0;
        missing += wanted && added[i] == 0 ? 1 : 0;
        beyond += !wanted && added[i] != 0 ? 1 : 0;
      }
    QVERIFY2(static_cast<double>(missing) <= 0.06 * static_cast<double>(all),
             qPrintable(QString("%1 of %2 missing").arg(missing).arg(all)));
    QCOMPARE(beyond, std::size_t{0});
  }

  void leavesWideDentsAndRibs() {
    QCOMPARE(count(bridgedPixels(biteOut(40, -20), kNoBone, {})), std::size_t{0});  // 69 mm wide, 20 deep: a heart
    QCOMPARE(count(bridgedPixels(biteOut(20, -14), kNoBone, {})), std::size_t{0});  // 29 mm wide, 6 deep
    QCOMPARE(count(bridgedPixels(biteOut(22, 0), kNoBone, {})), std::size_t{0});    // wider than any step
    const SliceMask rib = biteOut(8, 0);
    std::vector<std::uint8_t> bone(rib.in.size(), 0);
    for (std::size_t i = 200 * 20; i < 200 * 24; ++i) bone[i] = rib.in[i] == 0 ? 1 : 0;
    QCOMPARE(count(bridgedPixels(rib, bone, {})), std::size_t{0});
  }

  void neverAddsToAConvexShape() {
    SliceMask disc{200, 140, 0.8, 1.3, std::vector<std::uint8_t>(200 * 140, 0)};
    for (int v = 0; v < 140; ++v)
      for (int u = 0; u < 200; ++u)
        disc.in[static_cast<std::size_t>(u + 200 * v)] = std::hypot(0.8 * (u - 100), 1.3 * (v - 70)) < 65 ? 1 : 0;
    QCOMPARE_LE(count(bridgedPixels(disc, kNoBone, {})), std::size_t{4});  // steps of the pixels
  }
};

QTEST_GUILESS_MAIN(TestBorderMarching)
#include "tst_border_marching.moc"
