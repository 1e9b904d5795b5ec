// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QDir>
#include <QDockWidget>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
#include <QTabBar>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QtTest>

#include "app/desktop/help_work.h"
#include "app/desktop/main_window.h"
#include "app/desktop/theme.h"
#include "tests/app/window_child.h"
#include "widgets/control/status_strip.h"
#include "widgets/help/guide_browser.h"
#include "widgets/help/guide_window.h"

using namespace pulmo;
using test::action;
using test::child;

namespace {

constexpr int kPatienceMs = 60000;

/// Into the folder that $PULMO_PICTURES names, for somebody to look at.
void keepPicture(QWidget& widget, const char* name) {
  const QString folder = qEnvironmentVariable("PULMO_PICTURES");
  if (folder.isEmpty()) return;
  QVERIFY(QTest::qWaitForWindowExposed(&widget));
  widget.grab().save(QDir(folder).filePath(QLatin1String(name)));
}

}  // namespace

class TestHelpWindow : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { QSettings().clear(); }

  void f1OpensThePageOfTheTab() {
    MainWindow window;
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    const auto page = [&] {
      QTest::keyClick(&window, Qt::Key_F1);
      GuideWindow* guide = window.help().guide();
      if (!guide || !guide->isVisible()) return QString();
      const QString file = child<GuideBrowser>(*guide, "guide.text")->source().fileName();
      guide->close();
      window.activateWindow();
      return QTest::qWaitForWindowActive(&window) ? file : QString();
    };
    QCOMPARE(page(), QString("README.md"));  // nothing is open: the beginning
    window.openPhantom(1);
    QTRY_VERIFY_WITH_TIMEOUT(window.scanOpen() && window.settled(), kPatienceMs);
    for (const char* tab : {"segment", "simulate", "train", "measure", "review", "edit"}) {
      QVERIFY(window.showTab(tab));
      QCOMPARE(page(), QString(tab) + ".md");
    }
    QVERIFY(window.showTab("list"));
    QDockWidget* list = child<QDockWidget>(window, "dock.list");
    for (QWidget* part : list->widget()->findChildren<QWidget*>())
      if (part->isVisible() && part->isEnabled() && part->focusPolicy() == Qt::StrongFocus) {
        part->setFocus();
        break;
      }
    QVERIFY(list->isAncestorOf(window.focusWidget()));
    QCOMPARE(page(), QString("list.md"));
  }
  // Every way to begin is there by the keyboard alone, fits a small screen, and goes when a scan is open.
  void welcomesWhileNothingIsOpen() {
    const QTemporaryDir dir;
    const QString folder = dir.filePath("a scan that was open"), gone = dir.filePath("gone");
    QVERIFY(QDir().mkpath(folder));
    QSettings().setValue("recent", QStringList{gone, folder});
    QString asked;
    FileDialogs dialogs;
    dialogs.folder = [&](QWidget*, const QString& title, const QString&) {
      asked = title;
      return QString();
    };
    dialogs.open = [&](QWidget*, const QString& title, const QString&, const QString&) {
      asked = title;
      return QString();
    };
    MainWindow window(dialogs);
    window.resize(1100, 700);
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    keepPicture(window, "welcome.png");
    auto* welcome = child<QWidget>(window, "welcome");
    QVERIFY(welcome->isVisible() && !child<QWidget>(window, "viewGrid")->isVisible());
    QCOMPARE(welcome->findChild<QScrollArea*>()->verticalScrollBar()->maximum(), 0);
    for (QPushButton* button : welcome->findChildren<QPushButton*>()) {  // none has to be scrolled to
      const QRect place(button->mapTo(welcome, QPoint()), button->size());
      QVERIFY2(welcome->rect().contains(place), qPrintable(button->objectName()));
    }
    QCOMPARE(window.focusWidget()->objectName(), QString("welcome.phantom"));
    const auto pressNext = [&](const char* name, Qt::Key key) {
      asked.clear();
      QTest::keyClick(window.focusWidget(), Qt::Key_Down);
      if (window.focusWidget()->objectName() == name) QTest::keyClick(window.focusWidget(), key);
      return asked;
    };
    QCOMPARE(pressNext("welcome.folder", Qt::Key_Return), QString("Open a folder of scans"));
    QCOMPARE(pressNext("welcome.file", Qt::Key_Space), QString("Open a scan"));
    QCOMPARE(pressNext("welcome.list", Qt::Key_Enter), QString("Open a review list"));
    QCOMPARE(pressNext("welcome.dataset", Qt::Key_Return), QString("Open a prepared dataset"));
    QCOMPARE(pressNext("welcome.run", Qt::Key_Return), QString("The folder of a run to compare with"));
    (void)pressNext("welcome.guide", Qt::Key_Return);
    QVERIFY(window.help().guide() && window.help().guide()->isVisible());
    window.help().guide()->close();
    const auto recent = welcome->findChildren<QPushButton*>("welcome.recent");
    QCOMPARE(recent.size(), 1);  // what is gone is not offered
    recent[0]->click();
    QTRY_VERIFY_WITH_TIMEOUT(!window.errorShown().isEmpty(), kPatienceMs);  // there is nothing in it
    QVERIFY(welcome->isVisible());

    QTest::mouseClick(child<QPushButton>(window, "welcome.phantom"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(window.scanOpen() && window.settled(), kPatienceMs);
    QVERIFY(!welcome->isVisible() && child<QWidget>(window, "viewGrid")->isVisible());
    QCOMPARE(window.focusWidget()->objectName(), QString("pane.native"));
  }
  // Every version is told, each folder that is there opens, and all of it can be copied.
  void aboutTellsVersionsAndFolders() {
    QString opened;
    MainWindow window;
    window.help().setFolderOpener([&](const QString& folder) { opened = folder; });
    window.show();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(!child<QLabel>(window, "status.device")->text().isEmpty(), kPatienceMs);
    action(window, "About")->trigger();
    QDialog* about = nullptr;
    QTRY_VERIFY_WITH_TIMEOUT((about = window.findChild<QDialog*>("about")) && about->isVisible(), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(!child<QLabel>(*about, "about.text.device")->text().isEmpty(), kPatienceMs);
    keepPicture(*about, "about.png");
    QVERIFY2(about->height() <= 640 && about->width() <= 800, "fits a small screen");
    child<QPushButton>(*about, "about.copy")->click();
    const QString text = QApplication::clipboard()->text();
    for (const char* line : {"\nQt \\d+\\.\\d+\\.\\d+ \\(LGPL", "\nVTK 9\\.\\d+", "\nITK 5\\.\\d+", "\nGDCM 3\\.",
                             "\nDCMTK 3\\.6\\.\\d+", "\nLibTorch \\d+\\.\\d+", "^Pulmoscope \\d+\\.\\d+\\.\\d+\n",
                             "Research use only", "\nWeights: unet, lungs.pth, SHA-256 [0-9a-f]{64}"})
      QVERIFY2(text.contains(QRegularExpression(QLatin1String(line))), line);
    const QString edits = child<QLabel>(*about, "about.text.edits")->text();
    QVERIFY(text.contains(edits) && edits.endsWith("/edits"));
    auto* weights = child<QPushButton>(*about, "about.open.weights");
    weights->click();
    QVERIFY2(QFile::exists(opened + "/lungs.pth"), qPrintable(opened));
    for (const char* key : {"settings", "logs"})  // opens, or says that there is nothing yet
      QCOMPARE(about->findChild<QPushButton*>(QString("about.open.") + key) != nullptr,
               QFileInfo(child<QLabel>(*about, (QByteArray("about.text.") + key).constData())->text()).isDir());
  }
  void theGuideGoesWithTheWindow() {
    MainWindow window;
    window.show();
    action(window, "Guide")->trigger();
    GuideWindow* guide = window.help().guide();
    QVERIFY(guide && guide->isVisible());
    guide->showPage("measure.md");
    keepPicture(*guide, "guide.png");
    guide->showPage("list.md");
    keepPicture(*guide, "guide-table.png");
    guide->showPage("report.md");
    keepPicture(*guide, "guide-code.png");
    QVERIFY(window.close());
    QVERIFY(!guide->isVisible());
  }
  void saysThatThereIsNoGuide() {
    const QTemporaryDir none;
    MainWindow window;
    window.help().setProgramFolder(none.filePath("a/b/c/d/e/f"));
    window.show();
    action(window, "Guide")->trigger();
    QVERIFY(!window.help().guide());
    QVERIFY2(window.errorShown().contains("docs/guide"), qPrintable(window.errorShown()));
  }
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QApplication::setOrganizationName("pulmoscope-test");
  QApplication::setApplicationName("tst_help_window");
  applyTheme(app);
  TestHelpWindow test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_help_window.moc"
