// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <set>
#include <sstream>

#include "app/desktop/main_window.h"
#include "app/desktop/methods_work.h"
#include "app/desktop/theme.h"
#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/learn/weights_file.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/window_child.h"
#include "tests/app/window_fixture.h"
#include "tests/learn/dark_network.h"
#include "tests/support/dicom_writer.h"
#include "widgets/view/slice_pane.h"
#include "widgets/view/view_grid.h"

using namespace pulmo;
using test::child;
using test::contentOf;

namespace {

constexpr int kPatienceMs = 120000;

/// 2 |A∩B| / (|A|+|B|), counted voxel by voxel; label 0 = any lung.
double diceOf(const LabelVolume& a, const LabelVolume& b, int label) {
  double both = 0, sum = 0;
  for (std::size_t i = 0; i < a.voxels().size(); ++i) {
    const bool inA = label == 0 ? a.voxels()[i] != 0 : a.voxels()[i] == label;
    const bool inB = label == 0 ? b.voxels()[i] != 0 : b.voxels()[i] == label;
    both += inA && inB;
    sum += inA + inB;
  }
  return 2 * both / sum;
}

}  // namespace

/// Several methods side by side, through the real window.
class TestMethodsWindow : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  std::unique_ptr<PhantomCase> phantom_;
  QString scanFolder_, maskFile_, weightsFile_, brokenFile_, nextAnswer_;

  FileDialogs answering() { return test::answersWith(nextAnswer_); }
  void open(MainWindow& window, bool reference) {
    window.resize(1400, 900);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    if (reference) window.openReferenceWithScan(maskFile_.toStdString());
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.scanOpen() && window.settled(), kPatienceMs);
    QVERIFY(window.showTab("segment"));
  }
  static void tick(const MainWindow& window, const std::set<QString>& names) {
    auto* list = child<QListWidget>(window, "methods.list");
    std::size_t found = 0;
    for (int i = 0; i < list->count(); ++i) {
      const bool on = names.count(list->item(i)->text()) > 0;
      found += on;
      list->item(i)->setCheckState(on ? Qt::Checked : Qt::Unchecked);
    }
    QCOMPARE(found, names.size());
  }
  static int columnOf(const QTableWidget& table, const QString& head) {
    for (int c = 0; c < table.columnCount(); ++c)
      if (table.horizontalHeaderItem(c)->text() == head) return c;
    return -1;
  }
  static int rowOf(const QTableWidget& table, const QString& method) {
    for (int row = 0; row < table.rowCount(); ++row)
      if (table.verticalHeaderItem(row)->text().endsWith(method)) return row;
    return -1;
  }
  static QString cell(const QTableWidget& table, const QString& method, const QString& head) {
    return table.item(rowOf(table, method), columnOf(table, head))->text();
  }
  static QImage pane(const MainWindow& window, const char* name) {
    return child<QWidget>(window, name)->grab().toImage();
  }

 private Q_SLOTS:
  void initTestCase() {
    QSettings().clear();
    phantom_ = std::make_unique<PhantomCase>(*makePhantom(test::coarseChest()));
    scanFolder_ = dir_.filePath("series");
    test::writeSeries(phantom_->ct, scanFolder_.toStdString());
    maskFile_ = dir_.filePath("expert.nrrd");
    test::saveExpert(maskFile_, phantom_->lungs);
    QDir(dir_.path()).mkdir("dark");
    weightsFile_ = dir_.filePath("dark/model-best.pth");
    saveWeights(weightsFile_.toStdString(), test::darkNetwork(1, 0), Overwrite::Refuse);
    brokenFile_ = dir_.filePath("broken.pth");
    std::ofstream(brokenFile_.toStdString()) << "no weights";
    qputenv("PULMO_WEIGHTS", weightsFile_.toUtf8());
  }

  // tick three → run → panes side by side, a table beneath → its Dice is that of the voxels → copied, saved
  void comparesThreeMethodsWithTheReference() {
    MainWindow window(answering());
    open(window, true);
    tick(window, {"threshold", "border-marching", "unet"});
    child<QPushButton>(window, "methods.run")->click();
    QVERIFY(window.methods().inView());
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    auto* table = child<QTableWidget>(window, "methods.table");
    QCOMPARE(table->rowCount(), 3);
    QVERIFY(child<QLabel>(window, "methods.against")->toolTip().startsWith("Against expert.nrrd, the reference"));
    QVERIFY(child<QWidget>(window, "method.3")->isVisible());  // the reference and three methods
    QVERIFY(!child<QWidget>(window, "pane.native")->isVisible());

    const auto threshold = ThresholdSegmenter().segment(phantom_->ct, {}, {})->labels;
    const std::pair<const char*, int> heads[] = {
        {"Dice\nboth", 0}, {"Dice\nright", kRightLung}, {"Dice\nleft", kLeftLung}};
    for (const auto& [head, label] : heads) {
      const double dice = diceOf(phantom_->lungs, threshold, label);
      QVERIFY2(std::abs(cell(*table, "threshold", head).toDouble() - dice) <= 0.00005 + 1e-9,
               qPrintable(cell(*table, "threshold", head)));
    }
    double over = 0, under = 0, reference = 0, volume = 0;
    for (std::size_t i = 0; i < threshold.voxels().size(); ++i) {
      const bool in = phantom_->lungs.voxels()[i] != 0, found = threshold.voxels()[i] != 0;
      over += found && !in, under += in && !found, reference += in, volume += found;
    }
    QVERIFY(std::abs(cell(*table, "threshold", "Over, %\nboth").toDouble() - 100 * over / reference) <= 0.0051);
    QVERIFY(std::abs(cell(*table, "threshold", "Under, %\nboth").toDouble() - 100 * under / reference) <= 0.0051);
    QVERIFY(std::abs(cell(*table, "threshold", "ml\nboth").toDouble() - volume * 2.8 * 2.8 * 4 / 1000) <= 0.51);
    QVERIFY(cell(*table, "unet", "Dice\nboth") != cell(*table, "threshold", "Dice\nboth"));
    QVERIFY(cell(*table, "threshold", "HD95, mm\nleft").toDouble() > 0);

    // Each pane has its own outline.
    const QImage pictures[] = {pane(window, "method.0"), pane(window, "method.1"), pane(window, "method.3")};
    QVERIFY(pictures[0] != pictures[1] && pictures[1] != pictures[2] && pictures[0] != pictures[2]);
    // They are linked: a wheel step over one moves all.
    auto* first = child<SlicePane>(window, "method.0");
    const auto heightOf = [](SlicePane* slice) { return slice->scene().voxelAt(50, 50).value_or(Point3{})[2]; };
    const double z = heightOf(first);
    QWheelEvent wheel({60, 60}, first->mapToGlobal(QPointF(60, 60)), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(first, &wheel);
    for (const char* each : {"method.0", "method.1", "method.2", "method.3"})
      QCOMPARE(heightOf(child<SlicePane>(window, each)), z + 1);

    // Space: the pane last turned to, alone; and all again.
    QAction* space = test::action(window, "Maximise");
    QTest::mouseClick(first, Qt::LeftButton, {}, {40, 40});
    space->trigger();
    QVERIFY(first->isVisible() && !child<QWidget>(window, "method.1")->isVisible());
    space->trigger();
    QVERIFY(child<QWidget>(window, "method.1")->isVisible());

    child<QPushButton>(window, "methods.copy")->click();
    const QStringList lines = QApplication::clipboard()->text().split('\n');
    QCOMPARE(lines.size(), 4);
    QVERIFY2(lines[0].startsWith("Method\ts\tDice both\tHD95, mm both"), qPrintable(lines[0]));
    nextAnswer_ = dir_.filePath("methods");
    child<QPushButton>(window, "methods.save")->click();
    const std::string csv = contentOf(dir_.filePath("methods.csv"));
    QVERIFY2(csv.rfind("method,label,seconds,ml,dice,", 0) == 0, csv.c_str());
    const QString dice = QString::number(diceOf(phantom_->lungs, threshold, kLeftLung), 'f', 6);
    QVERIFY2(csv.find("," + dice.toStdString() + ",") != std::string::npos, csv.c_str());
  }

  // a click on a row → that mask is the prediction → it is measured, compared and can be edited
  void aRowBecomesThePrediction() {
    MainWindow window(answering());
    open(window, false);
    tick(window, {"threshold", "graph-search"});
    child<QPushButton>(window, "methods.run")->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    auto* table = child<QTableWidget>(window, "methods.table");
    auto* against = child<QLabel>(window, "methods.against");
    // Nothing was there: the first is shown, and the other compared with it.
    QVERIFY2(against->toolTip().contains("Against threshold, the mask shown"), qPrintable(against->toolTip()));
    QCOMPARE(cell(*table, "threshold", "Dice\nboth"), QString("–"));
    QVERIFY(cell(*table, "graph-search", "Dice\nboth").toDouble() > 0.9);
    const QString before = cell(*table, "graph-search", "Dice\nboth");
    const QRect at = table->visualItemRect(table->item(rowOf(*table, "graph-search"), 1));
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, at.center());
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QVERIFY2(against->toolTip().contains("Against graph-search, the mask shown"), qPrintable(against->toolTip()));
    QCOMPARE(cell(*table, "threshold", "Dice\nboth"), before);                                    // Dice is symmetric
    QVERIFY(table->verticalHeaderItem(rowOf(*table, "graph-search"))->text() != "graph-search");  // marked
    // Another tab has the ordinary panes, with that prediction; back in the tab the methods are there again.
    const QImage graph = pane(window, "method.1");
    QVERIFY(window.showTab("edit"));
    QVERIFY(!window.methods().inView() && child<QWidget>(window, "pane.prediction")->isVisible());
    QCOMPARE(child<QWidget>(window, "frame.prediction")->accessibleName(), QString("Prediction"));
    QVERIFY(window.showTab("segment"));
    QVERIFY(window.methods().inView());
    QCOMPARE(pane(window, "method.1"), graph);
    child<QPushButton>(window, "methods.back")->click();
    QVERIFY(!window.methods().inView());
    auto* show = child<QPushButton>(window, "methods.show");
    QVERIFY(show->isVisible());
    show->click();
    QVERIFY(window.methods().inView() && !show->isVisible());
    // Segment with one method shows what it found in the ordinary panes.
    child<QPushButton>(window, "segment.run")->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QVERIFY(!window.methods().inView());
  }

  // own weights → one more method; broken ones are refused with a sentence; what is done is not done again
  void ownNetworksTakePart() {
    MainWindow window(answering());
    open(window, true);
    auto* list = child<QListWidget>(window, "methods.list");
    QCOMPARE(list->count(), 4);
    tick(window, {"threshold"});
    nextAnswer_ = brokenFile_;
    child<QPushButton>(window, "methods.addWeights")->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled() && !window.errorShown().isEmpty(), kPatienceMs);
    QCOMPARE(list->count(), 4);
    nextAnswer_ = weightsFile_;
    child<QPushButton>(window, "methods.addWeights")->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled() && list->count() == 5, kPatienceMs);
    QCOMPARE(list->item(4)->text(), QString("dark"));  // after its folder: "model-best" says nothing
    QCOMPARE(list->item(4)->checkState(), Qt::Checked);
    QCOMPARE(list->item(0)->checkState(), Qt::Unchecked);
    QMenu* ofList = child<QPushButton>(window, "list.segment")->menu();  // a review list can be segmented by it, too
    Q_EMIT ofList->aboutToShow();
    QCOMPARE(ofList->actions().size(), 5);
    QCOMPARE(ofList->actions().last()->text(), QString("dark"));
    child<QPushButton>(window, "methods.run")->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    auto* table = child<QTableWidget>(window, "methods.table");
    QCOMPARE(table->rowCount(), 2);
    QVERIFY(cell(*table, "dark", "Dice\nboth").toDouble() > 0);
    // A file that has gone fails when it is run anew, and the rest goes on.
    const QString gone = dir_.filePath("gone.pth");
    QVERIFY(QFile::copy(weightsFile_, gone));
    window.methods().addNetwork(gone.toStdString(), "gone/away");
    QVERIFY(QFile::remove(gone));
    tick(window, {"gone-away", "border-marching", "dark"});
    child<QPushButton>(window, "methods.run")->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QCOMPARE(table->rowCount(), 3);
    QVERIFY(cell(*table, "border-marching", "Dice\nboth").toDouble() > 0.9);
    QVERIFY2(table->item(rowOf(*table, "gone-away"), 0)->text().contains("gone.pth"),
             qPrintable(table->item(rowOf(*table, "gone-away"), 0)->text()));
  }

  // Stop while the second runs: the first stays, the rest is told as stopped.
  void aStopKeepsWhatIsDone() {
    MainWindow window(answering());
    open(window, true);
    tick(window, {"threshold", "border-marching", "graph-search"});
    auto* table = child<QTableWidget>(window, "methods.table");
    auto* stop = child<QPushButton>(window, "methods.stop");
    // The moment the first is told as done, before the second can be.
    connect(&window.methods().session(), &MethodsSession::runsChanged, stop, [&] {
      const auto& runs = window.methods().session().runs();
      if (!runs.empty() && runs[0].state == MethodRun::State::Done && window.methods().session().running())
        stop->click();
    });
    child<QPushButton>(window, "methods.run")->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QVERIFY(cell(*table, "threshold", "Dice\nboth").toDouble() > 0.9);
    QCOMPARE(table->item(rowOf(*table, "graph-search"), 0)->text(), QString("Stopped"));
    QVERIFY(window.errorShown().isEmpty());
    // Another scan: nothing of the one before stays.
    window.openPhantom(2);
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QVERIFY(!window.methods().inView());
    QCOMPARE(table->rowCount(), 0);
  }
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QApplication::setOrganizationName("pulmoscope-test");
  QApplication::setApplicationName("tst_methods_window");
  applyTheme(app);
  TestMethodsWindow test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_methods_window.moc"
