// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "tests/support/small_chest.h"
#include "widgets/scene/slice_scene.h"

namespace {

using namespace pulmo;
using namespace pulmo::test;

struct Picture {
  int width, height;
  std::vector<Pixel> pixels;
  [[nodiscard]] Pixel at(double x, double y) const {
    return pixels[static_cast<std::size_t>(std::floor(y)) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(std::floor(x))];
  }
};

Picture drawn(SliceScene& scene, int width, int height) {
  scene.setViewport(width, height);
  Picture picture{width, height, std::vector<Pixel>(static_cast<std::size_t>(width * height))};
  scene.render({picture.pixels.data(), width, height, width});
  return picture;
}

/// Where two pictures differ: how many pixels, and the middle of them.
struct Difference {
  int count = 0;
  double x = 0, y = 0;
};
Difference difference(const Picture& a, const Picture& b) {
  Difference d;
  for (int y = 0; y < a.height; ++y)
    for (int x = 0; x < a.width; ++x)
      if (a.at(x, y) != b.at(x, y)) ++d.count, d.x += x + 0.5, d.y += y + 0.5;
  if (d.count > 0) d.x /= d.count, d.y /= d.count;
  return d;
}

Point3 middle(const Grid& grid) {
  return {(grid.size[0] - 1) / 2.0, (grid.size[1] - 1) / 2.0, (grid.size[2] - 1) / 2.0};
}

/// A scene on a uniform scan, with the whole slice in view and no crosshair.
SliceScene sceneOf(const CtPtr& ct, Orientation orientation, const Index3& cursor) {
  SliceScene scene;
  scene.setCt(ct);
  scene.setSlice(orientation, cursor);
  scene.setView(middle(ct->grid()), 1);
  scene.setWindow({256, 128});  // grey = HU from 0 to 255
  scene.setCrosshair(false);
  return scene;
}

int grey(Pixel pixel) {
  return static_cast<int>(pixel & 0xffU);
}

}  // namespace

class TestSliceScene : public QObject {
  Q_OBJECT
 private Q_SLOTS:

  void windowIsExactAtItsEdges_data() {
    QTest::addColumn<double>("width");
    QTest::addColumn<double>("centre");
    QTest::addColumn<int>("hu");
    QTest::addColumn<int>("expected");
    // DICOM C.11.2.1.2.1 by hand: c' = c - 0.5, from c' - (w - 1) / 2 to c' + (w - 1) / 2
    QTest::newRow("identity, lower edge") << 256.0 << 128.0 << 0 << 0;
    QTest::newRow("identity, inside") << 256.0 << 128.0 << 100 << 100;
    QTest::newRow("identity, upper edge") << 256.0 << 128.0 << 255 << 255;
    QTest::newRow("identity, above") << 256.0 << 128.0 << 256 << 255;
    QTest::newRow("lung, lower edge") << 1500.0 << -600.0 << -1350 << 0;      // -600.5 - 749.5
    QTest::newRow("lung, three above it") << 1500.0 << -600.0 << -1347 << 1;  // 3 / 1499 * 255 = 0.51
    QTest::newRow("lung, middle") << 1500.0 << -600.0 << -600 << 128;         // (0.5 / 1499 + 0.5) * 255 = 127.6
    QTest::newRow("lung, three below the top") << 1500.0 << -600.0 << 146 << 254;
    QTest::newRow("lung, upper edge") << 1500.0 << -600.0 << 149 << 255;
    QTest::newRow("width 1, below") << 1.0 << 40.0 << 39 << 0;
    QTest::newRow("width 1, at") << 1.0 << 40.0 << 40 << 255;
    QTest::newRow("lowest stored value") << 1500.0 << -600.0 << -32768 << 0;
    QTest::newRow("highest stored value") << 1500.0 << -600.0 << 32767 << 255;
  }
  void windowIsExactAtItsEdges() {
    QFETCH(double, width);
    QFETCH(double, centre);
    QFETCH(int, hu);
    QFETCH(int, expected);
    const auto ct = std::make_shared<const CtVolume>(gridOf({16, 16, 3}), static_cast<std::int16_t>(hu));
    SliceScene scene = sceneOf(ct, Orientation::Axial, {0, 0, 1});
    scene.setWindow({width, centre});
    const auto value = static_cast<unsigned>(expected);
    QCOMPARE(drawn(scene, 320, 320).at(160, 100), pixelOfRgb(value, value, value));
  }

