// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <cmath>

#include "tests/support/small_chest.h"
#include "widgets/view/pane_tool.h"
#include "widgets/view/slice_pane.h"

namespace {

using namespace pulmo;
using namespace pulmo::test;

void wheel(QWidget& widget, int eighths) {
  const QPointF middle(widget.width() / 2.0, widget.height() / 2.0);
  QWheelEvent event(middle, widget.mapToGlobal(middle), {}, {0, eighths}, Qt::NoButton, Qt::NoModifier,
                    Qt::NoScrollPhase, false);
  QApplication::sendEvent(&widget, &event);
}

void mouse(QWidget& widget, QEvent::Type type, const QPointF& at, Qt::MouseButton button,
           Qt::KeyboardModifiers keys = Qt::NoModifier) {
  const bool move = type == QEvent::MouseMove;
  QMouseEvent event(type, at, widget.mapToGlobal(at), move ? Qt::NoButton : button,
                    type == QEvent::MouseButtonRelease ? Qt::NoButton : button, keys);
  QApplication::sendEvent(&widget, &event);
}

void drag(QWidget& widget, const QPointF& from, const QPointF& to, Qt::MouseButton button,
          Qt::KeyboardModifiers keys = Qt::NoModifier) {
  mouse(widget, QEvent::MouseButtonPress, from, button, keys);
  mouse(widget, QEvent::MouseMove, to, button, keys);
  mouse(widget, QEvent::MouseButtonRelease, to, button, keys);
}

/// The one column, or row, that the crosshair colours; -1 if there is not exactly one.
int crosshairColumn(const QImage& image, int row) {
  int found = -1, count = 0;
  for (int x = 0; x < image.width(); ++x)
    if (const QColor c = image.pixelColor(x, row); c.green() > c.red() + 20 && c.green() > c.blue() + 20)
      found = x, ++count;
  return count == 1 ? found : -1;
}
int crosshairRow(const QImage& image, int column) {
  int found = -1, count = 0;
  for (int y = 0; y < image.height(); ++y)
    if (const QColor c = image.pixelColor(column, y); c.green() > c.red() + 20 && c.green() > c.blue() + 20)
      found = y, ++count;
  return count == 1 ? found : -1;
}

/// Writes down what it is told.
struct Witness final : PaneTool {
  [[nodiscard]] Mark mark() const override { return {circleMm, false, QColor(255, 0, 0)}; }
  void press(Orientation plane, const Point3& at) override {
    told << "press" << QString::number(int(plane)), last = at;
  }
  void drag(const Point3& at) override { told << "drag", last = at; }
  void release(const Point3& at) override { told << "release", last = at; }
  void resize(int steps) override { told << "resize" << QString::number(steps); }
  double circleMm = 0;
  QStringList told;
  Point3 last{};
};

/// Three linked panes of 40 x 30 x 20 voxels.
struct Panes {
  ViewState state;
  SlicePane axial, coronal, sagittal;
  Panes() : axial(state, shared()), coronal(state, shared()), sagittal(state, shared()) {
    const Grid grid = gridOf({40, 30, 20}, {1, 1, 1.5});
    state.setGrid(grid);
    coronal.setOrientation(Orientation::Coronal);
    sagittal.setOrientation(Orientation::Sagittal);
    const auto ct = std::make_shared<const CtVolume>(grid, std::int16_t(-1350));
    for (SlicePane* pane : {&axial, &coronal, &sagittal}) {
      pane->setCt(ct);
      pane->resize(400, 300);
      pane->show();
    }
  }
  static std::shared_ptr<SharedSlices> shared() { return std::make_shared<SharedSlices>(); }
};

}  // namespace

