// SPDX-License-Identifier: Apache-2.0
#include <QSignalSpy>
#include <QtTest>
#include <cmath>

#include "models/study/study.h"
#include "models/study/view_state.h"

using namespace pulmo;

namespace {

Grid gridOf(Index3 size) {
  Grid g;
  g.size = size;
  return g;
}

ScanPtr scanOf(Index3 size) {
  auto scan = std::make_shared<Scan>();
  scan->ct = std::make_shared<const CtVolume>(gridOf(size));
  return scan;
}

NamedMask maskOf(Index3 size) {
  return {std::make_shared<const LabelVolume>(gridOf(size)), "mask"};
}

}  // namespace

class TestStudy : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void dropsMasksOfTheScanBefore() {
    Study study;
    study.setScan(scanOf({4, 4, 4}));
    study.setReference(maskOf({4, 4, 4}));
    study.setPrediction(maskOf({4, 4, 4}));
    QSignalSpy reference(&study, &Study::referenceChanged), prediction(&study, &Study::predictionChanged);
    study.setScan(scanOf({5, 5, 5}));
    QVERIFY(!study.reference().labels && !study.prediction().labels);
    QCOMPARE(reference.size(), 1);
    QCOMPARE(prediction.size(), 1);
  }
  // The edited mask is the result before the prediction, and goes with its scan.
  void theEditedMaskIsTheResult() {
    Study study;
    study.setScan(scanOf({4, 4, 4}));
    QVERIFY(!study.result().labels);
    QSignalSpy edited(&study, &Study::editedChanged);
    study.setEdited({});
    QCOMPARE(edited.size(), 0);
    study.setPrediction(maskOf({4, 4, 4}));
    QCOMPARE(study.result().labels, study.prediction().labels);
    QVERIFY_THROWS_EXCEPTION(Error, study.setEdited(maskOf({4, 4, 5})));
    const NamedMask mask = maskOf({4, 4, 4});
    study.setEdited(mask);
    QCOMPARE(study.result().labels, mask.labels);
    study.setPrediction(maskOf({4, 4, 4}));
    QCOMPARE(study.result().labels, mask.labels);
    QCOMPARE(edited.size(), 1);
    study.setScan(scanOf({4, 4, 4}));
    QVERIFY(!study.edited().labels && !study.result().labels);
    QCOMPARE(edited.size(), 2);
  }
  void refusesAMaskOfAnotherScan() {
    Study study;
    QVERIFY_THROWS_EXCEPTION(Error, study.setReference(maskOf({4, 4, 4})));
    study.setScan(scanOf({4, 4, 4}));
    QVERIFY_THROWS_EXCEPTION(Error, study.setReference(maskOf({4, 4, 5})));
    QVERIFY_THROWS_EXCEPTION(Error, study.setPrediction(maskOf({5, 4, 4})));
    QVERIFY(!study.reference().labels);
  }
  void startsInTheMiddle() {
    ViewState view;
    view.setGrid(gridOf({11, 21, 31}));
    QCOMPARE(view.cursor(), (Index3{5, 10, 15}));
    QCOMPARE(view.focus(), (Point3{5, 10, 15}));
  }
  void scrollsAlongTheNormalAndStopsAtTheEnds_data() {
    QTest::addColumn<int>("orientation");
    QTest::addColumn<int>("axis");
    QTest::addRow("axial moves z") << 0 << 2;
    QTest::addRow("coronal moves y") << 1 << 1;
    QTest::addRow("sagittal moves x") << 2 << 0;
  }
  void scrollsAlongTheNormalAndStopsAtTheEnds() {
    QFETCH(int, orientation);
    QFETCH(int, axis);
    ViewState view;
    view.setGrid(gridOf({11, 21, 31}));
    const auto a = static_cast<std::size_t>(axis);
    const int middle = view.cursor()[a];
    view.moveSlice(static_cast<Orientation>(orientation), 3);
    QCOMPARE(view.cursor()[a], middle + 3);
    view.moveSlice(static_cast<Orientation>(orientation), 1000);
    QCOMPARE(view.cursor()[a], view.grid().size[a] - 1);
    view.moveSlice(static_cast<Orientation>(orientation), -1000);
    QCOMPARE(view.cursor()[a], 0);
  }
  void saysNothingWhenNothingChanges() {
    ViewState view;
    view.setGrid(gridOf({11, 21, 31}));
    QSignalSpy cursor(&view, &ViewState::cursorChanged), shown(&view, &ViewState::viewChanged),
        window(&view, &ViewState::windowChanged), overlay(&view, &ViewState::overlayChanged);
    view.setCursor(view.cursor());
    view.setZoom(view.zoom());
    view.setFocus(view.focus());
    view.resetView();
    view.setWindow(view.window());
    view.setOverlay(view.overlay());
    view.setCrosshairVisible(view.crosshairVisible());
    QCOMPARE(cursor.size() + shown.size() + window.size() + overlay.size(), qsizetype{0});
  }
  void clampsWhatCannotBe() {
    ViewState view;
    view.setGrid(gridOf({11, 21, 31}));
    view.setZoom(1e9);
    QCOMPARE(view.zoom(), ViewState::kMaxZoom);
    view.setZoom(std::nan(""));
    QCOMPARE(view.zoom(), ViewState::kMaxZoom);
    view.setWindow({-5, 0});
    QCOMPARE(view.window().width, 1.0);
    view.setFocus({-4, 100, 3});
    QCOMPARE(view.focus(), (Point3{0, 20, 3}));
    OverlayStyle style;
    style.opacity = 7;
    view.setOverlay(style);
    QCOMPARE(view.overlay().opacity, 1.0);
  }
};

QTEST_GUILESS_MAIN(TestStudy)
#include "tst_study.moc"