  void interpolatesHuBetweenVoxels() {
    auto ct = std::make_shared<CtVolume>(gridOf({4, 4, 1}));
    for (int y = 0; y < 4; ++y) (*ct)[{2, y, 0}] = (*ct)[{3, y, 0}] = 200;
    SliceScene scene = sceneOf(ct, Orientation::Axial, {0, 0, 0});
    const Picture picture = drawn(scene, 400, 400);  // a voxel is 100 pixels, centres at 50, 150, 250, 350
    QCOMPARE(grey(picture.at(120, 150)), 0);
    QCOMPARE(grey(picture.at(175, 150)), 51);  // (175.5 - 150) / 100 * 200
    QCOMPARE(grey(picture.at(199, 150)), 99);
    QCOMPARE(grey(picture.at(200, 150)), 101);
    QCOMPARE(grey(picture.at(270, 150)), 200);
  }

  // Classes as fine as noise are areas alone, also where masks are drawn as outlines.
  void areasWithoutOutlines() {
    const Grid grid = gridOf({21, 21, 3});
    auto labels = std::make_shared<LabelVolume>(grid);
    for (int y = 5; y < 10; ++y)
      for (int x = 5; x < 10; ++x) (*labels)[{x, y, 1}] = 1;
    SliceScene scene = sceneOf(std::make_shared<const CtVolume>(grid, std::int16_t(80)), Orientation::Axial, {0, 0, 1});
    scene.setLabels(labels);
    LabelPalette palette;
    palette.colours[1] = pixelOfRgb(200, 80, 80);
    palette.outlined = false;
    scene.setPalette(palette);
    for (const bool outlineOnly : {false, true}) {
      scene.setOverlay({true, outlineOnly, 0.5});
      const Picture picture = drawn(scene, 420, 420);  // a voxel is 20 pixels
      for (int x = 60; x < 260; ++x)
        QCOMPARE(picture.at(x, 150), x >= 100 && x < 200 ? pixelOfRgb(140, 80, 80) : pixelOfRgb(80, 80, 80));
    }
  }

  void labelledVoxelHasTheOverlaysColour_data() {
    QTest::addColumn<int>("orientation");
    QTest::addColumn<int>("label");
    for (const int o : {0, 1, 2})
      for (const int label : {1, 2, 3}) QTest::addRow("orientation %d, label %d", o, label) << o << label;
  }
  void labelledVoxelHasTheOverlaysColour() {
    QFETCH(int, orientation);
    QFETCH(int, label);
    const Grid grid = gridOf({21, 25, 23}, {0.8, 0.8, 1.5});
    const auto ct = std::make_shared<const CtVolume>(grid, std::int16_t(80));
    auto labels = std::make_shared<LabelVolume>(grid);
    const Index3 voxel{8, 14, 10};
    (*labels)[voxel] = static_cast<std::uint8_t>(label);
    SliceScene scene = sceneOf(ct, static_cast<Orientation>(orientation), voxel);
    scene.setLabels(labels);
    const auto& rgb = labelInfo(static_cast<std::uint8_t>(label)).rgb;

    scene.setOverlay({true, false, 1.0});
    Picture picture = drawn(scene, 480, 480);
    const auto [x, y] = scene.pixelOf({8, 14, 10});
    QCOMPARE(picture.at(x, y), pixelOfRgb(rgb[0], rgb[1], rgb[2]));
    for (const auto& [dx, dy] : std::array<std::pair<int, int>, 4>{{{1, 0}, {-1, 0}, {0, 1}, {0, -1}}}) {
      Point3 next{8, 14, 10};
      next[scene.geometry().axes().across] += dx;
      next[scene.geometry().axes().down] += dy;
      const auto [nx, ny] = scene.pixelOf(next);
      QCOMPARE(picture.at(nx, ny), pixelOfRgb(80, 80, 80));
    }
    scene.setOverlay({true, false, 0.5});
    picture = drawn(scene, 480, 480);
    QVERIFY(std::abs(static_cast<int>((picture.at(x, y) >> 16U) & 0xffU) - (80 + rgb[0]) / 2) <= 1);
    QVERIFY(std::abs(static_cast<int>(picture.at(x, y) & 0xffU) - (80 + rgb[2]) / 2) <= 1);
    scene.setOverlay({false, false, 1.0});
    QCOMPARE(drawn(scene, 480, 480).at(x, y), pixelOfRgb(80, 80, 80));
  }

