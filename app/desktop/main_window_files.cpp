// SPDX-License-Identifier: Apache-2.0
// The window's files: which are opened, dropped, chosen, saved, remembered.
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMenu>
#include <QMimeData>
#include <QSettings>

#include "app/desktop/edit_work.h"
#include "app/desktop/list_work.h"
#include "app/desktop/main_window.h"
#include "app/desktop/methods_work.h"
#include "app/desktop/train_work.h"
#include "widgets/control/status_strip.h"
#include "widgets/view/view_grid.h"

namespace pulmo {

namespace {

constexpr int kRecentMost = 8;

}  // namespace

void MainWindow::openPaths(const std::vector<std::filesystem::path>& paths, const QString& uid) {
  std::vector<std::filesystem::path> lists, scans;
  for (const auto& path : paths) {
    if (TrainWork::takes(path)) {
      showTab(QStringLiteral("train"));
      train_->openFolder(path);
    } else {
      (ListWork::isList(path) ? lists : scans).push_back(path);
    }
  }
  if (lists.size() > 1) return status_->showError(tr("Only one review list can be open: open one of them."));
  if (!scans.empty()) {
    remember(scans);
    scans_.open(scans, uid);
  }
  if (!lists.empty()) openList(lists.front(), scans.empty());
}

void MainWindow::openList(const std::filesystem::path& file, bool begin) {
  std::error_code code;
  if (std::filesystem::exists(file, code)) return list_->openList(file, begin);  // else it would be made
  errorKind_ = ErrorKind::Io;
  status_->showError(tr("There is no review list %1.").arg(toText(file)));
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  std::vector<std::filesystem::path> paths;
  for (const QUrl& url : event->mimeData()->urls())
    if (url.isLocalFile()) paths.push_back(toPath(url.toLocalFile()));
  if (paths.empty()) return;
  event->acceptProposedAction();
  openPaths(paths);
}

bool MainWindow::stillOpen(const ScanPtr& scan) {
  if (scan != study_.scan()) status_->showError(tr("Another scan was opened meanwhile, so nothing was done."));
  return scan == study_.scan();
}

void MainWindow::chooseReference() {
  const ScanPtr scan = study_.scan();
  if (!scan) return;
  const QString file =
      dialogs_.open(this, tr("Open a reference mask"), lastFolder(),
                    tr("Masks (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.tif *.tiff *.dcm);;All files (*)"));
  if (!file.isEmpty() && stillOpen(scan)) openReference(toPath(file));
}

bool MainWindow::mayLeave(std::function<void()> then) {
  if (!edit_->session().wouldBeLost() || unattended_) return true;
  const int answer =
      dialogs_.choose(this, tr("Keep the edits?"),
                      tr("The edits of this scan are on no disk, and go with it. %1").arg(edit_->session().problem()),
                      {tr("Save the mask …"), tr("Discard the edits")});
  if (answer == 0 && chooseMaskFile()) whenSaved_ = std::move(then);
  if (answer == 1) edit_->session().giveUp();
  return answer == 1;
}

bool MainWindow::chooseMaskFile() {
  edit_->session().publish();
  // As it is now: the dialog may stay open while other masks come.
  const NamedMask mask = study_.result();
  const ScanPtr scan = study_.scan();
  if (!mask.labels) return false;
  const bool dicom = scan->source.dicom != nullptr;  // a segmentation refers to DICOM images
  const auto target = askSaveTarget(dialogs_, this, tr("Save the lung mask"), lastFolder() + "/lungs.nii.gz",
                                    tr("NIfTI (*.nii.gz *.nii);;NRRD (*.nrrd);;MetaImage (*.mha *.mhd)") +
                                        (dicom ? tr(";;DICOM segmentation, no patient named (*.dcm)") : QString()),
                                    {".nii.gz", ".nii", ".nrrd", ".mha", ".mhd", ".dcm"});
  if (!target || !stillOpen(scan)) return false;
  masks_.save(mask, target->path, target->overwrite);
  return true;
}

void MainWindow::choosePictureFile() {
  const QImage picture = methods_->centre()->grab().toImage();
  const auto target = askSaveTarget(dialogs_, this, tr("Save a picture of the panes"), lastFolder() + "/panes.png",
                                    tr("PNG (*.png)"), {".png"});
  if (target) savePicture(picture, *target);
}

void MainWindow::chooseLungPictureFile() {
  if (!surfaces_.surfaces()) {
    status_->showError(tr("There are no lungs in 3-D yet: press F5 to find them, or open a reference mask (Ctrl+M)."));
    return;
  }
  const QImage picture = grid_->snapshot3d();
  if (picture.isNull()) {
    status_->showError(
        tr("No picture of the lungs could be made: it needs OpenGL 3.2 or newer, which this display does not offer."));
    return;
  }
  const auto target = askSaveTarget(dialogs_, this, tr("Save a picture of the lungs"), lastFolder() + "/lungs.png",
                                    tr("PNG (*.png)"), {".png"});
  if (target) savePicture(picture, *target);
}

void MainWindow::savePicture(const QImage& picture, const SaveTarget& target) {
  try {
    savePng(picture, target);
    status_->showMessage(tr("Picture saved to %1.").arg(toText(target.path)));
  } catch (const Error& e) {
    status_->showError(QString::fromUtf8(e.what()), QString::fromStdString(e.detail()));
  }
}

void MainWindow::remember(const std::vector<std::filesystem::path>& paths) {
  if (paths.size() != 1) return;
  QSettings settings;
  QStringList recent = settings.value("recent").toStringList();
  const QString path = QFileInfo(toText(paths.front())).absoluteFilePath();
  recent.removeAll(path);
  recent.prepend(path);
  while (recent.size() > kRecentMost) recent.removeLast();
  settings.setValue("recent", recent);
  settings.setValue("lastFolder", QFileInfo(path).isDir() ? path : QFileInfo(path).absolutePath());
}

void MainWindow::showRecent() {
  recent_->clear();
  const QStringList paths = QSettings().value("recent").toStringList();
  for (const QString& path : paths) {
    auto* action =
        recent_->addAction(QFileInfo(path).fileName() + QStringLiteral("  —  ") + QFileInfo(path).absolutePath());
    action->setEnabled(QFileInfo::exists(path));
    connect(action, &QAction::triggered, this, [this, path] { openPaths({toPath(path)}); });
  }
  if (paths.isEmpty()) recent_->addAction(tr("Nothing opened yet"))->setEnabled(false);
}

QString MainWindow::lastFolder() const {
  return QSettings().value("lastFolder").toString();
}

void MainWindow::reopenLast() {
  list_->reopenLast();
  const QString path = QSettings().value("open/path").toString();
  if (!path.isEmpty() && QFileInfo::exists(path)) openPaths({toPath(path)}, QSettings().value("open/uid").toString());
}

}  // namespace pulmo
