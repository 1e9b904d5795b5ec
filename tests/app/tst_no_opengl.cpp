// SPDX-License-Identifier: Apache-2.0
#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QTemporaryDir>
#include <QtTest>

#include "app/desktop/main_window.h"
#include "widgets/control/status_strip.h"

using namespace pulmo;

/// The window where no OpenGL can be had: all of it but the 3-D lungs.
class TestNoOpenGl : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void saysWhyThereIsNoPictureOfTheLungs() {
    const QTemporaryDir dir;
    const QString file = dir.filePath("lungs.png");
    FileDialogs dialogs;
    dialogs.save = [&](QWidget*, const QString&, const QString&, const QString&) { return file; };
    MainWindow window(dialogs);
    window.show();
    window.openPhantom(1);
    QTRY_VERIFY_WITH_TIMEOUT(window.settled() && !window.windowTitle().startsWith("Pulmoscope"), 60000);
    for (QAction* action : window.findChildren<QAction*>())
      if (action->text().remove('&').startsWith("Save picture of the lungs")) action->trigger();
    const QString said = window.findChild<StatusStrip*>()->error();
    QVERIFY2(said.contains("OpenGL 3.2"), qPrintable(said));
    QVERIFY(!QFile::exists(file));
  }
};

int main(int argc, char** argv) {
  qunsetenv("DISPLAY");  // Qt's offscreen platform would take its OpenGL from there
  QApplication app(argc, argv);
  QApplication::setOrganizationName("pulmoscope-test");
  QApplication::setApplicationName("tst_no_opengl");
  TestNoOpenGl test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_no_opengl.moc"
