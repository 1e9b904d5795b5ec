// SPDX-License-Identifier: Apache-2.0
// The story of a review list, through the real window and with the real keys.
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <sstream>

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

using namespace pulmo;
using test::child;
using test::contentOf;

namespace {

constexpr int kPatienceMs = 120000;

/// What a column of the table shows, row by row.
QStringList shown(const QWidget& window, ListTable::Column column) {
  const auto* model = child<QTableView>(window, "list.table")->model();
  QStringList texts;
  for (int row = 0; row < model->rowCount(); ++row) texts << model->index(row, column).data().toString();
  return texts;
}

bool says(const QWidget& window, const QString& text) {
  const auto labels = window.findChildren<QLabel*>();
  return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) { return label->text().contains(text); });
}

LabelVolume maskIn(const QString& file) {
  return loadMask(file.toStdString(), nullptr, {{1}, {2}, {3}});
}

}  // namespace

#define SETTLE(window) QTRY_VERIFY_WITH_TIMEOUT((window).settled() && !(window).list().session().opening(), kPatienceMs)

class TestListWindow : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  QString list_, nextAnswer_, asked_;
  bool agree_ = true;

  FileDialogs answering() {
    FileDialogs dialogs = test::answersWith(nextAnswer_);
    dialogs.confirm = [this](QWidget*, const QString&, const QString& question, const QString&) {
      asked_ = question;
      return agree_;
    };
    return dialogs;
  }
  static void show(MainWindow& window) {
    window.resize(1600, 1000);
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
  }
  static void segment(MainWindow& window) {
    child<QComboBox>(window, "segment.method")->setCurrentText("threshold");
    QTest::keyClick(&window, Qt::Key_F5);
    SETTLE(window);
  }
  /// A stroke of the brush outside of the lungs.
  static void paint(MainWindow& window) {
    EditTools& tools = window.edit().tools();
    tools.setTool(EditTool::Brush);
    tools.press(Orientation::Axial, {20, 64, 40});
    tools.drag({30, 64, 40});
    tools.release({30, 64, 40});
    tools.setTool(EditTool::Cursor);
  }

 private Q_SLOTS:
  void initTestCase() {
    QSettings().clear();
    PhantomSpec spec = test::coarseChest();
    const auto first = makePhantom(spec);
    test::writeSeries(first->ct, dir_.filePath("scans/anna").toStdString());
    spec.seed = 2;
    const auto second = makePhantom(spec);
    SourceGeometry source;
    source.grid = second->ct.grid();
    QVERIFY(QDir(dir_.path()).mkpath("scans/bert"));
    saveCt(dir_.filePath("scans/bert/chest.nii.gz").toStdString(), second->ct, source, Overwrite::Refuse);
    list_ = dir_.filePath("ward.pulmolist");
  }

  // new list → scans of a folder → next → segment → comment → accept → the next one → reject → filter → table out
  void decidesAboutAFolderOfScans() {
    MainWindow window(answering());
    show(window);
    QVERIFY(window.showTab("list"));
    QVERIFY(child<QLabel>(window, "list.empty")->isVisible() && says(window, "A review list keeps"));
    nextAnswer_ = dir_.filePath("ward");
    child<QPushButton>(window, "list.new")->click();
    QVERIFY(says(window, "Nothing is on the list yet"));
    nextAnswer_ = dir_.filePath("scans");
    child<QPushButton>(window, "list.addFirst")->click();
    SETTLE(window);
    QCOMPARE(shown(window, ListTable::Name), QStringList({"anna", "bert_chest"}));
    QCOMPARE(shown(window, ListTable::State), QStringList({"new", "new"}));
    QVERIFY(!window.scanOpen());
    child<QLineEdit>(window, "list.who")->clear();
    QTest::keyClicks(child<QLineEdit>(window, "list.who"), "ab");

    QTest::keyClick(&window, Qt::Key_F8);
    SETTLE(window);
    QVERIFY(window.scanOpen() && child<QLabel>(window, "list.title")->text().contains("anna"));
    segment(window);
    QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
    auto* comment = child<QLineEdit>(window, "list.comment");
    QTRY_VERIFY(comment->hasFocus());
    QTest::keyClicks(comment, "both bases seen");  // letters that are keys of the window elsewhere
    QTest::keyClick(comment, Qt::Key_1, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(child<QLabel>(window, "list.title")->text().contains("bert"), kPatienceMs);
    SETTLE(window);
    QVERIFY2(window.errorShown().isEmpty(), qPrintable(window.errorShown()));
    QCOMPARE(shown(window, ListTable::State), QStringList({"accepted", "new"}));
    QCOMPARE(shown(window, ListTable::Comment), QStringList({"both bases seen", ""}));
    QCOMPARE(shown(window, ListTable::Weights)[0], QString("threshold"));
    QVERIFY(comment->text().isEmpty());
    QVERIFY(QFile::exists(list_ + ".masks/anna.nii.gz"));

    QTest::keyClicks(comment, "motion");
    child<QPushButton>(window, "list.reject")->click();
    SETTLE(window);
    QCOMPARE(shown(window, ListTable::State), QStringList({"accepted", "rejected"}));
    QCOMPARE(shown(window, ListTable::Who), QStringList({"ab", "ab"}));
    QCOMPARE(child<QProgressBar>(window, "list.progress")->text(), QString("2 of 2 done: 1 accepted, 1 rejected"));
    QVERIFY(!QFile::exists(list_ + ".masks/bert_chest.nii.gz"));

    auto* state = child<QComboBox>(window, "list.state");
    state->setCurrentText("To do");
    QVERIFY(shown(window, ListTable::Name).isEmpty());
    state->setCurrentText("rejected");
    QCOMPARE(shown(window, ListTable::Name), QStringList({"bert_chest"}));
    state->setCurrentText("All");
    child<QLineEdit>(window, "list.filter")->setText("BASES");
    QCOMPARE(shown(window, ListTable::Name), QStringList({"anna"}));
    nextAnswer_ = dir_.filePath("ward.csv");
    child<QPushButton>(window, "list.export")->click();
    const std::string csv = contentOf(nextAnswer_);  // the whole list, whatever the filter
    QVERIFY2(csv.find(",accepted,0,both bases seen,ab,") != std::string::npos, csv.c_str());
    QVERIFY2(csv.find(",rejected,0,motion,ab,") != std::string::npos, csv.c_str());
    window.close();
  }

  void removesWhatIsSelected() {
    const QString copy = dir_.filePath("copy.pulmolist");
    QVERIFY(QFile::copy(list_, copy));
    MainWindow window(answering());
    show(window);
    window.openPaths({toPath(copy)});
    auto* table = child<QTableView>(window, "list.table");
    table->setFocus();
    table->clearSelection();
    asked_.clear();
    QTest::keyClick(table, Qt::Key_Delete);
    QVERIFY(asked_.isEmpty() && window.findChild<StatusStrip*>()->message().contains("Select a scan"));
    table->selectRow(1);
    agree_ = false;
    QTest::keyClick(table, Qt::Key_Delete);
    QVERIFY2(asked_.contains("bert_chest") && asked_.contains("decided"), qPrintable(asked_));
    QCOMPARE(shown(window, ListTable::Name), QStringList({"anna", "bert_chest"}));
    agree_ = true;
    QTest::keyClick(table, Qt::Key_Delete);
    QCOMPARE(shown(window, ListTable::Name), QStringList({"anna"}));
    QVERIFY(QFile::exists(dir_.filePath("scans/bert/chest.nii.gz")));
    auto* back = child<QAction>(window, "list.putBack");
    QCOMPARE(back->text().remove('&'), QString("Put bert_chest back"));
    back->trigger();
    QCOMPARE(shown(window, ListTable::Name), QStringList({"anna", "bert_chest"}));
    QCOMPARE(shown(window, ListTable::State), QStringList({"accepted", "rejected"}));
    QVERIFY(!back->isEnabled());
  }

  // as `pulmoscope FILE.pulmolist` and a drop do
  void opensAListLikeAScan() {
    MainWindow window(answering());
    show(window);
    window.openPaths({toPath(list_)});
    QCOMPARE(shown(window, ListTable::State), QStringList({"accepted", "rejected"}));
    QVERIFY(!window.scanOpen());  // all is decided
    const QString none = dir_.filePath("none.pulmolist");
    window.openPaths({toPath(none)});
    QVERIFY2(window.errorShown().contains("no review list"), qPrintable(window.errorShown()));
    QVERIFY(!QFile::exists(none));  // a slip of the pen makes no list
    window.openPaths({toPath(list_), toPath(none)});
    QVERIFY2(window.errorShown().contains("Only one"), qPrintable(window.errorShown()));
  }

  // reopened → everything is there, also the mask → edited, left and come back to → corrected → that mask is there
  void findsDecisionsMasksAndEditsAgain() {
    const LabelVolume accepted = maskIn(list_ + ".masks/anna.nii.gz");
    {
      MainWindow window(answering());
      show(window);
      nextAnswer_ = list_;
      QTest::keyClick(&window, Qt::Key_L, Qt::ControlModifier);
      QCOMPARE(shown(window, ListTable::State), QStringList({"accepted", "rejected"}));
      QVERIFY(!window.scanOpen());  // nothing is to be done
      QTest::keyClick(&window, Qt::Key_F8);
      SETTLE(window);
      QVERIFY(says(window, "signed by ab"));
      QVERIFY(!window.segmentOnce());  // there is a mask
      QCOMPARE(child<QLineEdit>(window, "list.comment")->text(), QString("both bases seen"));
      QTest::keyClick(&window, Qt::Key_0, Qt::ControlModifier);
      QCOMPARE(shown(window, ListTable::State)[0], QString("in review"));
      paint(window);
      QTest::keyClick(&window, Qt::Key_F8);  // at once, before the hand has rested
      SETTLE(window);
      QVERIFY(child<QLabel>(window, "list.title")->text().contains("bert"));
      QTest::keyClick(&window, Qt::Key_F7);
      SETTLE(window);
      QVERIFY(window.edit().session().found().has_value());
      QTest::keyClick(&window, Qt::Key_2, Qt::ControlModifier);  // without them: surely not what was meant
      QVERIFY2(window.errorShown().contains("restore or discard"), qPrintable(window.errorShown()));
      QCOMPARE(shown(window, ListTable::State)[0], QString("in review"));
      window.edit().session().restore();
      QTRY_VERIFY_WITH_TIMEOUT(window.edit().session().hasEdits() && window.settled(), kPatienceMs);
      QTest::keyClick(&window, Qt::Key_2, Qt::ControlModifier);
      QTRY_VERIFY_WITH_TIMEOUT(child<QLabel>(window, "list.title")->text().contains("bert"), kPatienceMs);
      SETTLE(window);
      QTest::keyClick(&window, Qt::Key_F7);
      SETTLE(window);
      QVERIFY(!window.edit().session().found());  // they are in the mask
      QCOMPARE(shown(window, ListTable::State)[0], QString("corrected"));
      window.close();
    }
    const LabelVolume corrected = maskIn(list_ + ".masks/anna.nii.gz");
    std::size_t added = 0, other = 0;
    for (std::size_t i = 0; i < corrected.voxels().size(); ++i) {
      const int before = accepted.voxels()[i], after = corrected.voxels()[i];
      if (before == 0 && after != 0)
        ++added;
      else
        other += before != after;
    }
    QVERIFY(added > 0);
    QCOMPARE(other, std::size_t{0});
    // The window that comes next goes on with the list.
    MainWindow window(answering());
    show(window);
    window.reopenLast();
    SETTLE(window);
    QCOMPARE(shown(window, ListTable::State), QStringList({"corrected", "rejected"}));
    QVERIFY(child<QLabel>(window, "list.title")->text().contains("anna"));
  }

  // A second window has decided meanwhile: that is told, shown, and not written over.
  void tellsWhatAnotherWindowHasChanged() {
    MainWindow mine(answering()), theirs(answering());
    show(mine);
    mine.list().openList(list_.toStdString(), false);
    theirs.show();
    theirs.list().openList(list_.toStdString(), false);
    for (MainWindow* window : {&mine, &theirs}) {
      window->list().session().openEntry(window->list().session().entries().at(0).id);
      SETTLE(*window);
    }
    auto* who = child<QLineEdit>(theirs, "list.who");
    who->clear();
    QTest::keyClicks(who, "cd");
    child<QPushButton>(theirs, "list.reject")->click();
    QTest::keyClicks(child<QLineEdit>(mine, "list.comment"), ", mine");
    child<QPushButton>(mine, "list.accept")->click();
    SETTLE(mine);
    QVERIFY2(mine.errorShown().contains("anna was changed by cd in another window"), qPrintable(mine.errorShown()));
    QVERIFY2(mine.errorShown().contains("mine"), qPrintable(mine.errorShown()));
    QCOMPARE(shown(mine, ListTable::State)[0], QString("rejected"));
    QVERIFY(child<QLabel>(mine, "list.title")->text().contains("anna"));
    QCOMPARE(child<QLineEdit>(mine, "list.comment")->text(), QString("both bases seen"));
    child<QPushButton>(mine, "list.accept")->click();  // now that it has been seen
    SETTLE(mine);
    QCOMPARE(shown(mine, ListTable::State)[0], QString("accepted"));
  }
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QCoreApplication::setOrganizationName("pulmoscope");
  QCoreApplication::setApplicationName("pulmoscope-test");
  applyTheme(app);
  TestListWindow test;
  return QTest::qExec(&test, argc, argv);
}

#include "tst_list_window.moc"
