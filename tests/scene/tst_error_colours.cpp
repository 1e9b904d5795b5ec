// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "widgets/scene/aeration_colours.h"
#include "widgets/scene/error_colours.h"

using namespace pulmo;

namespace {

struct Picture {
  int width, height;
  std::vector<Pixel> pixels;
  Picture(int w, int h) : width(w), height(h), pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h)) {}
  PixelView view() { return {pixels.data(), width, height, width}; }
  [[nodiscard]] Pixel at(int x, int y) const { return pixels[static_cast<std::size_t>(y * width + x)]; }
};

int off(Pixel a, Pixel b) {
  int most = 0;
  for (const unsigned shift : {0U, 8U, 16U})
    most = std::max(most, std::abs(int(a >> shift & 255U) - int(b >> shift & 255U)));
  return most;
}

/// What somebody sees who lacks the long- or the middle-wave cones. Source: Viénot, Brettel & Mollon 1999, their
/// matrices for linear RGB, as used for deuteranopes and protanopes alike within the blue-yellow plane.
std::array<double, 3> seenBy(Pixel pixel, bool deutan) {
  std::array<double, 3> rgb{};
  for (std::size_t k = 0; k < 3; ++k) {
    const double c = double(pixel >> (16 - 8 * k) & 255U) / 255;
    rgb[k] = c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  }
  const double rg = deutan ? 0.29275 * rgb[0] + 0.70725 * rgb[1] : 0.11238 * rgb[0] + 0.88762 * rgb[1];
  const double b =
      deutan ? -0.02234 * rgb[0] + 0.02234 * rgb[1] + rgb[2] : 0.00401 * rgb[0] - 0.00401 * rgb[1] + rgb[2];
  std::array<double, 3> seen{rg, rg, b};
  for (double& c : seen) {
    c = std::clamp(c, 0.0, 1.0);
    c = 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055);
  }
  return seen;
}

}  // namespace

class TestErrorColours : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void endsAndMiddle() {
    QCOMPARE(errorColour(0, 10), kAgreedColour);
    QCOMPARE(errorColour(-10, 10), kMissedColour);
    QCOMPARE(errorColour(10, 10), kAddedColour);
    QCOMPARE(errorColour(-300, 10), kMissedColour);
    QCOMPARE(errorColour(std::numeric_limits<double>::infinity(), 10), kAddedColour);
    // Half way: the mean of both, channel by channel.
    const Pixel half = errorColour(-5, 10);
    for (const unsigned shift : {0U, 8U, 16U}) {
      const double mean = (double(kAgreedColour >> shift & 255U) + double(kMissedColour >> shift & 255U)) / 2;
      QVERIFY(std::abs(double(half >> shift & 255U) - mean) <= 1);
    }
  }
  void staysApartForTheColourBlind() {
    for (const bool deutan : {true, false})
      for (const auto& [a, b] : {std::pair{kMissedColour, kAddedColour},
                                 {kMissedColour, kAgreedColour},
                                 {kAddedColour, kAgreedColour},
                                 {kOtherSideColour, kAddedColour},
                                 {kOtherSideColour, kMissedColour},
                                 {kOtherSideColour, kAgreedColour}}) {
        const auto p = seenBy(a, deutan), q = seenBy(b, deutan);
        const double apart = std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
        QVERIFY2(apart > 60, qPrintable(QString("%1 %2: %3").arg(a, 0, 16).arg(b, 0, 16).arg(apart)));
      }
    for (const bool deutan : {true, false})
      for (std::size_t i = 0; i < kAerationColours.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
          const auto p = seenBy(kAerationColours[i].colour, deutan), q = seenBy(kAerationColours[j].colour, deutan);
          const double apart = std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
          QVERIFY2(apart > 60, qPrintable(QString("%1 %2: %3").arg(i).arg(j).arg(apart)));
        }
  }
  void theScaleRunsFromMissedToAdded() {
    for (const double scale : {1.0, 2.0}) {
      Picture picture(static_cast<int>(400 * scale), static_cast<int>(500 * scale));
      TextCache texts;
      drawColourScale(picture.view(), errorScale(10), scale, texts);
      // The bar's row: the lowest one that holds the colour of the missed end.
      int row = picture.height - 1;
      const auto found = [&](Pixel colour) {
        for (int x = 0; x < picture.width; ++x)
          if (off(picture.at(x, row), colour) <= 2) return x;
        return -1;
      };
      while (row > 0 && found(kMissedColour) < 0) --row;
      const int left = found(kMissedColour), middle = found(kAgreedColour), right = found(kAddedColour);
      QVERIFY(row > picture.height / 2);
      QVERIFY2(left >= 0 && left < middle && middle < right,
               qPrintable(QString("%1 %2 %3").arg(left).arg(middle).arg(right)));
      QVERIFY(std::abs((left + right) / 2 - middle) <= 3 * scale);
      QVERIFY2(right < 0.8 * picture.width, "over the cube");
      int ink = 0;  // the words above it and the numbers below
      for (int x = 0; x < picture.width; ++x)
        for (const int y : {row - static_cast<int>(20 * scale), row + static_cast<int>(10 * scale)})
          ink += int(picture.at(x, y) >> 8U & 255U) > 120;
      QVERIFY2(ink > 10, qPrintable(QString::number(ink)));
    }
  }
  void aSmallPaneHasNoScale() {
    Picture picture(100, 100);
    TextCache texts;
    drawColourScale(picture.view(), errorScale(10), 1, texts);
    QVERIFY(std::all_of(picture.pixels.begin(), picture.pixels.end(), [](Pixel p) { return p == 0; }));
  }
};

QTEST_GUILESS_MAIN(TestErrorColours)
#include "tst_error_colours.moc"
