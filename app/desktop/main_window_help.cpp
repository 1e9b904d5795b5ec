// SPDX-License-Identifier: Apache-2.0
// The window's help.
#include <QDockWidget>
#include <QSettings>
#include <QStackedWidget>
#include <QTabWidget>

#include "app/desktop/actions.h"
#include "app/desktop/help_work.h"
#include "app/desktop/list_work.h"
#include "app/desktop/main_window.h"
#include "app/desktop/methods_work.h"
#include "app/desktop/train_work.h"
#include "widgets/help/welcome.h"
#include "widgets/view/view_grid.h"

namespace pulmo {

void MainWindow::makeCentre() {
  const auto by = [](QAction* action) { return [action] { action->trigger(); }; };
  const auto keyOf = [](QAction* action) { return action->shortcut().toString(QKeySequence::NativeText); };
  welcome_ =
      new Welcome({{"phantom",
                    tr("Try it on the phantom"),
                    tr("A built-in chest whose lungs are known exactly; then press F5"),
                    {},
                    by(actions_->openPhantom)},
                   {"folder", tr("Open a folder …"), tr("DICOM files at any depth; the best chest CT opens"),
                    keyOf(actions_->openFolder), by(actions_->openFolder)},
                   {"file", tr("Open a file …"), tr("A volume as NIfTI, NRRD, MetaImage or TIFF, or one DICOM file"),
                    keyOf(actions_->openFile), by(actions_->openFile)},
                   {"list", tr("Open a review list …"), tr("Go on with many scans, to sign each mask off"),
                    tr("Ctrl+L"), [this] { list_->chooseOpen(); }},
                   {"dataset",
                    tr("Open a dataset …"),
                    tr("One that was prepared, to train a network on"),
                    {},
                    [this] {
                      showTab(QStringLiteral("train"));
                      train_->chooseStore();
                    }},
                   {"run",
                    tr("Open a training run …"),
                    tr("Its curves and results, beside those of other runs"),
                    {},
                    [this] { train_->chooseRun(); }},
                   {"guide", tr("Read the guide"), tr("From the first scan to training, with pictures"),
                    keyOf(actions_->guide), by(actions_->guide)}},
                  this);
  connect(welcome_, &Welcome::recentWanted, this, [this](const QString& path) { openPaths({toPath(path)}); });
  welcome_->setRecent(QSettings().value("recent").toStringList());
  centre_ = new QStackedWidget(this);
  centre_->addWidget(welcome_);
  centre_->addWidget(methods_->centre());
  setCentralWidget(centre_);
  welcome_->takeFocus();
}

void MainWindow::showCentre() {
  const bool open = study_.scan() != nullptr;
  const bool hadFocus = centre_->isAncestorOf(focusWidget());
  centre_->setCurrentWidget(open ? methods_->centre() : welcome_);
  if (open && hadFocus) grid_->takeFocus();
}

QString MainWindow::guidePage() const {
  const QWidget* focus = focusWidget();
  if (focus && listDock_->isAncestorOf(focus)) return QStringLiteral("list.md");
  if (focus && runsDock_->isAncestorOf(focus)) return QStringLiteral("train.md");
  const bool inTabs = focus && tabs_->isAncestorOf(focus);
  if (!study_.scan() && !inTabs) return QStringLiteral("README.md");
  if (methods_->inView() && !inTabs) return QStringLiteral("methods.md");
  return tabs_->tabText(tabs_->currentIndex()).toLower() + QStringLiteral(".md");
}

}  // namespace pulmo
