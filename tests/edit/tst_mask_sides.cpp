// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/core/label_set.h"
#include "pipeline/edit/mask_parts.h"
#include "pipeline/edit/mask_sides.h"
#include "tests/edit/naive_masks.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

/// A block of lung without side, x from 5 to 34.
LabelVolume merged() {
  return maskOf(gridOf({40, 20, 10}, {0.8, 1.2, 2}), [](int x, int y, int) {
    return x >= 5 && x < 35 && y >= 3 && y < 17 ? static_cast<int>(kLungUnsided) : 0;
  });
}

}  // namespace

class TestMaskSides : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void swaps() {
    const LabelVolume mask = maskOf(gridOf({9, 2, 2}), [](int x, int, int) { return x % 4; });
    const LabelVolume swapped = after(mask, swapSides(mask));
    for (int x = 0; x < 9; ++x) {
      const std::array<int, 4> wanted{0, 2, 1, 3};
      QCOMPARE(static_cast<int>(swapped[{x, 1, 1}]), wanted[static_cast<std::size_t>(x % 4)]);
    }
  }

  void splitsAlongALine_data() {
    QTest::addColumn<int>("plane");
    QTest::addColumn<bool>("backwards");
    for (const auto plane : {Orientation::Axial, Orientation::Coronal})
      for (const bool backwards : {false, true})
        QTest::addRow("%d %d", static_cast<int>(plane), backwards) << static_cast<int>(plane) << backwards;
  }
  void splitsAlongALine() {
    QFETCH(int, plane);
    QFETCH(bool, backwards);
    DrawnLine line{static_cast<Orientation>(plane), {}};
    const std::size_t v = line.plane == Orientation::Axial ? 1 : 2;
    // Two pieces that meet at (20.5, 4): straight up from there, towards lower x before; short, so that both must go
    // on.
    for (const auto& [a, b] : {std::pair{18.5, 2.0}, {20.5, 4.0}, {20.5, 5.0}}) {
      Point3 p{a, 99, 99};
      p[v] = b;
      line.points.push_back(p);
      line.points.push_back(p);  // a pointer that rests
    }
    if (backwards) std::reverse(line.points.begin(), line.points.end());
    const LabelVolume mask = merged();
    const LabelVolume sides = after(mask, splitSides(mask, line));
    for (int z = 0; z < 10; ++z)
      for (int y = 0; y < 20; ++y)
        for (int x = 0; x < 40; ++x) {
          const int up = v == 1 ? y : z;
          if (mask[{x, y, z}] == 0) {
            QCOMPARE(static_cast<int>(sides[{x, y, z}]), 0);
            continue;
          }
          const double border = up >= 4 ? 20.5 : 16.5 + up;  // x on the line at this height
          if (std::abs(x - border) < 1e-9) continue;
          QCOMPARE(static_cast<int>(sides[{x, y, z}]), x < border ? 1 : 2);
        }
  }

  void splitsAlongAPlane() {
    LabelVolume mask = merged();
    Grid turned = mask.grid();  // a patient who lies a little askew: the first two axes turned by 10 degrees
    const double c = std::cos(0.1745), s = std::sin(0.1745);
    turned.direction = {c, -s, 0, s, c, 0, 0, 0, 1};
    turned.originMm = {-100, 40, 7};
    mask.setGrid(turned);
    for (const double sign : {1.0, -1.0}) {
      const Point3 point = toPatient(turned, Point3{22.5, 3, 3});
      const LabelVolume sides = after(mask, splitSides(mask, point, {sign * c, sign * s, 0}));
      QCOMPARE(countOf(sides, kRightLung), 18 * 14 * 10);
      QCOMPARE(countOf(sides, kLeftLung), 12 * 14 * 10);
      QCOMPARE(static_cast<int>(sides[{5, 5, 5}]), 1);
    }
  }

  void refusesALineThatDividesNothing() {
    const LabelVolume mask = merged();
    const DrawnLine beside{Orientation::Axial, {{2, 0, 0}, {2, 9, 0}}};
    const DrawnLine point{Orientation::Axial, {{20, 5, 0}, {20, 5, 3}}};
    const DrawnLine sagittal{Orientation::Sagittal, {{20, 5, 0}, {20, 5, 3}}};
    QVERIFY_THROWS_EXCEPTION(Error, (void)splitSides(mask, beside));
    QVERIFY_THROWS_EXCEPTION(Error, (void)splitSides(mask, point));
    QVERIFY_THROWS_EXCEPTION(Error, (void)splitSides(mask, sagittal));
    QVERIFY_THROWS_EXCEPTION(Error, (void)splitSides(mask, {0, 0, 0}, {0, 0, 0}));
    QVERIFY_THROWS_EXCEPTION(Error, (void)splitSides(mask, {0, 0, 0}, {1, 0, 0}));
    const DrawnLine middle{Orientation::Axial, {{20, 0, 0}, {20, 9, 0}}};
    QVERIFY(!splitSides(mask, middle, stopped()));
  }

  void aCutPartsWhatHangsTogether_data() {
    QTest::addColumn<int>("plane");
    for (const auto plane : {Orientation::Axial, Orientation::Coronal, Orientation::Sagittal})
      QTest::addRow("%d", static_cast<int>(plane)) << static_cast<int>(plane);
  }
  void aCutPartsWhatHangsTogether() {
    QFETCH(int, plane);
    const LabelVolume mask = merged();
    const DrawnLine line{static_cast<Orientation>(plane), {{2.2, 1.1, -0.4}, {17, 9, 4.6}, {38, 18.4, 9.4}}};
    const auto cut = cutAlong(mask, line, 0, std::nullopt, std::nullopt);
    const LabelVolume parted = after(mask, cut);
    const LabelVolume largest = after(parted, removeIslands(parted, std::nullopt, std::nullopt));
    const auto kept = countOf(largest, kLungUnsided), all = countOf(parted, kLungUnsided);
    QVERIFY(kept < all * 6 / 10);                              // two pieces of about half each
    QVERIFY(cut->changedVoxels() < mask.voxels().size() / 8);  // a thin one
    QVERIFY(!cutAlong(mask, line, 0, std::nullopt, std::nullopt, stopped()));
  }

  void cutsOneSliceAndOneLabel() {
    const LabelVolume mask = maskOf(gridOf({20, 20, 5}), [](int x, int, int) { return x < 10 ? 1 : 2; });
    const DrawnLine line{Orientation::Axial, {{-3, 7, 0}, {30, 7, 0}}};
    // 3.9 mm wide: rows 6, 7 and 8.
    LabelVolume cut = after(mask, cutAlong(mask, line, 3.9, 2, 1));
    QCOMPARE(countOf(cut, 0), 3 * 10);
    QCOMPARE(static_cast<int>(cut[{3, 6, 2}]), 0);
    QCOMPARE(static_cast<int>(cut[{3, 6, 1}]), 1);
    cut = after(mask, cutAlong(mask, line, 3.9, std::nullopt, std::nullopt));
    QCOMPARE(countOf(cut, 0), 3 * 20 * 5);
    QVERIFY_THROWS_EXCEPTION(Error, (void)cutAlong(mask, line, -1, 2, 1));
    QVERIFY_THROWS_EXCEPTION(Error, (void)cutAlong(mask, {Orientation::Axial, {{1, 1, 1}}}, 1, 2, 1));
  }
};

QTEST_GUILESS_MAIN(TestMaskSides)
#include "tst_mask_sides.moc"
