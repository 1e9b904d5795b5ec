// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QListWidget>
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
