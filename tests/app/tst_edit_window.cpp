// SPDX-License-Identifier: Apache-2.0
// The story of a correction, through the real window and with the real mouse. Run with "--paint FOLDER" it opens that
// scan, paints for ever and writes how many strokes are done: the program that is killed.
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QProcess>
#include <QPushButton>
#include <QTemporaryDir>
#include <QToolButton>
#include <QWheelEvent>
#include <QtTest>
#include <cstdio>
#include <cstring>
#include <functional>
#include <utility>

#include "app/desktop/edit_work.h"
#include "app/desktop/list_work.h"
#include "app/desktop/main_window.h"
#include "app/desktop/theme.h"
#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/window_child.h"
#include "tests/app/window_fixture.h"
#include "tests/support/dicom_writer.h"
#include "widgets/control/status_strip.h"
#include "widgets/view/slice_pane.h"
#include "widgets/view/view_grid.h"

using namespace pulmo;
using test::action;
using test::child;

namespace {

constexpr int kPatienceMs = 60000;

SlicePane* pane(const MainWindow& window) {
  return child<SlicePane>(window, "pane.prediction");
}

/// Where a voxel lies in the pane, in its widget's pixels.
QPoint pixelOf(const MainWindow& window, const Point3& voxel) {
  SlicePane* view = pane(window);
  const auto [x, y] = view->scene().pixelOf(voxel);
  return (QPointF(x, y) / view->devicePixelRatioF()).toPoint();
}

void drag(const MainWindow& window, const QPoint& from, const QPoint& to) {
  SlicePane* view = pane(window);
  QTest::mousePress(view, Qt::LeftButton, Qt::NoModifier, from);
  for (int i = 1; i <= 4; ++i) QTest::mouseMove(view, from + (to - from) * i / 4);
  QTest::mouseRelease(view, Qt::LeftButton, Qt::NoModifier, to);
}

/// By the method that takes seconds. @return whether it has started
bool segment(MainWindow& window) {
  auto* method = child<QComboBox>(window, "segment.method");
  method->setCurrentIndex(method->findText("threshold", Qt::MatchContains));
  action(window, "Segment")->trigger();
  return method->currentIndex() >= 0;
}

int paintForEver(const QString& folder) {
  MainWindow window;
  window.show();
  window.openPaths({folder.toStdString()});
  EditTools& tools = window.edit().tools();
  if (!QTest::qWaitFor([&] { return window.settled() && window.scanOpen(); }, kPatienceMs)) return 1;
  if (!segment(window) || !QTest::qWaitFor([&] { return window.settled(); }, kPatienceMs)) return 1;
  tools.setTool(EditTool::Brush);
  for (int i = 0;; ++i) {
    const Point3 at{20.0 + 17 * i % 90, 20.0 + 11 * i % 90, 30.0 + i % 20};
    tools.press(Orientation::Axial, at);
    tools.drag({at[0] + 9, at[1], at[2]});
    tools.release(at);
    std::printf("%zu\n", window.edit().session().undoSteps().size());
    std::fflush(stdout);
    QCoreApplication::sendPostedEvents();
  }
}

}  // namespace