  // Voxels that are edited in place are seen, in slices that are gathered and kept as well.
  void editedVoxelsAreSeen_data() {
    QTest::addColumn<int>("orientation");
    for (const auto o : {Orientation::Axial, Orientation::Coronal, Orientation::Sagittal})
      QTest::addRow("%d", int(o)) << int(o);
  }
  void editedVoxelsAreSeen() {
    QFETCH(int, orientation);
    const auto ct = smallCt(0);
    const auto labels = std::make_shared<LabelVolume>(smallGrid());
    const Index3 cursor{20, 15, 10};
    SliceScene scene = sceneOf(ct, static_cast<Orientation>(orientation), cursor);
    scene.setLabels(labels);
    const Picture before = drawn(scene, 400, 400);
    (*labels)[cursor] = kRightLung;
    scene.labelsEdited();
    const Picture after = drawn(scene, 400, 400);
    const auto [x, y] = scene.pixelOf({20, 15, 10});
    QVERIFY(after.at(x, y) != before.at(x, y));
    QCOMPARE(after.at(x + 60, y), before.at(x + 60, y));
  }
  void outlineLeavesTheInsideAlone() {
    const Grid grid = gridOf({32, 32, 1});
    const auto ct = std::make_shared<const CtVolume>(grid, std::int16_t(0));
    auto labels = std::make_shared<LabelVolume>(grid);
    for (int y = 10; y < 20; ++y)
      for (int x = 10; x < 20; ++x) (*labels)[{x, y, 0}] = kRightLung;
    SliceScene scene = sceneOf(ct, Orientation::Axial, {0, 0, 0});
    scene.setLabels(labels);
    scene.setOverlay({true, true, 0.35});
    const Picture picture = drawn(scene, 320, 320);  // a voxel is 10 pixels: the edge is at 100 and 200
    QCOMPARE(picture.at(150, 150), pixelOfRgb(0, 0, 0));
    QCOMPARE(picture.at(103, 150), pixelOfRgb(0, 0, 0));
    QCOMPARE(picture.at(96, 150), pixelOfRgb(0, 0, 0));
    // 1.5 pixels wide with its middle between two pixels: each is covered to 3/4; blue of the right lung is 233
    for (const int x : {99, 100, 199, 200})
      QVERIFY2(std::abs(grey(picture.at(x, 150)) - 174) <= 3, qPrintable(QString::number(grey(picture.at(x, 150)))));
    QCOMPARE(grey(picture.at(150, 99)), grey(picture.at(99, 150)));
  }

