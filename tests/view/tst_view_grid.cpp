// SPDX-License-Identifier: Apache-2.0
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>
#include <cmath>

#include "tests/support/small_chest.h"
#include "widgets/scene/error_colours.h"
#include "widgets/view/pane_frame.h"
#include "widgets/view/pane_tool.h"
#include "widgets/view/slice_bar.h"
#include "widgets/view/slice_pane.h"
#include "widgets/view/surface_pane.h"
#include "widgets/view/view_grid.h"

namespace {

using namespace pulmo;
using namespace pulmo::test;

constexpr const char* kNames[] = {"native", "mask", "prediction", "simulated", "lungs"};
constexpr PaneId kAll[] = {PaneId::Native, PaneId::Mask, PaneId::Prediction, PaneId::Simulated, PaneId::Lungs};

struct Window {
  ViewState state;
  ViewGrid grid{state};
  Window() {
    grid.resize(1200, 800);
    state.setGrid(smallGrid());
    state.setCrosshairVisible(false);
    state.setOverlay({true, false, 1.0});
    grid.setCt(smallCt(-1350));
    grid.show();
  }
  QWidget* frame(PaneId pane) { return grid.findChild<QWidget*>(QString("frame.") + kNames[static_cast<int>(pane)]); }
  QWidget* view(PaneId pane) { return grid.findChild<QWidget*>(QString("pane.") + kNames[static_cast<int>(pane)]); }
  QRect place(PaneId pane) { return {frame(pane)->mapTo(&grid, QPoint(0, 0)), frame(pane)->size()}; }
  std::vector<PaneId> seen() {
    std::vector<PaneId> out;
    for (const PaneId pane : kAll)
      if (frame(pane)->isVisible()) out.push_back(pane);
    return out;
  }
  QColor colourOf(PaneId pane, const Point3& voxel) {
    auto* slice = dynamic_cast<SlicePane*>(view(pane));
    const QImage image = slice->grab().toImage();
    const auto [x, y] = slice->scene().pixelOf(voxel);
    return image.pixelColor(static_cast<int>(std::floor(x)), static_cast<int>(std::floor(y)));
  }
};

}  // namespace

