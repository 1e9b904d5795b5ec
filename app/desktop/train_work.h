// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <filesystem>
#include <vector>

#include "app/desktop/file_dialogs.h"
#include "models/session/sample_session.h"
#include "models/session/training_session.h"
#include "models/study/study.h"
#include "models/study/view_state.h"
#include "widgets/scene/slice_scene.h"

class QWidget;

namespace pulmo {

class RunsPanel;
class SamplesWindow;
class SimulationSession;
class StatusStrip;
class TrainPanel;

/// Wires training: its panels, its preview for the pane Prediction, its files. Holds no rules of its own.
class TrainWork : public QObject {
  Q_OBJECT
 public:
  /// All that is passed outlives this.
  TrainWork(TrainingFunctions functions, Study& study, ViewState& view, StatusStrip& status,
            SimulationSession& simulation, const FileDialogs& dialogs, QWidget* parent);

  [[nodiscard]] TrainingSession& session() { return session_; }
  [[nodiscard]] TrainPanel* panel() { return panel_; }
  [[nodiscard]] RunsPanel* runs() { return runs_; }
  [[nodiscard]] LatestJob& samplesJob() { return samples_.job(); }
  /// Whether the folder is a prepared dataset or a training run, and so no scan.
  [[nodiscard]] static bool takes(const std::filesystem::path& folder);
  void openFolder(const std::filesystem::path& folder);  ///< one of those
  void chooseStore();                                    ///< asks for a prepared dataset, and opens it
  void chooseRun();                                      ///< asks for a run's folder, and adds it to the runs
  void showSamples();                                    ///< the window of training slices; it follows the settings
  [[nodiscard]] QWidget* samplesShown() const;           ///< that window; null: not open
  /// Whether the program may end now. A training that runs and a dataset that is being prepared are asked about, then
  /// stopped; readyToEnd tells when they have ended, the training with its checkpoint written.
  [[nodiscard]] bool mayEnd();

 Q_SIGNALS:
  /// What the network makes of the slice in view, for the pane Prediction; null = nothing any more.
  void previewChanged(const pulmo::SlicePatchPtr& patch, const QString& detail);
  void readyToEnd();
  void runsWanted();  ///< the dock with the curves should be seen

 private:
  void followSettings();
  [[nodiscard]] bool working() const { return session_.busy() || session_.preparing(); }
  void chooseDataset();
  void chooseStart();
  void chooseSweep();
  void chooseResume();
  void exportTable();
  void askAboutSlice();
  void showPreview();
  /// Does what may be refused, and shows the reason beside the button.
  void attempt(const std::function<void()>& action);
  [[nodiscard]] QString lastFolder() const;

  Study& study_;
  ViewState& view_;
  StatusStrip& status_;
  SimulationSession& simulation_;
  const FileDialogs& dialogs_;
  QWidget* window_;
  SampleSession samples_;
  TrainingSession session_;
  TrainPanel* panel_;
  RunsPanel* runs_;
  SamplesWindow* samplesWindow_;
  bool ending_ = false;
  std::filesystem::path resuming_;  ///< a run folder that is read first
};

}  // namespace pulmo