  void sidesAreRadiological_data() {
    QTest::addColumn<int>("orientation");
    QTest::addColumn<QList<int>>("voxel");
    QTest::addColumn<bool>("onTheLeft");
    QTest::addColumn<bool>("above");
    // x grows to the patient's left, y to posterior, z to superior
    QTest::newRow("axial: right anterior") << 0 << QList<int>{3, 4, 10} << true << true;
    QTest::newRow("axial: left posterior") << 0 << QList<int>{16, 15, 10} << false << false;
    QTest::newRow("coronal: right superior") << 1 << QList<int>{3, 10, 16} << true << true;
    QTest::newRow("coronal: left inferior") << 1 << QList<int>{16, 10, 3} << false << false;
    QTest::newRow("sagittal: anterior superior") << 2 << QList<int>{10, 3, 16} << true << true;
    QTest::newRow("sagittal: posterior inferior") << 2 << QList<int>{10, 16, 3} << false << false;
  }
  void sidesAreRadiological() {
    QFETCH(int, orientation);
    QFETCH(QList<int>, voxel);
    QFETCH(bool, onTheLeft);
    QFETCH(bool, above);
    const Grid grid = gridOf({20, 20, 20});
    auto ct = std::make_shared<CtVolume>(grid);
    const auto plain = std::make_shared<const CtVolume>(*ct);
    (*ct)[{voxel[0], voxel[1], voxel[2]}] = 250;
    SliceScene with = sceneOf(ct, static_cast<Orientation>(orientation), {10, 10, 10});
    SliceScene without = sceneOf(plain, static_cast<Orientation>(orientation), {10, 10, 10});
    const Difference d = difference(drawn(with, 400, 400), drawn(without, 400, 400));
    QVERIFY(d.count > 100);
    QCOMPARE(d.x < 200, onTheLeft);
    QCOMPARE(d.y < 200, above);
    const auto [x, y] = with.pixelOf({double(voxel[0]), double(voxel[1]), double(voxel[2])});
    QVERIFY(std::abs(d.x - x) < 1 && std::abs(d.y - y) < 1);
  }

  void lettersNameTheEdges() {
    const auto letters = [](Orientation o) {
      const SliceAxes& a = sliceAxes(o);
      return std::string{a.left, a.right, a.top, a.bottom};
    };
    QCOMPARE(letters(Orientation::Axial), std::string("RLAP"));
    QCOMPARE(letters(Orientation::Coronal), std::string("RLSI"));
    QCOMPARE(letters(Orientation::Sagittal), std::string("APSI"));
    // and they are drawn at the edges: a narrow strip around each edge's middle is not all black
    const auto ct = std::make_shared<const CtVolume>(gridOf({20, 20, 20}));
    SliceScene scene = sceneOf(ct, Orientation::Axial, {10, 10, 10});
    const Picture picture = drawn(scene, 400, 400);
    const auto bright = [&](int x0, int y0) {
      int most = 0;
      for (int y = y0; y < y0 + 30; ++y)
        for (int x = x0; x < x0 + 30; ++x) most = std::max(most, grey(picture.at(x, y)));
      return most;
    };
    for (const auto& [x, y] : std::array<std::pair<int, int>, 4>{{{0, 185}, {370, 185}, {185, 0}, {185, 370}}})
      QVERIFY(bright(x, y) > 90);
    QCOMPARE(bright(185, 185), 0);
  }

  void aMillimetreIsTheSameBothWays_data() {
    QTest::addColumn<int>("orientation");
    QTest::addColumn<double>("pixelsPerMm");
    QTest::addColumn<double>("across");
    QTest::addColumn<double>("down");
    // 10 x 20 x 5 voxels of 0.5 x 1 x 3 mm = 5 x 20 x 15 mm in 300 x 300 pixels
    QTest::newRow("axial: 5 x 20 mm") << 0 << 15.0 << 7.5 << 15.0;
    QTest::newRow("coronal: 5 x 15 mm") << 1 << 20.0 << 10.0 << -60.0;
    QTest::newRow("sagittal: 20 x 15 mm") << 2 << 15.0 << 15.0 << -45.0;
  }
  void aMillimetreIsTheSameBothWays() {
    QFETCH(int, orientation);
    QFETCH(double, pixelsPerMm);
    QFETCH(double, across);
    QFETCH(double, down);
    const Grid grid = gridOf({10, 20, 5}, {0.5, 1, 3});
    const SliceGeometry g(grid, static_cast<Orientation>(orientation), middle(grid), 1, 300, 300);
    QCOMPARE(g.pixelsPerMm(), pixelsPerMm);
    QCOMPARE(g.xOf(3) - g.xOf(2), across);
    QCOMPARE(g.yOf(3) - g.yOf(2), down);
  }

