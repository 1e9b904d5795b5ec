// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <array>
#include <cmath>
#include <vector>

#include "widgets/scene/doubt_colours.h"

using namespace pulmo;

namespace {

/// CIE L*, 0 black .. 100 white, of an sRGB colour.
double lightness(Pixel pixel) {
  constexpr std::array<double, 3> kShare{0.2126, 0.7152, 0.0722};
  double y = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const double c = double(pixel >> (16 - 8 * k) & 255U) / 255;
    y += kShare[k] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return y <= 216.0 / 24389 ? y * 24389 / 27 : 116 * std::cbrt(y) - 16;
}

}  // namespace

class TestDoubtColours : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void lighterIsLessSure() {
    for (double share = 0; share < 0.99; share += 0.02)
      QVERIFY2(lightness(doubtColour(share + 0.02)) > lightness(doubtColour(share)),
               qPrintable(QString::number(share)));
    QVERIFY(lightness(doubtColour(1)) - lightness(doubtColour(0)) > 50);
    QCOMPARE(doubtColour(-1), doubtColour(0));
    QCOMPARE(doubtColour(7), doubtColour(1));
  }
  // What is nearly sure is clear, from a half on it has the overlay's whole opacity, halfway between half of it.
  void sureIsClear() {
    const LabelPalette palette = doubtPalette();
    const auto alpha = [&](std::size_t id) { return int(palette.colours[id] >> 24U); };
    QCOMPARE(alpha(0), 0);
    QCOMPARE(alpha(25), 0);                   // 0.098
    QVERIFY(std::abs(alpha(77) - 128) <= 2);  // 0.302
    QCOMPARE(alpha(128), 255);
    QCOMPARE(alpha(255), 255);
    QCOMPARE(palette.names[51], std::string("uncertainty 0.20"));
    QVERIFY(!palette.outlined);
  }
  void halfClearColoursAreBlendedHalf() {
    std::vector<Pixel> pixels(3, pixelOfRgb(0, 0, 0));
    const PixelView out{pixels.data(), 3, 1, 3};
    const std::array<std::uint8_t, 3> voxels{1, 2, 3};
    std::array<Pixel, 256> colours{};
    colours[1] = 0xffc86432U;  // 200, 100, 50
    colours[2] = 0x80c86432U;  // half of it: 100, 50, 25
    colours[3] = 0x00c86432U;  // nothing
    Grid grid;
    grid.size = {3, 1, 1};
    const SliceGeometry geometry(grid, Orientation::Axial, {1, 0, 0}, 1, 3, 1);
    drawLabels(out, geometry, {voxels.data(), 3, 1}, 1, colours);
    const auto off = [](Pixel a, Pixel b) {
      int most = 0;
      for (const unsigned shift : {0U, 8U, 16U})
        most = std::max(most, std::abs(int(a >> shift & 255U) - int(b >> shift & 255U)));
      return most;
    };
    QVERIFY(off(pixels[0], pixelOfRgb(200, 100, 50)) <= 1);
    QVERIFY(off(pixels[1], pixelOfRgb(100, 50, 25)) <= 1);
    QVERIFY(off(pixels[2], pixelOfRgb(0, 0, 0)) == 0);
  }
};

QTEST_GUILESS_MAIN(TestDoubtColours)
#include "tst_doubt_colours.moc"