class TestEditWindow : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  std::unique_ptr<PhantomCase> phantom_;
  QString scanFolder_, maskFile_, nextAnswer_;
  bool agree_ = true;
  int choice_ = -1, asked_ = 0;
  std::function<void()> whileAsked_;  ///< what happens while a question is open

  FileDialogs answering() {
    FileDialogs dialogs = test::answersWith(nextAnswer_);
    dialogs.confirm = [this](QWidget*, const QString&, const QString&, const QString&) {
      if (whileAsked_) std::exchange(whileAsked_, nullptr)();
      return agree_;
    };
    dialogs.choose = [this](QWidget*, const QString&, const QString&, const QStringList&) {
      ++asked_;
      return choice_;
    };
    return dialogs;
  }
  LabelVolume saveAs(MainWindow& window, const QString& name) {
    nextAnswer_ = dir_.filePath(name);
    action(window, "Save mask")->trigger();
    if (!QTest::qWaitFor([&] { return window.settled() && QFile::exists(nextAnswer_); }, kPatienceMs))
      qFatal("not saved");
    return loadMask(nextAnswer_.toStdString(), nullptr);
  }
  /// The middle of the right lung.
  [[nodiscard]] Index3 rightLung() const {
    std::array<long, 3> sum{};
    long n = 0;
    const Index3 size = phantom_->lungs.grid().size;
    for (int z = 0; z < size[2]; ++z)
      for (int y = 0; y < size[1]; ++y)
        for (int x = 0; x < size[0]; ++x)
          if (phantom_->lungs[{x, y, z}] == kRightLung) ++n, sum[0] += x, sum[1] += y, sum[2] += z;
    return {static_cast<int>(sum[0] / n), static_cast<int>(sum[1] / n), static_cast<int>(sum[2] / n)};
  }

  /// The story up to the last save, and what that saved.
  void correct(LabelVolume& both) {
    MainWindow window(answering());
    window.resize(1600, 1000);
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.scanOpen() && window.settled(), kPatienceMs);
    window.openReference(maskFile_.toStdString());
    QVERIFY(window.showTab("edit"));
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QVERIFY(segment(window));
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    const LabelVolume before = saveAs(window, "before.nii.gz");

    Index3 middle = rightLung();
    middle[2] = 37;  // the slice that a scan of 75 opens at
    const Point3 at{double(middle[0]), double(middle[1]), double(middle[2])};
    SlicePane* view = pane(window);
    QTest::mouseClick(view, Qt::LeftButton, Qt::NoModifier, pixelOf(window, at));  // the cursor, still
    QTest::mouseClick(child<QToolButton>(window, "edit.eraser"), Qt::LeftButton);
    const QSize size = view->size();
    const QImage bare = view->grab().toImage();  // lays out what has changed
    QCOMPARE(view->size(), size);                // a tool that is taken moves nothing
    const QPoint pixel = pixelOf(window, at);
    QVERIFY2(pixel.x() < view->width() / 2, "the patient's right lung is not on the left of the screen");
    // The wheel turns slices, and with Ctrl the brush's size; the mouse shows it at the pointer, in true mm.
    const double mm = window.edit().tools().settings().diameterMm;
    QWheelEvent larger(pixel, view->mapToGlobal(pixel), {}, {0, 120}, Qt::NoButton, Qt::ControlModifier,
                       Qt::NoScrollPhase, false);
    QApplication::sendEvent(view, &larger);
    QCOMPARE(window.edit().tools().settings().diameterMm, mm + 1);
    QTest::keyClick(&window, Qt::Key_Minus);
    QCOMPARE(window.edit().tools().settings().diameterMm, mm);
    QTest::mouseMove(view, pixel);
    const int radius = qRound(mm / 2 * view->scene().geometry().pixelsPerMm() / view->devicePixelRatioF());
    const QImage marked = view->grab().toImage();
    QVERIFY(marked.pixel(pixel + QPoint(radius, 0)) != bare.pixel(pixel + QPoint(radius, 0)));
    QCOMPARE(marked.pixel(pixel + QPoint(radius + 5, 4)), bare.pixel(pixel + QPoint(radius + 5, 4)));

    drag(window, pixel, pixel + QPoint(0, 12));
    QVERIFY(child<QLabel>(window, "edit.state")->text().startsWith("1 step"));
    QCOMPARE(child<QWidget>(window, "frame.prediction")->accessibleName(), QString("Edited"));
    QVERIFY(window.isWindowModified() && window.windowTitle().contains("[*]"));  // seen from every tab
    const LabelVolume axial = saveAs(window, "axial.nii.gz");
    std::size_t changed = 0;
    VoxelBox box;
    for (int z = 0; z < 75; ++z)
      for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 128; ++x) {
          const Index3 v{x, y, z};
          if (axial[v] == before[v]) continue;
          ++changed;
          box.include({v, v});
          QCOMPARE(before[v], kRightLung);
          QCOMPARE(axial[v], kBackground);
        }
    QVERIFY(changed > 10);
    QVERIFY(box.low[2] == middle[2] && box.high[2] == middle[2] && box.high[0] < 64);
    QVERIFY(box.low[1] < middle[1] && box.high[1] > middle[1] + 2);  // drawn downwards: to the back

    QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(saveAs(window, "undone.nii.gz").voxels() == before.voxels());
    QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(saveAs(window, "redone.nii.gz").voxels() == axial.voxels());
    QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
    QTest::keyClick(&window, Qt::Key_Y, Qt::ControlModifier);

    // Coronal: what is higher on the screen is higher in the patient.
    QTest::keyClick(&window, Qt::Key_C);
    const QPoint coronal = pixelOf(window, at);
    QVERIFY(coronal.x() < view->width() / 2);
    drag(window, coronal, coronal - QPoint(0, 40));
    both = saveAs(window, "both.nii.gz");
    box = {};
    for (int z = 0; z < 75; ++z)
      for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 128; ++x) {
          const Index3 v{x, y, z};
          if (both[v] == axial[v]) continue;
          box.include({v, v});
          QCOMPARE(axial[v], kRightLung);
        }
    QVERIFY(!box.empty() && box.low[1] == middle[1] && box.high[1] == middle[1] && box.high[0] < 64);
    QVERIFY(box.high[2] > middle[2] + 5 && middle[2] - box.low[2] < box.high[2] - middle[2]);

    // The reference and its pane are as they were; Esc is back at the cursor.
    QTest::keyClick(&window, Qt::Key_Escape);
    QCOMPARE(window.edit().tools().tool(), EditTool::Cursor);
    QVERIFY(child<QLabel>(window, "edit.state")->text().endsWith(", saved."));
    QVERIFY(!window.isWindowModified());
  }

 private Q_SLOTS:
  void initTestCase() {
    phantom_ = std::make_unique<PhantomCase>(*makePhantom(test::coarseChest()));
    scanFolder_ = dir_.filePath("series");
    test::writeSeries(phantom_->ct, scanFolder_.toStdString());
    maskFile_ = dir_.filePath("expert.nrrd");
    test::saveExpert(maskFile_, phantom_->lungs);
  }

  // Open, segment, paint, undo, redo, save, reopen: the file holds the stroke, on the patient's right, in both planes.
  void correctsAMask() {
    LabelVolume both;
    correct(both);
    if (QTest::currentTestFailed()) return;
    // Saved, so nothing is offered when the scan comes back; and the file is the mask.
    MainWindow again(answering());
    again.show();
    again.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(again.scanOpen() && again.settled(), kPatienceMs);
    QVERIFY(!again.edit().session().found());
    again.openReference(dir_.filePath("both.nii.gz").toStdString());
    QTRY_VERIFY_WITH_TIMEOUT(again.settled(), kPatienceMs);
    again.edit().tools().setTool(EditTool::Brush);  // a copy of the reference, where there is no prediction
    QVERIFY(again.edit().session().live()->voxels() == both.voxels());
  }

  // Where no journal can be written, whatever would drop the edits asks first: save, discard, or stay.
  void asksBeforeEditsThatAreOnNoDiskAreLost() {
    const QString other = dir_.filePath("other");
    PhantomSpec spec = test::coarseChest();
    spec.seed = 2;
    test::DicomSlice like;
    like.seriesUid = "1.2.826.0.1.3680043.2.1125.7";
    test::writeSeries(makePhantom(spec)->ct, other.toStdString(), {}, like);
    MainWindow window(answering());
    window.show();
    const QString folder = QString::fromStdString(window.edit().session().folder().string());
    QVERIFY(QDir().mkpath(folder) && QDir().rename(folder, folder + ".aside"));
    QFile inTheWay(folder);
    QVERIFY(inTheWay.open(QIODevice::WriteOnly));
    EditSession& session = window.edit().session();
    const Index3 middle = rightLung();
    const Point3 at{double(middle[0]), double(middle[1]), double(middle[2])};
    const auto dab = [&] {
      window.edit().tools().setTool(EditTool::Eraser);
      window.edit().tools().press(Orientation::Axial, at);
      window.edit().tools().release(at);
    };
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.scanOpen() && window.settled(), kPatienceMs);
    window.openReference(maskFile_.toStdString());
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    dab();
    QVERIFY(session.unsaved() && !session.problem().isEmpty());

    choice_ = -1;  // stay
    asked_ = 0;
    QVERIFY(!window.close());
    QCOMPARE(asked_, 1);
    window.openPaths({other.toStdString()});
    QCOMPARE(asked_, 2);
    window.list().openList(toPath(dir_.filePath("all.pulmolist")), false);
    window.list().session().addScans({other.toStdString()});
    QTRY_COMPARE_WITH_TIMEOUT(window.list().session().entries().size(), 1, kPatienceMs);
    action(window, "Next scan")->trigger();  // F8
    QCOMPARE(asked_, 3);
    QVERIFY(!window.list().session().opening());
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QVERIFY(session.unsaved() && window.isVisible());
    const LabelVolume edited = *session.live();

    choice_ = 0;  // save, then go on
    nextAnswer_.clear();
    window.openPaths({other.toStdString()});  // but the dialog is cancelled
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QVERIFY(session.unsaved());
    nextAnswer_ = dir_.filePath("kept.nii.gz");
    window.openPaths({other.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(!session.editing() && window.settled(), kPatienceMs);
    QVERIFY(loadMask(nextAnswer_.toStdString(), nullptr).voxels() == edited.voxels());

    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QCOMPARE(asked_, 5);  // nothing was edited
    window.openReference(maskFile_.toStdString());
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    dab();
    QVERIFY(session.unsaved());
    choice_ = 1;  // discard
    QVERIFY(window.close());
    QCOMPARE(asked_, 6);
    QVERIFY(!session.editing());
    inTheWay.remove();
    QVERIFY(QDir().rename(folder + ".aside", folder));
  }

  void offersTheEditsOfAProgramThatWasKilled() {
    QProcess child_;
    child_.start(QCoreApplication::applicationFilePath(), {"--paint", scanFolder_});
    std::size_t counted = 0;
    while (counted < 25) {
      QVERIFY(child_.canReadLine() || child_.waitForReadyRead(kPatienceMs));
      while (child_.canReadLine()) counted = child_.readLine().trimmed().toULong();
    }
    child_.kill();
    QVERIFY(child_.waitForFinished());
    while (child_.canReadLine()) counted = child_.readLine().trimmed().toULong();
    {
      MainWindow unattended(answering());  // kept and said, never asked about
      unattended.setUnattended(true);
      unattended.show();
      unattended.openPaths({scanFolder_.toStdString()});
      QTRY_VERIFY_WITH_TIMEOUT(unattended.scanOpen() && unattended.settled(), kPatienceMs);
      QVERIFY(unattended.edit().session().found());
      QVERIFY(unattended.findChild<StatusStrip*>()->message().contains("are kept"));
      QVERIFY(unattended.errorShown().isEmpty());
    }
    MainWindow window(answering());
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.scanOpen() && window.settled(), kPatienceMs);
    auto* offer = child<QLabel>(window, "edit.offer");
    QVERIFY(offer->isVisible());  // the tab has come to the front
    QVERIFY2(offer->text().contains(QDate::currentDate().toString("yy")), qPrintable(offer->text()));
    QVERIFY(!child<QWidget>(window, "edit.brush")->isVisible());
    agree_ = false;
    QTest::mouseClick(child<QPushButton>(window, "edit.discard"), Qt::LeftButton);
    QVERIFY(offer->isVisible());
    // Nor may the question be about another scan by the time it is answered.
    agree_ = true;
    whileAsked_ = [&] {
      window.openPaths({scanFolder_.toStdString()});
      if (!QTest::qWaitFor([&] { return window.settled(); }, kPatienceMs)) qFatal("not opened");
    };
    QTest::mouseClick(child<QPushButton>(window, "edit.discard"), Qt::LeftButton);
    QVERIFY2(window.errorShown().contains("Another scan"), qPrintable(window.errorShown()));
    QVERIFY(offer->isVisible() && window.edit().session().found());
    QTest::mouseClick(child<QPushButton>(window, "edit.restore"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!offer->isVisible() && window.settled(), kPatienceMs);
    const std::size_t steps = window.edit().session().undoSteps().size();
    QVERIFY2(steps == counted || steps == counted + 1, qPrintable(QString("%1 of %2").arg(steps).arg(counted)));
    const LabelVolume restored = *window.edit().session().live();
    QVERIFY(saveAs(window, "restored.nii.gz").voxels() == restored.voxels());
  }
};

int main(int argc, char** argv) {
  static QTemporaryDir data;  // of this run alone; the process that is killed inherits it
  if (argc < 3) qputenv("XDG_DATA_HOME", data.path().toLocal8Bit());
  QApplication app(argc, argv);
  QApplication::setOrganizationName("pulmoscope-test");
  QApplication::setApplicationName("tst_edit_window");
  applyTheme(app);
  if (argc == 3 && std::strcmp(argv[1], "--paint") == 0) return paintForEver(argv[2]);
  TestEditWindow test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_edit_window.moc"