  void zoomKeepsTheFocusInTheMiddle() {
    const auto ct = std::make_shared<const CtVolume>(gridOf({40, 30, 20}, {1, 1, 2.5}));
    for (const Orientation orientation : {Orientation::Axial, Orientation::Coronal, Orientation::Sagittal}) {
      SliceScene scene = sceneOf(ct, orientation, {12, 9, 7});
      scene.setViewport(350, 210);
      const Point3 focus{12.25, 9.5, 7};
      for (const double zoom : {0.25, 1.0, 3.7, 32.0}) {
        scene.setView(focus, zoom);
        const auto [x, y] = scene.pixelOf(focus);
        QCOMPARE(x, 175.0);
        QCOMPARE(y, 105.0);
        const auto voxel = scene.voxelAt(175, 105);
        QVERIFY(voxel.has_value());
        QVERIFY(std::abs((*voxel)[scene.geometry().axes().across] - focus[scene.geometry().axes().across]) < 1e-9);
      }
    }
  }

  void voxelAtInvertsPixelOf() {
    const auto ct = std::make_shared<const CtVolume>(gridOf({40, 30, 20}, {1, 1, 2.5}));
    SliceScene scene = sceneOf(ct, Orientation::Sagittal, {12, 0, 0});
    scene.setViewport(300, 300);
    const auto [x, y] = scene.pixelOf({12, 21, 4});
    const auto voxel = scene.voxelAt(x, y);
    QVERIFY(voxel.has_value());
    QCOMPARE((*voxel)[0], 12.0);
    QVERIFY(std::abs((*voxel)[1] - 21) < 1e-9);
    QVERIFY(std::abs((*voxel)[2] - 4) < 1e-9);
    // 30 x 50 mm in 300 x 300: 6 pixels a mm, so the scan ends 90 pixels either side of the middle
    QVERIFY(scene.voxelAt(60.5, 150).has_value());
    QVERIFY(!scene.voxelAt(59.5, 150).has_value());
    QVERIFY(!scene.voxelAt(240.5, 150).has_value());
  }

  // A radius of 12 mm at 5 pixels a mm is 60 pixels in every slice, whatever the voxels' shape.
  void theSphereIsACircleOfItsRadiusRoundTheCursor() {
    Grid grid;
    grid.size = {40, 40, 20};
    grid.spacingMm = {2, 2, 4};
    const auto ct = std::make_shared<const CtVolume>(grid);
    for (const Orientation o : {Orientation::Axial, Orientation::Coronal, Orientation::Sagittal}) {
      SliceScene scene = sceneOf(ct, o, {20, 20, 10});
      const Picture without = drawn(scene, 400, 400);
      scene.setSphere(12);
      const Picture with = drawn(scene, 400, 400);
      QCOMPARE(scene.geometry().pixelsPerMm(), 5.0);
      const auto [x, y] = scene.pixelOf({20, 20, 10});
      int changed = 0;
      for (int row = 0; row < 400; ++row)
        for (int column = 0; column < 400; ++column) {
          if (with.at(column, row) == without.at(column, row)) continue;
          ++changed;
          const double apart = std::abs(std::hypot(column + 0.5 - x, row + 0.5 - y) - 60);
          QVERIFY2(apart < 3, qPrintable(QString::number(apart)));
        }
      QVERIFY2(changed > 370 && changed < 2300, qPrintable(QString::number(changed)));  // once around: 377 pixels
      for (const auto& [dx, dy] : {std::pair{60, 0}, {-60, 0}, {0, 60}, {0, -60}}) {
        const int column = static_cast<int>(std::floor(x)) + dx, row = static_cast<int>(std::floor(y)) + dy;
        QVERIFY(with.at(column, row) != without.at(column, row));
      }
      scene.setSphere(0);
      QVERIFY(drawn(scene, 400, 400).at(static_cast<int>(x) + 60, static_cast<int>(y)) ==
              without.at(static_cast<int>(x) + 60, static_cast<int>(y)));
    }
  }
  void crosshairPassesThroughTheCursor() {
    const auto ct = std::make_shared<const CtVolume>(gridOf({40, 40, 20}));
    SliceScene scene = sceneOf(ct, Orientation::Axial, {10, 26, 5});
    const Picture without = drawn(scene, 400, 400);
    scene.setCrosshair(true);
    const Picture with = drawn(scene, 400, 400);  // a voxel is 10 pixels
    int columns = 0, column = -1;
    for (int x = 0; x < 400; ++x)
      if (with.at(x, 120) != without.at(x, 120)) ++columns, column = x;
    QCOMPARE(columns, 1);
    QCOMPARE(column, 105);
    int rows = 0, row = -1;
    for (int y = 0; y < 400; ++y)
      if (with.at(300, y) != without.at(300, y)) ++rows, row = y;
    QCOMPARE(rows, 1);
    QCOMPARE(row, 265);
    QCOMPARE(with.at(105, 265), without.at(105, 265));  // open in the middle
  }

