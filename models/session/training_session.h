// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QElapsedTimer>
#include <QObject>
#include <QSet>
#include <QString>
#include <QTimer>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "models/session/training_fields.h"
#include "models/session/training_link.h"
#include "models/session/training_run.h"
#include "models/support/latest_job.h"

namespace pulmo {

/// Trains, one run or several after one another (a sweep) as one job, and keeps the runs that are compared.
///
/// The network's thread is told of nothing and waits for nothing here: step losses are gathered and taken over twenty
/// times a second. GUI thread only.
class TrainingSession : public QObject {
  Q_OBJECT
 public:
  static constexpr int kFlushMs = 50;
  struct Plan {
    QString name;
    TrainingConfig config;
    std::filesystem::path folder;
  };

  explicit TrainingSession(TrainingFunctions functions, QObject* parent = nullptr);
  ~TrainingSession() override;  ///< a running training is stopped, with its checkpoint written

  [[nodiscard]] LatestJob& job() { return job_; }          ///< trains
  [[nodiscard]] LatestJob& fileJob() { return fileJob_; }  ///< opens stores
  [[nodiscard]] LatestJob& prepareJob() { return prepareJob_; }
  [[nodiscard]] bool preparing() const { return prepareJob_.busy(); }
  [[nodiscard]] LatestJob& runsJob() { return runsJob_; }  ///< reads runs, one after another
  [[nodiscard]] Job::State state() { return job_.job().state(); }
  [[nodiscard]] bool busy() const { return job_.busy(); }

  void openStore(const std::filesystem::path& folder);
  /// Also opens what it has made. No effect while another one is being prepared.
  void prepare(const std::filesystem::path& dataset, const std::filesystem::path& store, const PrepareOptions& options);
  [[nodiscard]] const std::filesystem::path& store() const { return store_; }  ///< "" = none
  [[nodiscard]] const std::optional<StoreFacts>& facts() const { return facts_; }
  [[nodiscard]] const QStringList& problems() const { return problems_; }  ///< of the last prepare()

  /// @throws Error{InvalidInput} for a bad configuration, no store, or while a training runs
  void start(const std::vector<Plan>& plans);
  void resume(int run, int epochs);  ///< @param epochs  the new total, 0 = as configured. @throws likewise
  void requestStop();                ///< within a step; a checkpoint is written
  void addRun(const std::filesystem::path& folder);
  void removeRun(int run);  ///< from the comparison, not from the disk; no effect on the one that trains

  [[nodiscard]] const std::vector<TrainingRun>& runs() const { return runs_; }
  [[nodiscard]] const TrainingRun* find(int run) const;
  [[nodiscard]] const TrainingRun* current() const { return find(current_); }  ///< the one that trains; null = none
  [[nodiscard]] const QString& device() const { return device_; }
  [[nodiscard]] const QString& failure() const { return failure_; }  ///< of the last training; "" = none
  [[nodiscard]] std::optional<double> secondsLeft() const;           ///< absent: not known yet

  void setSlice(CtPtr ct, int z);  ///< in view: what the network is asked about after each epoch
  [[nodiscard]] const std::optional<NetworkPreview>& preview() const { return preview_; }

 Q_SIGNALS:
  void stateChanged();
  void storeChanged();
  void prepared();
  void runsChanged();  ///< added, removed, another state
  void epochAdded(int run);
  void stepsAdded(int run);
  void previewMade();

 private:
  struct Task {
    Plan plan;
    std::filesystem::path store;
    int id = 0;
    bool resumes = false;
    int epochs = 0;
  };
  void run(std::vector<Task> tasks);
  [[nodiscard]] Outcome work(const std::vector<Task>& tasks, const StopToken& stop, const ProgressSink& progress);
  void post(std::function<void()> call);
  void beginRun(int run);
  void endRun(int run, TrainingRun::State state, const QString& failure);
  void takeEpoch(const EpochReport& report);
  void takeStart(const std::string& device, std::int64_t stepsPerEpoch, int firstEpoch);
  void flush();
  [[nodiscard]] TrainingRun* at(int run);

  TrainingFunctions functions_;
  std::filesystem::path store_;
  std::optional<StoreFacts> facts_;
  QStringList problems_;
  std::vector<TrainingRun> runs_;
  int nextId_ = 1, current_ = 0;
  QString device_, failure_;
  std::int64_t stepsPerEpoch_ = 0;
  int waiting_ = 0;  ///< runs of the sweep that have not begun
  QElapsedTimer epochTimer_;
  std::optional<NetworkPreview> preview_;
  QSet<int> started_;                     ///< runs whose start was told here
  std::vector<TrainingLink::Step> held_;  ///< of runs that were not
  QTimer flush_;
  TrainingLink link_;
  LatestJob fileJob_;
  LatestJob prepareJob_;
  LatestJob runsJob_;
  LatestJob job_;  ///< the last member: it joins before what its thread uses goes
};

/// One plan for each value of a field, each in a folder of its own below `folder`.
[[nodiscard]] std::vector<TrainingSession::Plan> sweepOf(const TrainingConfig& config, const RunField& field,
                                                         const std::vector<double>& values,
                                                         const std::filesystem::path& folder);

}  // namespace pulmo
