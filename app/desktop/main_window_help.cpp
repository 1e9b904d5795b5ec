// SPDX-License-Identifier: Apache-2.0
// The window's help.
#include <QApplication>
#include <QDockWidget>
#include <QMessageBox>
#include <QTabWidget>

#include "app/desktop/main_window.h"

namespace pulmo {

QString MainWindow::guidePage() const {
  const QWidget* focus = focusWidget();
  if (focus && listDock_->isAncestorOf(focus)) return QStringLiteral("list.md");
  if (focus && runsDock_->isAncestorOf(focus)) return QStringLiteral("train.md");
  const bool inTabs = focus && tabs_->isAncestorOf(focus);
  if (!study_.scan() && !inTabs) return QStringLiteral("README.md");
  return tabs_->tabText(tabs_->currentIndex()).toLower() + QStringLiteral(".md");
}

void MainWindow::showAbout() {
  QMessageBox::about(
      this, tr("About Pulmoscope"),
      tr("<h3>Pulmoscope %1</h3><p>Lungs on chest CT: see, segment, review.</p><p><b>Research use only.</b> Not a "
         "medical "
         "device, not for diagnosis or treatment.</p><p>%2</p><p>Apache License 2.0. Built with Qt %3, VTK, ITK and "
         "LibTorch, each under its own licence.</p>")
          .arg(QStringLiteral(PULMO_VERSION), deviceText_.toHtmlEscaped().replace('\n', "<br>"), qVersion()));
}

}  // namespace pulmo