  void saysWhyThereIsNothing() {
    const auto ct = std::make_shared<const CtVolume>(gridOf({40, 40, 20}), std::int16_t(255));
    SliceScene scene = sceneOf(ct, Orientation::Axial, {10, 26, 5});
    scene.setEmptyText("No reference mask.");
    scene.setLabelsExpected(true);
    QVERIFY(scene.empty());
    const Picture picture = drawn(scene, 300, 200);
    int ink = 0, outside = 0;
    for (int y = 0; y < 200; ++y)
      for (int x = 0; x < 300; ++x) {
        QVERIFY(grey(picture.at(x, y)) < 200);  // the scan itself is not seen
        if (grey(picture.at(x, y)) > 90) (y > 85 && y < 115 && x > 60 && x < 240 ? ink : outside)++;
      }
    QVERIFY(ink > 100);
    QCOMPARE(outside, 0);
    scene.setLabels(std::make_shared<const LabelVolume>(ct->grid()));
    QVERIFY(!scene.empty());
    scene.setLabels(std::make_shared<const LabelVolume>(gridOf({4, 4, 4})));  // of another scan
    QVERIFY(scene.empty());
    scene.setCt(nullptr);
    QVERIFY(scene.empty() && !scene.voxelAt(100, 100).has_value());
  }

  void noRulerWithoutMillimetres() {
    Grid grid = gridOf({40, 40, 20});
    const auto ink = [&](const Grid& g) {
      SliceScene scene = sceneOf(std::make_shared<const CtVolume>(g), Orientation::Axial, {10, 26, 5});
      const Picture picture = drawn(scene, 400, 400);
      int count = 0;
      for (int y = 350; y < 400; ++y)
        for (int x = 260; x < 400; ++x) count += grey(picture.at(x, y)) > 60;
      return count;
    };
    QVERIFY(ink(grid) > 80);
    grid.spacingKnown = false;
    QCOMPARE(ink(grid), 0);
  }

  void rulerIsAsLongAsItSays() {
    // 40 mm in 400 pixels: 10 pixels a mm; up to 26 % of the pane: 10 mm are 100 pixels
    SliceScene scene = sceneOf(std::make_shared<const CtVolume>(gridOf({40, 40, 20})), Orientation::Axial, {10, 26, 5});
    const Picture picture = drawn(scene, 400, 400);
    const int base = 400 - 7 - 3;
    int first = -1, last = -1;
    for (int x = 250; x < 400; ++x)
      if (grey(picture.at(x, base)) > 200) first = first < 0 ? x : first, last = x;
    QCOMPARE(last - first, 100);
  }

