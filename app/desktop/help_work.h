// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <functional>
#include <memory>

#include "models/support/latest_job.h"

class QWidget;

namespace pulmo {

class GuideWindow;
class StatusStrip;

/// Wires what helps: the guide in a window of its own. Holds no rules of its own.
class HelpWork : public QObject {
  Q_OBJECT
 public:
  /// All that is passed outlives this.
  HelpWork(StatusStrip& status, QWidget* parent);
  ~HelpWork() override;

  /// Opens the guide at a page, or says that there is none. @param page  as GuideWindow::showPage
  void showGuide(const QString& page);
  /// @param device  as MainWindow knows it  @param journals  the folder of unsaved edits
  void showAbout(const QString& device, const QString& journals);
  void end();  ///< the main window closes
  /// Where the guide is looked for, in place of the program's own folder: for the tests.
  void setProgramFolder(const QString& folder) { programFolder_ = folder; }
  /// How a folder is shown, in place of the desktop's own program for that: for the tests.
  void setFolderOpener(std::function<void(const QString&)> open) { openFolder_ = std::move(open); }
  [[nodiscard]] LatestJob& job() { return aboutJob_; }
  [[nodiscard]] GuideWindow* guide() { return guide_.get(); }

 private:
  StatusStrip& status_;
  QWidget* window_;
  std::function<void(const QString&)> openFolder_;
  QString programFolder_;
  std::unique_ptr<GuideWindow> guide_;  ///< no child of the main window: it may lie below it
  LatestJob aboutJob_;
};

}  // namespace pulmo