class TestViewGrid : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void fivePanesFillTheWindow() {
    Window w;
    QCOMPARE(w.seen().size(), std::size_t(5));
    int area = 0;
    for (const PaneId pane : kAll) {
      const QRect place = w.place(pane);
      QVERIFY(w.grid.rect().contains(place));
      area += place.width() * place.height();
      for (const PaneId other : kAll) QVERIFY(other == pane || !w.place(other).intersects(place));
    }
    QVERIFY(area > 0.98 * 1200 * 800);
    QVERIFY(w.place(PaneId::Lungs).height() > 790);  // both rows
    QVERIFY(std::abs(w.place(PaneId::Native).width() - w.place(PaneId::Lungs).width()) < 8);
    QCOMPARE(w.place(PaneId::Native).top(), w.place(PaneId::Mask).top());
    QCOMPARE(w.place(PaneId::Prediction).left(), w.place(PaneId::Native).left());
  }

  void panesAreHiddenAndComeBack() {
    Window w;
    QSignalSpy changed(&w.grid, &ViewGrid::paneVisibilityChanged);
    w.grid.setPaneVisible(PaneId::Simulated, false);
    w.grid.setPaneVisible(PaneId::Simulated, false);
    QCOMPARE(changed.count(), 1);
    QVERIFY(!w.grid.isPaneVisible(PaneId::Simulated));
    QCOMPARE(w.seen(), (std::vector<PaneId>{PaneId::Native, PaneId::Mask, PaneId::Prediction, PaneId::Lungs}));
    w.grid.setPaneVisible(PaneId::Lungs, false);
    w.grid.setPaneVisible(PaneId::Mask, false);
    QTRY_VERIFY(w.place(PaneId::Prediction).left() > 590);  // two panes: side by side, each half the window
    QVERIFY(w.place(PaneId::Native).height() > 790);
    w.frame(PaneId::Native)->findChild<QToolButton*>("close")->click();
    QCOMPARE(w.seen(), std::vector<PaneId>{PaneId::Prediction});
    for (const PaneId pane : kAll) w.grid.setPaneVisible(pane, true);
    QCOMPARE(w.seen().size(), std::size_t(5));
  }

  void doubleClickMaximisesAndRestores() {
    Window w;
    QSignalSpy changed(&w.grid, &ViewGrid::maximisedChanged);
    const QRect before = w.place(PaneId::Prediction);
    QTest::mouseDClick(w.view(PaneId::Prediction), Qt::LeftButton);
    QCOMPARE(w.grid.maximised(), std::optional(PaneId::Prediction));
    QCOMPARE(w.seen(), std::vector<PaneId>{PaneId::Prediction});
    QCOMPARE(w.grid.activePane(), PaneId::Prediction);
    QTRY_COMPARE(w.place(PaneId::Prediction), w.grid.rect());
    QVERIFY(w.grid.isPaneVisible(PaneId::Native));  // still wanted
    QTest::mouseDClick(w.view(PaneId::Prediction), Qt::LeftButton);
    QVERIFY(!w.grid.maximised());
    QTRY_COMPARE(w.place(PaneId::Prediction), before);
    QCOMPARE(changed.count(), 2);
    w.frame(PaneId::Lungs)->findChild<QToolButton*>("maximise")->click();
    QCOMPARE(w.seen(), std::vector<PaneId>{PaneId::Lungs});
    w.frame(PaneId::Lungs)->findChild<QToolButton*>("close")->click();  // hides it, and shows the others again
    QVERIFY(!w.grid.maximised());
    QCOMPARE(w.seen().size(), std::size_t(4));
    w.grid.maximise(PaneId::Lungs);  // a hidden one comes back for it
    QCOMPARE(w.seen(), std::vector<PaneId>{PaneId::Lungs});
  }

  void eachPaneShowsItsMask() {
    Window w;
    const Point3 inside{11, 20, double(w.state.cursor()[2])};
    w.grid.setLabels(PaneId::Mask, smallLung(kRightLung), "reference.nii.gz");
    w.grid.setLabels(PaneId::Prediction, smallLung(kLeftLung), "threshold");
    QCOMPARE(w.colourOf(PaneId::Native, inside), QColor(0, 0, 0));
    QCOMPARE(w.colourOf(PaneId::Mask, inside), QColor(86, 180, 233));
    QCOMPARE(w.colourOf(PaneId::Prediction, inside), QColor(240, 170, 60));
    w.state.setOverlay({false, false, 1.0});
    QCOMPARE(w.colourOf(PaneId::Mask, inside), QColor(0, 0, 0));
  }

  // Other labels stand in for the pane's own, which come back as they have been set meanwhile.
  void otherColoursStandIn() {
    Window w;
    const Point3 inside{11, 20, double(w.state.cursor()[2])};
    const QColor red(200, 30, 40), blue(86, 180, 233), orange(240, 170, 60);
    ViewGrid::StandIn standIn{smallLung(2), {}, "against expert"};
    standIn.palette.colours[2] = pixelOfRgb(200, 30, 40);
    w.grid.setLabels(PaneId::Prediction, smallLung(kRightLung), "threshold");
    w.grid.setStandIn(PaneId::Prediction, standIn);
    QCOMPARE(w.colourOf(PaneId::Prediction, inside), red);
    w.grid.setPatch(PaneId::Prediction, std::make_shared<const SlicePatch>(SlicePatch{
                                            w.state.cursor()[2], nullptr,
                                            std::make_shared<const LabelVolume>(gridOf({40, 40, 1}), kRightLung)}));
    QCOMPARE(w.colourOf(PaneId::Prediction, inside), red);  // a patch's labels are not of these colours
    w.grid.setLabels(PaneId::Prediction, smallLung(kLeftLung), "unet");
    QCOMPARE(w.colourOf(PaneId::Prediction, inside), red);
    w.grid.setStandIn(PaneId::Prediction, std::nullopt);
    QCOMPARE(w.colourOf(PaneId::Prediction, inside), blue);  // the patch
    w.grid.setPatch(PaneId::Prediction, nullptr);
    QCOMPARE(w.colourOf(PaneId::Prediction, inside), orange);
  }

  // What is being painted on has to be seen.
  void aToolShowsThePanesOwnLabels() {
    class Brush final : public PaneTool {
     public:
      [[nodiscard]] Mark mark() const override { return {}; }
      void press(Orientation, const Point3&) override {}
      void drag(const Point3&) override {}
      void release(const Point3&) override {}
      void resize(int) override {}
    };
    Window w;
    Brush brush;
    const Point3 inside{11, 20, double(w.state.cursor()[2])};
    ViewGrid::StandIn standIn{smallLung(2), {}, "against expert"};
    standIn.palette.colours[2] = pixelOfRgb(200, 30, 40);
    w.grid.setLabels(PaneId::Prediction, smallLung(kRightLung), "threshold");
    w.grid.setTool(PaneId::Prediction, &brush);
    w.grid.setStandIn(PaneId::Prediction, standIn);
    QCOMPARE(w.colourOf(PaneId::Prediction, inside), QColor(86, 180, 233));
    w.grid.setTool(PaneId::Prediction, nullptr);
    QCOMPARE(w.colourOf(PaneId::Prediction, inside), QColor(200, 30, 40));
    w.grid.setTool(PaneId::Prediction, &brush);
    QCOMPARE(w.colourOf(PaneId::Prediction, inside), QColor(86, 180, 233));
    w.grid.setTool(PaneId::Prediction, nullptr);
  }

  void errorsHaveAScale() {
    Window w;
    w.grid.setSurfaces(twoTetrahedra());
    const QImage without = w.grid.snapshot3d();
    const auto errors = std::make_shared<const std::vector<std::vector<float>>>(2, std::vector<float>(4, -8.F));
    w.grid.setSurfaceColours({errors, errorScale(5)});
    const QImage with = w.grid.snapshot3d();
    int red = 0, violet = 0;  // the ends of the scale, in the lower left, where no lung is
    for (int y = with.height() - 60; y < with.height(); ++y)
      for (int x = 0; x < with.width() * 3 / 4; ++x) {
        const QColor c = with.pixelColor(x, y);
        red += c.red() > c.blue() + 100;
        violet += c.blue() > c.red() + 100;
      }
    QVERIFY2(red > 50 && violet > 50, qPrintable(QString("%1 %2").arg(red).arg(violet)));
    w.grid.setSurfaceColours({});
    QCOMPARE(w.grid.snapshot3d(), without);
    w.grid.setSurfaceColours({errors, errorScale(5)});
    w.grid.setSurfaces(twoTetrahedra());  // other surfaces: the errors were of those before
    QCOMPARE(w.grid.snapshot3d(), without);
  }

  void emptyPanesSayWhy() {
    Window w;
    const auto ink = [&](PaneId pane) {
      const QImage image = w.view(pane)->grab().toImage();
      int count = 0;
      for (int y = image.height() / 2 - 30; y < image.height() / 2 + 30; ++y)
        for (int x = 60; x < image.width() - 60; ++x) count += qGray(image.pixel(x, y)) > 90;
      return count;
    };
    for (const PaneId pane : {PaneId::Mask, PaneId::Prediction, PaneId::Simulated, PaneId::Lungs}) {
      QCOMPARE(ink(pane), 0);
      w.grid.setEmptyText(pane, "Nothing to show here yet.");
      QVERIFY(ink(pane) > 100);
    }
    w.grid.setLabels(PaneId::Mask, smallLung(kRightLung), "m");
    w.grid.setLabels(PaneId::Mask, nullptr, "");
    QVERIFY(ink(PaneId::Mask) > 100);
  }

  void orientationIsChosenForAllOrForOne() {
    Window w;
    QSignalSpy changed(&w.grid, &ViewGrid::orientationChanged);
    w.grid.setOrientation(Orientation::Coronal);
    QCOMPARE(changed.count(), 4);
    for (const PaneId pane : {PaneId::Native, PaneId::Mask, PaneId::Prediction, PaneId::Simulated})
      QCOMPARE(w.grid.orientation(pane), Orientation::Coronal);
    auto* sagittal = w.frame(PaneId::Mask)->findChild<QToolButton*>("orientation.sagittal");
    auto* coronal = w.frame(PaneId::Mask)->findChild<QToolButton*>("orientation.coronal");
    QVERIFY(coronal->isChecked());
    sagittal->click();
    QCOMPARE(w.grid.orientation(PaneId::Mask), Orientation::Sagittal);
    QCOMPARE(w.grid.orientation(PaneId::Native), Orientation::Coronal);
    QVERIFY(sagittal->isChecked() && !coronal->isChecked());
    sagittal->click();
    QVERIFY(sagittal->isChecked());
    QCOMPARE(changed.count(), 5);
  }

  void theBarGoesToASlice() {
    Window w;
    auto* bar = w.frame(PaneId::Mask)->findChild<SliceBar*>();
    auto* other = w.frame(PaneId::Native)->findChild<SliceBar*>();
    QCOMPARE(bar->maximum(), 19);
    QCOMPARE(bar->value(), w.state.cursor()[2]);
    const Index3 before = w.state.cursor();
    bar->setValue(17);
    QCOMPARE(w.state.cursor(), (Index3{before[0], before[1], 17}));
    QCOMPARE(other->value(), 17);
    w.grid.setOrientation(Orientation::Sagittal);
    QCOMPARE(bar->maximum(), 39);
    QCOMPARE(bar->value(), before[0]);
    w.state.setCursor({3, 4, 5});
    QCOMPARE(bar->value(), 3);
    const QPointF middle(bar->width() / 2.0, bar->height() / 2.0);
    QWheelEvent wheel(middle, bar->mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(bar, &wheel);
    QCOMPARE(w.state.cursor(), (Index3{4, 4, 5}));
    QTest::mouseClick(bar, Qt::LeftButton, {}, {bar->width() / 2, 0});
    QCOMPARE(w.state.cursor()[0], 39);
    QTest::mouseClick(bar, Qt::LeftButton, {}, {bar->width() / 2, bar->height() - 1});
    QCOMPARE(w.state.cursor()[0], 0);
  }

  void theTouchedPaneIsActive() {
    Window w;
    QSignalSpy activated(&w.grid, &ViewGrid::paneActivated);
    QCOMPARE(w.grid.activePane(), PaneId::Native);
    w.grid.setLabels(PaneId::Mask, smallLung(kRightLung), "m");
    QTest::mouseClick(w.view(PaneId::Mask), Qt::LeftButton);
    QCOMPARE(w.grid.activePane(), PaneId::Mask);
    QTest::mouseClick(w.view(PaneId::Lungs), Qt::LeftButton);
    QCOMPARE(w.grid.activePane(), PaneId::Lungs);
    QCOMPARE(activated.count(), 2);
  }

  void lungsAreSeenFromTheFront() {
    Window w;
    w.grid.setSurfaces(twoTetrahedra());
    const QImage image = w.grid.snapshot3d();
    QCOMPARE(image.size(), w.view(PaneId::Lungs)->size());
    int rightLung[2] = {0, 0}, leftLung[2] = {0, 0};  // in the left and in the right half
    for (int y = 0; y < image.height() * 3 / 4; ++y)
      for (int x = 0; x < image.width(); ++x) {
        const QColor c = image.pixelColor(x, y);
        if (c.blue() > c.red() + 60) ++rightLung[x >= image.width() / 2];
        if (c.red() > c.blue() + 60) ++leftLung[x >= image.width() / 2];
      }
    QVERIFY(rightLung[0] > 1000 && rightLung[1] < rightLung[0] / 20);
    QVERIFY(leftLung[1] > 1000 && leftLung[0] < leftLung[1] / 20);
    w.grid.setSurfaces(nullptr);
    QVERIFY(!dynamic_cast<SurfacePane*>(w.view(PaneId::Lungs))->scene().hasSurfaces());
  }

  void slicePlanesFollowTheRestingCursor() {
    Window w;
    w.grid.setSurfaces(twoTetrahedra());
    QVERIFY(QTest::qWaitForWindowExposed(&w.grid));
    const QImage without = w.grid.snapshot3d();
    w.state.setCrosshairVisible(true);
    const QImage before = w.grid.snapshot3d();
    QVERIFY(before != without);
    w.state.setCursor({3, 35, 2});
    QCOMPARE(w.grid.snapshot3d(), before);  // not while it moves
    QTRY_VERIFY(w.grid.snapshot3d() != before);
  }

  void leftDragTurnsTheLungs() {
    Window w;
    w.grid.setSurfaces(twoTetrahedra());
    QWidget* lungs = w.view(PaneId::Lungs);
    const QImage before = w.grid.snapshot3d();
    QTest::mousePress(lungs, Qt::LeftButton, {}, {200, 300});
    QTest::mouseMove(lungs, {290, 300});
    QTest::mouseRelease(lungs, Qt::LeftButton, {}, {290, 300});
    QVERIFY(w.grid.snapshot3d() != before);
  }

  void pictureShowsAllOfIt() {
    Window w;
    w.grid.setLabels(PaneId::Mask, smallLung(kRightLung), "m");
    w.grid.setSurfaces(twoTetrahedra());
    const QImage picture = w.grid.picture();
    QCOMPARE(picture.size(), w.grid.size());
    auto* mask = dynamic_cast<SlicePane*>(w.view(PaneId::Mask));
    const auto [x, y] = mask->scene().pixelOf({11, 20, 10});
    const QPoint at = mask->mapTo(&w.grid, QPoint(static_cast<int>(x), static_cast<int>(y)));
    QCOMPARE(picture.pixelColor(at), QColor(86, 180, 233));
    const QPoint corner = w.view(PaneId::Lungs)->mapTo(&w.grid, QPoint(0, 0));
    const QImage lungs = w.grid.snapshot3d();
    QCOMPARE(picture.copy(QRect(corner, lungs.size())), lungs.convertToFormat(picture.format()));
  }

  void aNewScanReplacesTheOld() {
    Window w;
    w.grid.setLabels(PaneId::Mask, smallLung(kRightLung), "m");
    Grid other = smallGrid();
    other.size = {10, 12, 14};
    w.state.setGrid(other);
    w.grid.setCt(std::make_shared<const CtVolume>(other, std::int16_t(2000)));
    QCOMPARE(w.colourOf(PaneId::Native, {6, 8, 7}), QColor(255, 255, 255));
    QVERIFY(dynamic_cast<SlicePane*>(w.view(PaneId::Mask))->scene().empty());  // its mask was of the old scan
    w.grid.setCt(nullptr);
    QVERIFY(dynamic_cast<SlicePane*>(w.view(PaneId::Native))->scene().empty());
  }

  void theSimulatedPaneHasAScanOfItsOwn() {
    Window w;
    auto* pane = dynamic_cast<SlicePane*>(w.view(PaneId::Simulated));
    QVERIFY(pane->scene().empty());  // the open scan is not simulated
    w.grid.setSimulated(smallCt(2000), nullptr, "patient 1");
    QCOMPARE(w.colourOf(PaneId::Simulated, {20, 20, 10}), QColor(255, 255, 255));
    QCOMPARE(w.colourOf(PaneId::Native, {20, 20, 10}), QColor(0, 0, 0));
    w.grid.setSimulated(nullptr, nullptr, {});
    QVERIFY(pane->scene().empty());
  }
};

QTEST_MAIN(TestViewGrid)
#include "tst_view_grid.moc"
