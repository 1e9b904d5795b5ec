// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/train_work.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <algorithm>
#include <utility>

#include "models/session/simulation_session.h"
#include "widgets/control/status_strip.h"
#include "widgets/panel/runs_panel.h"
#include "widgets/panel/samples_window.h"
#include "widgets/panel/train_panel.h"

namespace pulmo {

namespace {

bool isStore(const std::filesystem::path& folder) {
  std::error_code ec;
  return std::filesystem::is_regular_file(folder / "store.json", ec) &&
         std::filesystem::is_regular_file(folder / "slices.bin", ec);
}

bool isRun(const std::filesystem::path& folder) {
  std::error_code ec;
  return std::filesystem::is_regular_file(folder / "config.json", ec) &&
         std::filesystem::is_regular_file(folder / "epochs.csv", ec);
}

}  // namespace

TrainWork::TrainWork(TrainingFunctions functions, Study& study, ViewState& view, StatusStrip& status,
                     SimulationSession& simulation, const FileDialogs& dialogs, QWidget* parent)
    : QObject(parent),
      study_(study),
      view_(view),
      status_(status),
      simulation_(simulation),
      dialogs_(dialogs),
      window_(parent),
      samples_(functions.samples),
      session_(std::move(functions)),
      panel_(new TrainPanel(session_, parent)),
      runs_(new RunsPanel(session_, parent)),
      samplesWindow_(new SamplesWindow(samples_, parent)) {
  status_.watch(session_.job());
  connect(panel_, &TrainPanel::openStoreRequested, this, &TrainWork::chooseStore);
  connect(panel_, &TrainPanel::prepareRequested, this, &TrainWork::chooseDataset);
  connect(panel_, &TrainPanel::startRequested, this, &TrainWork::chooseStart);
  connect(panel_, &TrainPanel::sweepRequested, this, &TrainWork::chooseSweep);
  connect(panel_, &TrainPanel::resumeRequested, this, &TrainWork::chooseResume);
  connect(panel_, &TrainPanel::stopRequested, &session_, &TrainingSession::requestStop);
  connect(panel_, &TrainPanel::simulatedDiseaseRequested, this, [this] {
    TrainingConfig config = panel_->config();
    config.pathology = simulation_.spec();
    panel_->setConfig(config);
    status_.showMessage(tr("Training will draw the disease of the tab Simulate."));
  });
  connect(panel_, &TrainPanel::samplesRequested, this, &TrainWork::showSamples);
  connect(panel_, &TrainPanel::configChanged, this, &TrainWork::followSettings);
  connect(&session_, &TrainingSession::storeChanged, this, &TrainWork::followSettings);
  connect(runs_, &RunsPanel::addRunRequested, this, &TrainWork::chooseRun);
  connect(runs_, &RunsPanel::exportRequested, this, &TrainWork::exportTable);
  connect(&view_, &ViewState::cursorChanged, this, &TrainWork::askAboutSlice);
  connect(&study_, &Study::scanChanged, this, &TrainWork::askAboutSlice);
  connect(&session_, &TrainingSession::previewMade, this, &TrainWork::showPreview);
  connect(&session_.job(), &LatestJob::ended, this, &TrainWork::showPreview);
  connect(&study_, &Study::predictionChanged, this, [this] { Q_EMIT previewChanged(nullptr, {}); });
  connect(&session_, &TrainingSession::runsChanged, this, [this] {
    if (resuming_.empty()) return;
    const auto& all = session_.runs();
    const auto run =
        std::find_if(all.begin(), all.end(), [this](const TrainingRun& r) { return r.folder == resuming_; });
    if (run == all.end()) return;
    resuming_.clear();
    // To the run's own end: the panel's settings are of the next run, and another length would bend the learning rate.
    attempt([&] { session_.resume(run->id, 0); });
  });
  connect(&session_.runsJob(), &LatestJob::ended, this, [this] { resuming_.clear(); });  // it was no run
  for (LatestJob* job : {&session_.job(), &session_.prepareJob()})
    connect(job, &LatestJob::ended, this, [this] {
      if (!working() && std::exchange(ending_, false)) Q_EMIT readyToEnd();
    });
}

void TrainWork::followSettings() {
  samplesWindow_->setSource(panel_->config(), session_.store());
}

void TrainWork::showSamples() {
  followSettings();
  samplesWindow_->show();
  samplesWindow_->raise();
  samplesWindow_->activateWindow();
}

QWidget* TrainWork::samplesShown() const {
  return samplesWindow_->isVisible() ? samplesWindow_ : nullptr;
}

QString TrainWork::lastFolder() const {
  return QSettings().value("training/folder").toString();
}

void TrainWork::attempt(const std::function<void()>& action) {
  try {
    panel_->showProblem({});
    action();
  } catch (const Error& e) {
    panel_->showProblem(QString::fromUtf8(e.what()));
  }
}

void TrainWork::chooseStore() {
  const QString folder = dialogs_.folder(window_, tr("Open a prepared dataset"), lastFolder());
  if (folder.isEmpty()) return;
  QSettings().setValue("training/folder", QFileInfo(folder).absolutePath());
  session_.openStore(folder.toStdString());
}

void TrainWork::chooseDataset() {
  const QString dataset = dialogs_.folder(window_, tr("A folder of scans with their masks"), lastFolder());
  if (dataset.isEmpty()) return;
  const QString store =
      dialogs_.save(window_, tr("Where the prepared dataset is written"),
                    QFileInfo(dataset).absolutePath() + '/' + QFileInfo(dataset).fileName() + "-256", {});
  if (store.isEmpty()) return;
  PrepareOptions options;
  options.size = panel_->config().network.size == 512 ? 512 : 256;
  session_.prepare(dataset.toStdString(), store.toStdString(), options);
}

void TrainWork::chooseStart() {
  const QString folder =
      dialogs_.save(window_, tr("A new folder for this run"), QDir(lastFolder()).filePath("run"), {});
  if (folder.isEmpty()) return;
  attempt([&] {
    session_.start({{QFileInfo(folder).fileName(), panel_->config(), folder.toStdString()}});
    Q_EMIT runsWanted();
  });
}

void TrainWork::chooseSweep() {
  const RunField* field = findRunField(panel_->sweepField());
  attempt([&] {
    const std::vector<double> values = parseValues(*field, panel_->sweepValues());
    const QString folder =
        dialogs_.save(window_, tr("A new folder for these runs"), QDir(lastFolder()).filePath("sweep"), {});
    if (folder.isEmpty()) return;
    session_.start(sweepOf(panel_->config(), *field, values, folder.toStdString()));
    Q_EMIT runsWanted();
  });
}

void TrainWork::chooseResume() {
  const QString folder = dialogs_.folder(window_, tr("The folder of a run to go on with"), lastFolder());
  if (folder.isEmpty()) return;
  resuming_ = folder.toStdString();
  session_.addRun(resuming_);
  Q_EMIT runsWanted();
}

void TrainWork::chooseRun() {
  const QString folder = dialogs_.folder(window_, tr("The folder of a run to compare with"), lastFolder());
  if (folder.isEmpty()) return;
  session_.addRun(folder.toStdString());
  Q_EMIT runsWanted();
}

bool TrainWork::takes(const std::filesystem::path& folder) {
  return isStore(folder) || isRun(folder);
}

void TrainWork::openFolder(const std::filesystem::path& folder) {
  if (isStore(folder)) return session_.openStore(folder);
  session_.addRun(folder);
  Q_EMIT runsWanted();
}

void TrainWork::exportTable() {
  const auto target = askSaveTarget(dialogs_, window_, tr("Export the results table"),
                                    QDir(lastFolder()).filePath("runs.csv"), tr("Tables (*.csv)"), {".csv"});
  if (!target) return;
  try {
    writeAtomically(target->path, target->overwrite, runsToCsv(session_.runs()));
    status_.showMessage(tr("Results saved to %1.").arg(toText(target->path)));
  } catch (const Error& e) {
    status_.showError(QString::fromUtf8(e.what()), QString::fromStdString(e.detail()));
  }
}

void TrainWork::askAboutSlice() {
  session_.setSlice(study_.scan() ? study_.scan()->ct : nullptr, view_.cursor()[2]);
}

void TrainWork::showPreview() {
  const auto& preview = session_.preview();
  if (!preview || !session_.busy() || !study_.scan() || preview->ct != study_.scan()->ct)
    return Q_EMIT previewChanged(nullptr, {});
  Q_EMIT previewChanged(std::make_shared<const SlicePatch>(SlicePatch{preview->z, nullptr, preview->labels}),
                        tr("training, epoch %1, slice %2").arg(preview->epoch).arg(preview->z + 1));
}

bool TrainWork::mayEnd() {
  if (!working()) return true;
  if (ending_) return false;
  QString title = tr("A training runs"), question;
  if (session_.busy()) question = tr("Its checkpoint is written first, and it can be resumed.");
  if (session_.preparing()) {
    title =
        session_.busy() ? tr("A training runs, and a dataset is being prepared") : tr("A dataset is being prepared");
    question += tr(" What has been prepared so far is dropped.");
  }
  if (!dialogs_.confirm(window_, title, tr("Stop it and close? %1").arg(question.trimmed()), tr("Stop and close")))
    return false;
  ending_ = true;
  session_.requestStop();
  session_.prepareJob().cancel();
  if (working()) return false;
  ending_ = false;
  return true;
}

}  // namespace pulmo