class TestSlicePane : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // With a tool the left button is the tool's, Shift+left the window's still; a stroke stays in its slice.
  void handsTheLeftButtonToATool() {
    Panes panes;
    Witness tool;
    panes.coronal.setTool(&tool);
    const Index3 cursor = panes.state.cursor();
    mouse(panes.coronal, QEvent::MouseButtonPress, {200, 150}, Qt::LeftButton);
    mouse(panes.coronal, QEvent::MouseMove, {215, 150}, Qt::LeftButton);
    wheel(panes.coronal, 120);
    mouse(panes.coronal, QEvent::MouseButtonRelease, {215, 150}, Qt::RightButton);  // of another button
    // 400 x 300 pixels show 40 x 30 mm: ten pixels a millimetre, the middle of the scan in the middle of the pane.
    QCOMPARE(tool.told, (QStringList{"press", "1", "drag"}));
    QVERIFY(std::abs(tool.last[0] - (19.5 + 1.5)) < 1e-9 && std::abs(tool.last[2] - 9.5) < 1e-9);
    QCOMPARE(tool.last[1], double(cursor[1]));
    mouse(panes.coronal, QEvent::MouseButtonRelease, {215, 120}, Qt::LeftButton);
    QVERIFY(std::abs(tool.last[2] - (9.5 + 2)) < 1e-9);  // higher on the screen: nearer to the head
    QCOMPARE(panes.state.cursor(), cursor);
    const WindowHu window = panes.state.window();
    drag(panes.coronal, {200, 150}, {250, 150}, Qt::LeftButton, Qt::ShiftModifier);
    QVERIFY(!(panes.state.window() == window));
    tool.told.clear();
    const QPointF middle(200, 150);
    QWheelEvent sized(middle, panes.coronal.mapToGlobal(middle), {}, {0, -240}, Qt::NoButton, Qt::ControlModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(&panes.coronal, &sized);
    QCOMPARE(tool.told, (QStringList{"resize", "-2"}));
    QCOMPARE(panes.state.cursor(), cursor);
    panes.coronal.setTool(nullptr);
    drag(panes.coronal, {200, 150}, {250, 150}, Qt::LeftButton);
    QVERIFY(panes.state.cursor() != cursor);
  }
  // The circle at the pointer has the tool's own diameter: 8 mm are 80 pixels here.
  void drawsTheToolsCircle() {
    Panes panes;
    Witness tool;
    tool.circleMm = 8;
    panes.state.setCrosshairVisible(false);
    panes.axial.setTool(&tool);
    mouse(panes.axial, QEvent::MouseMove, {200, 150}, Qt::NoButton);
    const QImage image = panes.axial.grab().toImage();
    const auto red = [&](int x, int y) { return image.pixelColor(x, y).red() > image.pixelColor(x, y).green() + 60; };
    for (const QPoint& on : {QPoint(240, 150), QPoint(160, 150), QPoint(200, 110), QPoint(200, 190)})
      QVERIFY(red(on.x(), on.y()) || red(on.x() - 1, on.y()) || red(on.x(), on.y() - 1));
    for (int x = 165; x < 235; ++x) QVERIFY(!red(x, 150));
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&panes.axial, &leave);
    QVERIFY(panes.axial.grab().toImage().pixelColor(240, 150).red() < 60);
  }
  void wheelMovesOneSliceForAll() {
    Panes p;
    const Index3 before = p.state.cursor();
    wheel(p.axial, 120);
    QCOMPARE(p.state.cursor(), (Index3{before[0], before[1], before[2] + 1}));
    wheel(p.coronal, -120);
    QCOMPARE(p.state.cursor(), (Index3{before[0], before[1] - 1, before[2] + 1}));
    wheel(p.sagittal, 40);  // a fine wheel: three of these are a step
    wheel(p.sagittal, 40);
    QCOMPARE(p.state.cursor()[0], before[0]);
    wheel(p.sagittal, 40);
    QCOMPARE(p.state.cursor()[0], before[0] + 1);
    for (int i = 0; i < 50; ++i) wheel(p.axial, 120);
    QCOMPARE(p.state.cursor()[2], 19);
  }

  void crosshairMovesInTheOtherPanes() {
    Panes p;
    p.state.setCursor({10, 12, 5});
    // axial: 40 x 30 mm in 400 x 300: 10 pixels a mm
    QImage axial = p.axial.grab().toImage();
    QCOMPARE(crosshairColumn(axial, 90), 105);
    QCOMPARE(crosshairRow(axial, 250), 125);
    // coronal: 40 x 30 mm too; a slice is 15 pixels, and superior is up
    const int row = crosshairRow(p.coronal.grab().toImage(), 300);
    QCOMPARE(row, 300 - 15 * 5 - 8);
    wheel(p.axial, 120 * 3);
    QCOMPARE(crosshairRow(p.coronal.grab().toImage(), 300), row - 45);
    QCOMPARE(crosshairRow(p.sagittal.grab().toImage(), 300), row - 45);
    QCOMPARE(crosshairColumn(p.coronal.grab().toImage(), 90), 105);
    axial = p.axial.grab().toImage();
    QCOMPARE(crosshairColumn(axial, 90), 105);  // its own does not move
    p.state.setCrosshairVisible(false);
    QCOMPARE(crosshairColumn(p.axial.grab().toImage(), 90), -1);
  }

  void leftDragSetsTheCursor() {
    Panes p;
    const int slice = p.state.cursor()[2];
    drag(p.axial, {105, 125}, {334, 58}, Qt::LeftButton);
    QCOMPARE(p.state.cursor(), (Index3{33, 5, slice}));
    drag(p.axial, {105, 125}, {5000, -70}, Qt::LeftButton);  // outside: the edge
    QCOMPARE(p.state.cursor(), (Index3{39, 0, slice}));
    drag(p.coronal, {5, 295}, {5, 295}, Qt::LeftButton);  // right inferior
    QCOMPARE(p.state.cursor(), (Index3{0, 0, 0}));
    mouse(p.axial, QEvent::MouseMove, {205, 205}, Qt::NoButton);
    QCOMPARE(p.state.cursor(), (Index3{0, 0, 0}));  // released: it moves no more
  }

  void middleDragTakesTheScanAlong() {
    Panes p;
    p.state.setZoom(2);
    const Point3 grabbed = *p.axial.scene().voxelAt(150, 100);
    drag(p.axial, {150, 100}, {180, 60}, Qt::MiddleButton);
    const Point3 now = *p.axial.scene().voxelAt(180, 60);
    QVERIFY(std::abs(now[0] - grabbed[0]) < 1e-9 && std::abs(now[1] - grabbed[1]) < 1e-9);
    const Point3 coronal = *p.coronal.scene().voxelAt(150, 100);
    drag(p.coronal, {150, 100}, {160, 130}, Qt::MiddleButton);
    QVERIFY(std::abs((*p.coronal.scene().voxelAt(160, 130))[2] - coronal[2]) < 1e-9);
  }

  void rightDragZooms() {
    Panes p;
    const Point3 focus = p.state.focus();
    drag(p.axial, {150, 200}, {150, 100}, Qt::RightButton);
    QVERIFY(std::abs(p.state.zoom() - std::exp(1.0)) < 1e-9);
    drag(p.axial, {150, 100}, {150, 200}, Qt::RightButton);
    QVERIFY(std::abs(p.state.zoom() - 1) < 1e-9);
    QCOMPARE(p.state.focus(), focus);
  }

  void shiftDragSetsTheWindow() {
    Panes p;
    p.state.setWindow({1000, -600});
    const Index3 cursor = p.state.cursor();
    drag(p.axial, {150, 100}, {250, 100}, Qt::LeftButton, Qt::ShiftModifier);
    QVERIFY(std::abs(p.state.window().width - 1000 * std::exp(0.5)) < 1e-6);
    QCOMPARE(p.state.window().centre, -600.0);
    p.state.setWindow({1000, -600});
    drag(p.axial, {150, 100}, {150, 60}, Qt::LeftButton, Qt::ShiftModifier);  // up: higher, so darker
    QCOMPARE(p.state.window().centre, -500.0);
    QCOMPARE(p.state.cursor(), cursor);
  }

  void hoverTellsTheVoxel() {
    Panes p;
    std::vector<std::optional<Index3>> seen;
    connect(&p.axial, &SlicePane::voxelHovered, this, [&](std::optional<Index3> voxel) { seen.push_back(voxel); });
    mouse(p.axial, QEvent::MouseMove, {104, 126}, Qt::NoButton);
    mouse(p.axial, QEvent::MouseMove, {106, 124}, Qt::NoButton);  // the same voxel
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&p.axial, &leave);
    QCOMPARE(seen.size(), std::size_t(2));
    QCOMPARE(*seen[0], (Index3{10, 12, p.state.cursor()[2]}));
    QVERIFY(!seen[1].has_value());
  }

  void oneDrawingForManyChanges() {
    Panes p;
    QVERIFY(QTest::qWaitForWindowExposed(&p.axial));
    QSignalSpy painted(&p.axial, &SlicePane::painted);
    QTRY_VERIFY(p.axial.isVisible());
    p.axial.grab();  // whatever was due
    painted.clear();
    for (int i = 0; i < 12; ++i) wheel(p.axial, i < 6 ? 120 : -60);
    p.state.setZoom(3);
    p.state.setWindow({400, 40});
    QTRY_COMPARE(painted.count(), 1);
    p.axial.grab();
    QCOMPARE(painted.count(), 1);  // nothing has changed: the same picture again
  }

  void withoutAScanTheMouseDoesNothing() {
    ViewState state;
    SlicePane pane(state, Panes::shared());
    pane.resize(200, 200);
    pane.setEmptyText("Open a scan.");
    const QImage image = pane.grab().toImage();
    QCOMPARE(image.pixelColor(3, 3), QColor(Qt::black));
    wheel(pane, 120);
    drag(pane, {50, 50}, {90, 90}, Qt::LeftButton);
    drag(pane, {50, 50}, {90, 90}, Qt::MiddleButton);
    drag(pane, {50, 50}, {90, 90}, Qt::RightButton);
    QCOMPARE(state.zoom(), 1.0);
  }
};

QTEST_MAIN(TestSlicePane)
#include "tst_slice_pane.moc"
