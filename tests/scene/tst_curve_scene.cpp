// SPDX-License-Identifier: Apache-2.0
#include <vtkNew.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkUnsignedCharArray.h>

#include <QtTest>
#include <array>
#include <cmath>

#include "widgets/scene/curve_scene.h"

using namespace pulmo;

namespace {

/// A scene in a window of its own, and the window's last picture; pixels from the upper left.
struct Stage {
  CurveScene scene;
  vtkNew<vtkRenderWindow> window;
  vtkNew<vtkUnsignedCharArray> pixels;
  int width = 500, height = 300;

  Stage() {
    window->SetOffScreenRendering(1);
    window->SetMultiSamples(0);
    window->SetSize(width, height);
    window->AddRenderer(scene.renderer());
    scene.setViewport(width, height);
    scene.setTitles("Epoch", "Loss");
  }
  ~Stage() { window->RemoveRenderer(scene.renderer()); }
  void draw() {
    window->Render();
    window->GetPixelData(0, 0, width - 1, height - 1, 0, pixels);
  }
  [[nodiscard]] std::array<int, 3> at(int x, int y) const {
    const unsigned char* p = pixels->GetPointer(3 * (static_cast<vtkIdType>(height - 1 - y) * width + x));
    return {p[0], p[1], p[2]};
  }
  /// Whether a colour is drawn within two pixels of a place.
  [[nodiscard]] bool near(const std::array<double, 2>& place, const std::array<int, 3>& rgb) const {
    for (int y = int(place[1]) - 2; y <= int(place[1]) + 2; ++y)
      for (int x = int(place[0]) - 2; x <= int(place[0]) + 2; ++x) {
        const auto p = at(x, y);
        if (std::abs(p[0] - rgb[0]) + std::abs(p[1] - rgb[1]) + std::abs(p[2] - rgb[2]) < 60) return true;
      }
    return false;
  }
};

Curve line(std::vector<double> y, std::array<std::uint8_t, 3> rgb) {
  Curve curve{"c", rgb, false, 2, {}, std::move(y)};
  for (std::size_t i = 0; i < curve.y.size(); ++i) curve.x.push_back(double(i + 1));
  return curve;
}

}  // namespace