  void nothingIsDrawnOutsideAnySize() {
    const auto ct = std::make_shared<const CtVolume>(gridOf({5, 1, 1}), std::int16_t(100));
    for (const Orientation o : {Orientation::Axial, Orientation::Coronal, Orientation::Sagittal})
      for (const int side : {1, 7, 30, 90, 131, 260}) {
        SliceScene scene = sceneOf(ct, o, {2, 0, 0});
        scene.setCrosshair(true);
        scene.setTitle("A title that is far too long for this pane, so that it has to be cut somewhere");
        scene.setLabels(std::make_shared<const LabelVolume>(ct->grid(), std::uint8_t(1)));
        scene.setViewport(side, side);
        std::vector<Pixel> pixels(static_cast<std::size_t>((side + 2) * (side + 2)), 7);
        scene.render({pixels.data() + side + 3, side, side, side + 2});
        for (int i = 0; i < side + 2; ++i) {
          QCOMPARE(pixels[static_cast<std::size_t>(i)], Pixel(7));
          QCOMPARE(pixels[static_cast<std::size_t>((side + 2) * (side + 1) + i)], Pixel(7));
          QCOMPARE(pixels[static_cast<std::size_t>((side + 2) * i)], Pixel(7));
          QCOMPARE(pixels[static_cast<std::size_t>((side + 2) * i + side + 1)], Pixel(7));
        }
      }
  }

  // A preview of one axial slice is shown in place of the volume's, on that slice alone, with its own label colours.
  void aPatchStandsInForItsSlice() {
    const Grid grid = gridOf({20, 20, 5});
    const auto ct = std::make_shared<const CtVolume>(grid, std::int16_t(-2000));
    SliceScene scene = sceneOf(ct, Orientation::Axial, {10, 10, 2});
    scene.setOverlay({true, false, 1.0});
    auto patchCt = std::make_shared<CtVolume>(gridOf({20, 20, 1}), std::int16_t(3000));
    auto patchLabels = std::make_shared<LabelVolume>(gridOf({20, 20, 1}));
    for (int y = 0; y < 20; ++y)
      for (int x = 0; x < 10; ++x) (*patchLabels)[{x, y, 0}] = 7;
    LabelPalette palette;
    palette.colours[7] = pixelOfRgb(1, 200, 3);
    scene.setPalette(palette);
    scene.setPatch(std::make_shared<const SlicePatch>(SlicePatch{2, patchCt, patchLabels}));
    const auto at = [&](const Point3& voxel) {
      const Picture picture = drawn(scene, 200, 200);
      return picture.at(scene.pixelOf(voxel)[0], scene.pixelOf(voxel)[1]);
    };
    QCOMPARE(at({4, 10, 2}), pixelOfRgb(1, 200, 3));
    QCOMPARE(at({15, 10, 2}), pixelOfRgb(255, 255, 255));
    scene.setSlice(Orientation::Axial, {10, 10, 3});
    QCOMPARE(at({4, 10, 3}), pixelOfRgb(0, 0, 0));
    scene.setSlice(Orientation::Coronal, {10, 10, 2});
    QCOMPARE(at({4, 10, 2}), pixelOfRgb(0, 0, 0));
    // Labels alone: the volume's own values below, and enough where labels are expected.
    scene.setSlice(Orientation::Axial, {10, 10, 2});
    scene.setPatch(std::make_shared<const SlicePatch>(SlicePatch{2, nullptr, patchLabels}));
    scene.setLabelsExpected(true);
    QVERIFY(!scene.empty());
    QCOMPARE(at({15, 10, 2}), pixelOfRgb(0, 0, 0));
    scene.setSlice(Orientation::Axial, {10, 10, 1});
    QVERIFY(scene.empty());
    // One of another size is not shown.
    scene.setLabelsExpected(false);
    scene.setSlice(Orientation::Axial, {10, 10, 2});
    scene.setPatch(std::make_shared<const SlicePatch>(
        SlicePatch{2, std::make_shared<const CtVolume>(gridOf({19, 20, 1}), std::int16_t(3000)), nullptr}));
    QCOMPARE(at({15, 10, 2}), pixelOfRgb(0, 0, 0));
  }
};

QTEST_GUILESS_MAIN(TestSliceScene)
#include "tst_slice_scene.moc"
