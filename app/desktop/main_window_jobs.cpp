// SPDX-License-Identifier: Apache-2.0
// What runs in the window: what Esc stops, and what has to end before the window may close.
#include <QCloseEvent>
#include <QFileInfo>
#include <QSettings>
#include <algorithm>

#include "app/desktop/activity_log.h"
#include "app/desktop/edit_work.h"
#include "app/desktop/help_work.h"
#include "app/desktop/list_work.h"
#include "app/desktop/main_window.h"
#include "app/desktop/methods_work.h"
#include "app/desktop/report_work.h"
#include "app/desktop/review_work.h"
#include "app/desktop/simulate_work.h"
#include "app/desktop/train_work.h"

namespace pulmo {

std::vector<LatestJob*> MainWindow::jobs() {
  std::vector<LatestJob*> all{&scans_.job(),    &masks_.segmentJob(), &masks_.loadJob(), &masks_.saveJob(),
                              &surfaces_.job(), &volumes_.job(),      &comparison_.job()};
  for (LatestJob* job : methods_->jobs()) all.push_back(job);
  for (LatestJob* job : simulate_->jobs()) all.push_back(job);
  for (LatestJob* job : review_->jobs()) all.push_back(job);
  for (LatestJob* job : edit_->jobs()) all.push_back(job);
  for (LatestJob* job : list_->jobs()) all.push_back(job);
  for (LatestJob* job : report_->jobs()) all.push_back(job);
  all.push_back(&help_->job());
  all.push_back(&train_->session().fileJob());
  all.push_back(&train_->session().prepareJob());
  all.push_back(&train_->samplesJob());
  all.push_back(&train_->session().runsJob());  // not the training: a night's work is stopped by its own button
  return all;
}

std::vector<LatestJob*> MainWindow::saveJobs() {
  std::vector<LatestJob*> all{&masks_.saveJob(), &simulate_->session().fileJob(), &list_->session().signJob()};
  for (LatestJob* job : report_->jobs()) all.push_back(job);
  return all;
}

bool MainWindow::settled() {
  const std::vector<LatestJob*> all = jobs();
  return std::none_of(all.begin(), all.end(), [](LatestJob* job) { return job->busy(); });
}

std::vector<LatestJob*> MainWindow::jobsStoppedByEsc() {
  // What follows from a mask by itself goes on: nobody has started it, so nobody would start it again.
  return {&scans_.job(),
          &masks_.segmentJob(),
          &masks_.loadJob(),
          &methods_->session().job(),
          &simulate_->session().job(),
          &edit_->session().job(),
          &train_->session().fileJob()};
}

void MainWindow::cancelRunning() {
  if (edit_->escape()) return;
  for (LatestJob* job : jobsStoppedByEsc()) job->cancel();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!mayLeave([this] { close(); })) return event->ignore();
  if (!train_->mayEnd()) return event->ignore();  // comes again when the checkpoint is written
  const std::vector<LatestJob*> saves = saveJobs();
  closeWhenSaved_ = std::any_of(saves.begin(), saves.end(), [](LatestJob* job) { return job->busy(); });
  if (closeWhenSaved_) return event->ignore();
  list_->end();
  help_->end();
  log_->logEnd();
  QSettings settings;
  settings.setValue("window/geometry", saveGeometry());
  settings.setValue("window/state", saveState());
  const bool fromDisk = study_.scan() && scans_.paths().size() == 1;
  settings.setValue("open/path", fromDisk ? QFileInfo(toText(scans_.paths().front())).absoluteFilePath() : QString());
  settings.setValue("open/uid", fromDisk ? QString::fromStdString(study_.scan()->facts.uid) : QString());
  QMainWindow::closeEvent(event);
}

}  // namespace pulmo