class TestCurveScene : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void ticksAreRound_data() {
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<int>("wanted");
    QTest::addColumn<bool>("whole");
    QTest::addColumn<QList<double>>("ticks");
    QTest::newRow("unit") << 0.0 << 1.0 << 5 << false << QList<double>{0, 0.2, 0.4, 0.6, 0.8, 1};
    QTest::newRow("off") << 0.13 << 0.47 << 4 << false << QList<double>{0.2, 0.3, 0.4};
    QTest::newRow("epochs") << 0.9 << 4.1 << 8 << true << QList<double>{1, 2, 3, 4};
    QTest::newRow("steps") << 0.0 << 24000.0 << 5 << true << QList<double>{0, 5000, 10000, 15000, 20000};
    QTest::newRow("around zero") << -1.0 << 1.0 << 2 << false << QList<double>{-1, 0, 1};
    QTest::newRow("nothing") << 1.0 << 1.0 << 5 << false << QList<double>{};
  }
  void ticksAreRound() {
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(int, wanted);
    QFETCH(bool, whole);
    QFETCH(QList<double>, ticks);
    const std::vector<double> made = niceTicks(low, high, wanted, whole);
    QCOMPARE(made.size(), std::size_t(ticks.size()));
    for (std::size_t i = 0; i < made.size(); ++i) QVERIFY(std::abs(made[i] - ticks[qsizetype(i)]) < 1e-9);
  }
  // A point is where pixelOf says, in its curve's colour, on both kinds of axis.
  void pointsAreDrawnWhereTheySay_data() {
    QTest::addColumn<bool>("log");
    QTest::newRow("linear") << false;
    QTest::newRow("logarithmic") << true;
  }
  void pointsAreDrawnWhereTheySay() {
    QFETCH(bool, log);
    Stage s;
    s.scene.setLogY(log);
    s.scene.setCurves({line({1, 0.1, 0.01}, {255, 0, 0}), line({0.3, 0.3, 0.9}, {0, 255, 0})});
    s.draw();
    for (const auto& [x, y, rgb] : {std::tuple{1.0, 1.0, std::array{255, 0, 0}},
                                    {2.0, 0.1, {255, 0, 0}},
                                    {1.0, 0.3, {0, 255, 0}},
                                    {3.0, 0.9, {0, 255, 0}}})
      QVERIFY2(s.near(s.scene.pixelOf(x, y), rgb), qPrintable(QString("%1, %2").arg(x).arg(y)));
    QVERIFY(!s.near(s.scene.pixelOf(2.5, 0.5), {255, 0, 0}));
    // Upwards is more, to the right is later.
    QVERIFY(s.scene.pixelOf(1, 1)[1] < s.scene.pixelOf(1, 0.1)[1]);
    QVERIFY(s.scene.pixelOf(1, 1)[0] < s.scene.pixelOf(2, 1)[0]);
    if (log) {  // decades are equally far apart
      const double a = s.scene.pixelOf(1, 0.1)[1] - s.scene.pixelOf(1, 1)[1];
      const double b = s.scene.pixelOf(1, 0.01)[1] - s.scene.pixelOf(1, 0.1)[1];
      QVERIFY(std::abs(a - b) < 1e-6);
    }
    const auto back = s.scene.dataAt(s.scene.pixelOf(2, 0.25)[0], s.scene.pixelOf(2, 0.25)[1]);
    QVERIFY(std::abs(back[0] - 2) < 1e-9 && std::abs(back[1] - 0.25) < 1e-9);
  }
  void aZoomedRangeFillsTheArea() {
    Stage s;
    s.scene.setCurves({line({1, 0.5, 0.25, 0.2, 0.1}, {255, 255, 0})});
    const CurveScene::Range all = s.scene.range();
    QVERIFY(all.x0 < 1 && all.x1 > 5 && all.y1 > 1 && all.y0 <= 0);
    s.scene.setRange(CurveScene::Range{2, 4, 0.2, 0.6});
    QVERIFY(s.scene.zoomed());
    const auto [left, top, right, bottom] = s.scene.area();
    QCOMPARE(s.scene.pixelOf(2, 0.2), (std::array<double, 2>{left, bottom}));
    QCOMPARE(s.scene.pixelOf(4, 0.6), (std::array<double, 2>{right, top}));
    s.draw();
    QVERIFY(s.near(s.scene.pixelOf(3, 0.25), {255, 255, 0}));
    s.scene.setRange(CurveScene::Range{4, 2, 0, 1});  // upside down: no range
    QCOMPARE(s.scene.range().x0, 2.0);
    s.scene.setRange(std::nullopt);
    QVERIFY(s.scene.range() == all);
  }
  void theNearestPointIsFound() {
    Stage s;
    s.scene.setCurves({line({1, 0.5, 0.25}, {255, 0, 0}), line({0.9, 0.9, 0.9}, {0, 255, 0})});
    const auto p = s.scene.pixelOf(2, 0.5);
    const auto hit = s.scene.nearest(p[0] + 5, p[1] - 4, 20);
    QVERIFY(hit);
    QCOMPARE(hit->curve, std::size_t{0});
    QCOMPARE(hit->x, 2.0);
    QCOMPARE(hit->y, 0.5);
    QCOMPARE(s.scene.nearest(s.scene.pixelOf(3, 0.9)[0], s.scene.pixelOf(3, 0.9)[1], 20)->curve, std::size_t{1});
    QVERIFY(!s.scene.nearest(p[0], p[1] + 60, 20));
  }
  void theMarkStandsOut() {
    Stage s;
    s.scene.setCurves({line({1, 0.5, 0.7}, {255, 0, 0})});
    s.scene.setMarks({{2, 0.5, {0, 0, 255}}});
    s.draw();
    QVERIFY(s.near(s.scene.pixelOf(2, 0.5), {0, 0, 255}));
  }
  void thousandsOfStepsKeepTheirShape() {
    Stage s;
    std::vector<double> y;
    for (int i = 0; i < 100000; ++i) y.push_back(i < 50000 ? 1.0 : 0.2);
    s.scene.setCurves({line(std::move(y), {255, 0, 255})});
    s.draw();
    QVERIFY(s.near(s.scene.pixelOf(20000, 1), {255, 0, 255}));
    QVERIFY(s.near(s.scene.pixelOf(80000, 0.2), {255, 0, 255}));
    QVERIFY(!s.near(s.scene.pixelOf(80000, 1), {255, 0, 255}));
  }
  void nothingToShowIsNoError() {
    Stage s;
    QVERIFY(s.scene.empty());
    s.draw();
    s.scene.setLogY(true);
    s.scene.setCurves({line({0, -1, 0}, {255, 0, 0})});  // none of it can be drawn on this scale
    s.draw();
    s.scene.setCurves({line({0.5}, {255, 0, 0})});  // one epoch so far
    s.draw();
    QVERIFY(s.near(s.scene.pixelOf(1, 0.5), {255, 0, 0}));
  }
};

QTEST_MAIN(TestCurveScene)
#include "tst_curve_scene.moc"
