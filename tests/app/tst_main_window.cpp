// SPDX-License-Identifier: Apache-2.0
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QSlider>
#include <QSpinBox>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTextEdit>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>
#include <QTreeWidget>
#include <QtTest>
#include <fstream>
#include <functional>
#include <utility>

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

/// Whether the patient's right lung is seen, blue, in the left half, and the left one, orange, in the right half.
bool sidesShown(const QImage& picture) {
  int blue[2] = {0, 0}, orange[2] = {0, 0};
  for (int y = 0; y < picture.height(); ++y)
    for (int x = 0; x < picture.width(); ++x) {
      const QColor c = picture.pixelColor(x, y);
      const bool rightHalf = x >= picture.width() / 2;
      blue[rightHalf] += c.blue() > c.red() + 40;
      orange[rightHalf] += c.red() > c.blue() + 40;
    }
  return blue[0] > 2000 && orange[1] > 2000 && blue[0] > 5 * blue[1] && orange[1] > 5 * orange[0];
}

}  // namespace

class TestMainWindow : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  std::unique_ptr<PhantomCase> phantom_;
  QString scanFolder_, maskFile_;
  QString nextAnswer_;
  QStringList questions_;
  bool agree_ = true;
  std::function<void()> whileAsked_;  ///< what happens while a file dialog is open

  FileDialogs answering() {
    FileDialogs dialogs = test::answersWith(nextAnswer_);
    dialogs.open = [this](QWidget*, const QString&, const QString&, const QString&) {
      if (whileAsked_) std::exchange(whileAsked_, nullptr)();
      return nextAnswer_;
    };
    dialogs.save = dialogs.open;
    dialogs.confirm = [this](QWidget*, const QString&, const QString& question, const QString&) {
      questions_ << question;
      return agree_;
    };
    return dialogs;
  }

 private Q_SLOTS:
  void initTestCase() {
    QSettings().clear();
    phantom_ = std::make_unique<PhantomCase>(*makePhantom(test::coarseChest()));
    scanFolder_ = dir_.filePath("patient/series");
    test::writeSeries(phantom_->ct, scanFolder_.toStdString());
    maskFile_ = dir_.filePath("expert.nrrd");
    test::saveExpert(maskFile_, phantom_->lungs);
  }

  // The story: open a folder, load the expert's mask, segment, read the agreement, save, and the saved file is the
  // mask.
  void opensSegmentsComparesAndSaves() {
    MainWindow window(answering());
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QVERIFY(!action(window, "Segment")->isEnabled());
    nextAnswer_ = dir_.filePath("patient");
    action(window, "Open folder")->trigger();
    auto* series = child<QTreeWidget>(window, "study.series");
    QTRY_COMPARE_WITH_TIMEOUT(series->topLevelItemCount(), 1, kPatienceMs);
    QCOMPARE(series->topLevelItem(0)->text(1), QString("75"));

    // What was found is listed before it is read.
    QTRY_VERIFY_WITH_TIMEOUT(action(window, "Open reference mask")->isEnabled(), kPatienceMs);
    nextAnswer_ = maskFile_;
    action(window, "Open reference mask")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QTest::mouseClick(child<QPushButton>(window, "segment.run"), Qt::LeftButton);
    auto* table = child<QTableWidget>(window, "segment.agreement");
    QTRY_VERIFY_WITH_TIMEOUT(table->isVisible() && table->item(0, 0), kPatienceMs);
    for (int side = 0; side < 3; ++side)
      QVERIFY2(table->item(0, side)->text().toDouble() > 0.95, qPrintable(table->item(0, side)->text()));
    // Everything is shown, and it fits on a small screen.
    const QSize least = window.minimumSizeHint();
    QVERIFY2(least.width() <= 1280 && least.height() <= 700,
             qPrintable(QString("%1 x %2").arg(least.width()).arg(least.height())));

    nextAnswer_ = dir_.filePath("out.nii.gz");
    action(window, "Save mask")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(window.findChild<StatusStrip*>()->message().contains("Mask saved"), kPatienceMs);
    const LabelVolume saved = loadMask(nextAnswer_.toStdString(), nullptr);
    QVERIFY(sameGrid(saved.grid(), phantom_->lungs.grid()));
    std::size_t swapped = 0;
    for (std::size_t i = 0; i < saved.voxels().size(); ++i)
      swapped += saved.voxels()[i] + phantom_->lungs.voxels()[i] == 3 && saved.voxels()[i] != 0 &&
                 phantom_->lungs.voxels()[i] != 0;
    QVERIFY2(swapped * 200 < saved.voxels().size() / 10, "right and left are swapped in the saved file");

    // Neither Esc nor closing drops a save: the window goes when the file is whole.
    nextAnswer_ = dir_.filePath("last.nii.gz");
    action(window, "Save mask")->trigger();
    action(window, "Cancel")->trigger();
    QVERIFY(!window.close());
    QVERIFY(window.isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(!window.isVisible(), kPatienceMs);
    QVERIFY(loadMask(nextAnswer_.toStdString(), nullptr).voxels() == saved.voxels());
  }
  // A dialog is about the scan that was open when it was asked for.
  void aDialogThatStayedOpenDoesNothingToAnotherScan() {
    MainWindow window(answering());
    window.show();
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.scanOpen() && window.settled(), kPatienceMs);
    const auto another = [&] {
      window.openPaths({scanFolder_.toStdString()});
      if (!QTest::qWaitFor([&] { return window.settled(); }, kPatienceMs)) qFatal("not opened");
    };
    whileAsked_ = another;
    nextAnswer_ = maskFile_;
    action(window, "Open reference mask")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QVERIFY2(window.errorShown().contains("Another scan"), qPrintable(window.errorShown()));
    QVERIFY(child<SlicePane>(window, "pane.mask")->scene().empty());

    action(window, "Open reference mask")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QVERIFY(!child<SlicePane>(window, "pane.mask")->scene().empty());
    child<QComboBox>(window, "segment.method")->setCurrentText("threshold");
    action(window, "Segment")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    whileAsked_ = [&] {
      another();
      action(window, "Segment")->trigger();  // so that there would be a mask to save
      if (!QTest::qWaitFor([&] { return window.settled(); }, kPatienceMs)) qFatal("not segmented");
    };
    nextAnswer_ = dir_.filePath("of-another.nii.gz");
    action(window, "Save mask")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QVERIFY(!QFile::exists(nextAnswer_));
    QVERIFY2(window.errorShown().contains("Another scan"), qPrintable(window.errorShown()));
  }
  // 7 and 5 tell nobody which lung they are: the window asks, and shows what it is told on the right sides.
  void asksWhichValueIsWhichLung() {
    CtVolume odd(phantom_->lungs.grid());
    for (std::size_t i = 0; i < odd.voxels().size(); ++i) {
      const auto v = phantom_->lungs.voxels()[i];
      odd.voxels()[i] = static_cast<std::int16_t>(v == kRightLung ? 7 : v == kLeftLung ? 5 : 0);
    }
    SourceGeometry source;
    source.grid = odd.grid();
    const QString file = dir_.filePath("odd.nrrd");
    saveCt(file.toStdString(), odd, source, Overwrite::Replace);
    MainWindow window(answering());
    window.show();
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(action(window, "Segment")->isEnabled(), kPatienceMs);
    QStringList offered;
    QTimer answer;
    connect(&answer, &QTimer::timeout, &window, [&] {
      auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget());
      if (!dialog) return;
      answer.stop();
      auto* table = dialog->findChild<QTableWidget*>("maskValues.table");
      for (int row = 0; row < table->rowCount(); ++row) {
        offered << table->item(row, 0)->text();
        qobject_cast<QComboBox*>(table->cellWidget(row, 2))->setCurrentIndex(offered.last() == "7" ? 1 : 2);
      }
      dialog->accept();
    });
    answer.start(20);
    window.openReference(file.toStdString());
    QTRY_COMPARE_WITH_TIMEOUT(offered, (QStringList{"5", "7"}), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    const QImage picture = child<QWidget>(window, "pane.mask")->grab().toImage();
    QVERIFY2(sidesShown(picture), "the patient's right lung is not the blue one on the left");
  }
  // The picture shows both lungs in the colours of their sides; a file that is there is replaced only by permission.
  void savesAPictureOfTheLungs() {
    MainWindow window(answering());
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    auto* status = window.findChild<StatusStrip*>();
    QAction* save = action(window, "Save picture of the lungs");
    questions_.clear();
    QVERIFY(!save->isEnabled());
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled() && window.settled(), kPatienceMs);
    nextAnswer_ = dir_.filePath("lungs");
    const QString file = dir_.filePath("lungs.png");
    save->trigger();
    QVERIFY2(status->error().contains("no lungs in 3-D yet"), qPrintable(status->error()));
    QVERIFY(!QFile::exists(file));

    window.openReference(maskFile_.toStdString());
    QTRY_VERIFY_WITH_TIMEOUT(window.settled() && action(window, "Segment")->isEnabled(), kPatienceMs);
    save->trigger();
    QVERIFY2(status->message().contains("lungs.png"), qPrintable(status->message()));
    QVERIFY(questions_.isEmpty());
    const QImage picture(file);
    QCOMPARE(picture.size(), window.findChild<QWidget*>("pane.lungs")->size());
    QVERIFY(sidesShown(picture));

    std::ofstream(file.toStdString()) << "mine";
    agree_ = false;
    save->trigger();
    QCOMPARE(questions_.size(), 1);
    QVERIFY(questions_[0].contains("lungs.png"));
    QCOMPARE(QFileInfo(file).size(), 4);
    agree_ = true;
    save->trigger();
    QCOMPARE(QImage(file).size(), picture.size());
    QCOMPARE(QDir(dir_.path()).entryList({".pulmo-*"}, QDir::Files | QDir::Hidden), QStringList{});
  }
  void saysWhatIsWrongAndStaysUsable() {
    MainWindow window(answering());
    window.show();
    nextAnswer_ = dir_.filePath("patient");
    action(window, "Open folder")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(action(window, "Segment")->isEnabled(), kPatienceMs);
    const QString bad = dir_.filePath("bad.nii");
    std::ofstream(bad.toStdString()) << "not a volume";
    nextAnswer_ = bad;
    action(window, "Open file")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(window.errorShown().contains("bad.nii"), kPatienceMs);
    QVERIFY(window.windowTitle().contains("Chest"));  // what was open is open still
    action(window, "Segment")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(action(window, "Save mask")->isEnabled(), kPatienceMs);
    QVERIFY(window.errorShown().contains("bad.nii"));  // work that went well says nothing about what did not
  }
  void opensWhatIsDropped() {
    MainWindow window(answering());
    window.show();
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(scanFolder_)});
    // The application hands a drop on to the widget that accepted its entering.
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &drop);
    QTRY_VERIFY_WITH_TIMEOUT(action(window, "Segment")->isEnabled(), kPatienceMs);
  }
  void reopensWhatWasOpen() {
    {
      MainWindow window(answering());
      window.show();
      window.openPaths({scanFolder_.toStdString()});
      QTRY_VERIFY_WITH_TIMEOUT(action(window, "Segment")->isEnabled(), kPatienceMs);
      QVERIFY(window.close());
    }
    MainWindow window(answering());
    window.show();
    window.reopenLast();
    QTRY_VERIFY_WITH_TIMEOUT(action(window, "Segment")->isEnabled(), kPatienceMs);
  }
  // Of two series the other one was open, and is open again, though it is not the best.
  void reopensTheSeriesThatWasOpen() {
    const QString folder = dir_.filePath("both");
    test::writeSeries(phantom_->ct, folder.toStdString() + "/a");
    test::DicomSlice like;
    like.seriesUid += ".7";
    like.description = "The other one";
    test::DicomCut cut;
    cut.keep = [](int slice) { return slice >= 20 && slice < 60; };
    test::writeSeries(phantom_->ct, folder.toStdString() + "/b", cut, like);
    {
      MainWindow window(answering());
      window.show();
      window.openPaths({folder.toStdString()}, QString::fromStdString(like.seriesUid));
      QTRY_VERIFY_WITH_TIMEOUT(window.windowTitle().contains("The other one"), kPatienceMs);
      QVERIFY(window.close());
    }
    MainWindow window(answering());
    window.show();
    window.reopenLast();
    QTRY_VERIFY_WITH_TIMEOUT(action(window, "Segment")->isEnabled(), kPatienceMs);
    QVERIFY(window.windowTitle().contains("The other one"));
    QCOMPARE(child<QTreeWidget>(window, "study.series")->topLevelItemCount(), 2);
  }
  // An identifier may be one long word: it is broken, and pushes nothing else out of sight.
  void showsLongNamesWhole() {
    const QString folder = dir_.filePath("long");
    test::DicomSlice like;
    like.description = std::string(60, 'W');
    test::writeSeries(phantom_->ct, folder.toStdString(), {}, like);
    MainWindow window(answering());
    window.show();
    window.openPaths({folder.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(action(window, "Segment")->isEnabled(), kPatienceMs);
    auto* facts = child<QTextEdit>(window, "study.facts");
    QVERIFY(facts->toPlainText().contains(QString(60, 'W')));
    QVERIFY(facts->toPlainText().contains("128 × 128 × 75"));
    QCOMPARE(facts->horizontalScrollBar()->maximum(), 0);
  }
  void obeysTheKeyboard() {
    MainWindow window(answering());
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(action(window, "Segment")->isEnabled(), kPatienceMs);
    auto* view = window.findChild<ViewGrid*>();
    QTest::keyClick(&window, Qt::Key_C);
    QCOMPARE(view->orientation(PaneId::Native), Orientation::Coronal);
    QTest::keyClick(&window, Qt::Key_A);
    QCOMPARE(view->orientation(PaneId::Native), Orientation::Axial);
    QTest::keyClick(&window, Qt::Key_Space);
    QVERIFY(view->maximised().has_value());
    QTest::keyClick(&window, Qt::Key_Space);
    QVERIFY(!view->maximised());
    QTest::keyClick(&window, Qt::Key_O);
    QVERIFY(!action(window, "Overlay")->isChecked());
  }
  // The window's keys are those of the control that has the focus, where it has a use for them.
  void aControlWithTheFocusHasItsOwnKeys() {
    MainWindow window(answering());
    window.resize(1600, 1000);
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.settled() && action(window, "Segment")->isEnabled(), kPatienceMs);
    auto* view = window.findChild<ViewGrid*>();
    const auto* slice = child<QWidget>(window, "frame.native")->findChild<QSlider*>();
    const int before = slice->value();
    const auto press = [](QWidget* control, int key) {
      control->setFocus();
      QVERIFY(control->hasFocus());
      QTest::keyClick(control, static_cast<Qt::Key>(key));
    };
    auto* opacity = child<QSlider>(window, "overlay.opacity");
    const int percent = opacity->value();
    press(opacity, Qt::Key_Up);
    QCOMPARE(opacity->value(), percent + 1);
    auto* width = window.findChild<QToolBar*>()->findChild<QSpinBox*>();
    const int hu = width->value();
    press(width, Qt::Key_Up);
    QCOMPARE(width->value(), hu + 25);
    press(width, Qt::Key_Down);
    QCOMPARE(width->value(), hu);
    auto* method = child<QComboBox>(window, "segment.method");
    method->setCurrentIndex(0);
    press(method, Qt::Key_Down);
    QCOMPARE(method->currentIndex(), 1);
    auto* series = child<QTreeWidget>(window, "study.series");
    press(series, Qt::Key_End);
    QCOMPARE(slice->value(), before);
    QVERIFY(window.showTab("simulate"));
    auto* coloured = child<QCheckBox>(window, "simulate.coloured");
    const bool checked = coloured->isChecked();
    press(coloured, Qt::Key_Space);
    QCOMPARE(coloured->isChecked(), !checked);
    QVERIFY(!view->maximised());
    // What a control has no use for stays the window's: a box that was just clicked keeps nobody from turning slices.
    press(coloured, Qt::Key_Up);
    QCOMPARE(slice->value(), before + 1);
    press(opacity, Qt::Key_Space);
    QVERIFY(view->maximised());
    press(opacity, Qt::Key_Space);
    // A button of the tool bar takes no focus by a click: Space goes on doing what it did.
    auto* pane = child<SlicePane>(window, "pane.native");
    pane->setFocus();
    QTest::mouseClick(child<QToolButton>(window, "window.auto"), Qt::LeftButton);
    QVERIFY(pane->hasFocus());
    QTest::keyClick(pane, Qt::Key_Space);
    QVERIFY(view->maximised());
    QTest::keyClick(pane, Qt::Key_Down);
    QCOMPARE(slice->value(), before);
  }
  void everyControlHasAToolTip() {
    MainWindow window(answering());
    for (QAbstractButton* button : window.findChildren<QAbstractButton*>()) {
      if (button->objectName().startsWith("qt_") || button->inherits("QDockWidgetTitleButton") ||
          button->parent()->inherits("QTableView") || button->parent()->inherits("QTabBar"))
        continue;
      QVERIFY2(!button->toolTip().isEmpty(), qPrintable(button->objectName() + " " + button->text()));
    }
  }
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QApplication::setOrganizationName("pulmoscope-test");
  QApplication::setApplicationName("tst_main_window");
  applyTheme(app);
  TestMainWindow test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_main_window.moc"
