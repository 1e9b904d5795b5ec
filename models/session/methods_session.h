// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "models/session/mask_session.h"
#include "models/study/study.h"
#include "models/support/latest_job.h"
#include "pipeline/metrics/metrics.h"
#include "pipeline/metrics/volumetry.h"
#include "pipeline/report/method_figures.h"

namespace pulmo {

/// One of several methods on the open scan.
struct MethodRun {
  enum class State { Waiting, Running, Done, Failed, Stopped };
  MaskSession::SegmenterPtr segmenter;
  QString name;
  State state = State::Waiting;
  NamedMask mask;      ///< Done
  double seconds = 0;  ///< Done
  QString problem;     ///< Failed: why
  std::optional<LungVolumes> volumes;
  std::optional<Metrics> metrics;  ///< absent: not Done, not compared yet, or it is the baseline itself
};

/// Several methods on the open scan, one after the other in the background, each compared with the reference mask or,
/// where there is none, with the study's result.
///
/// One that fails does not keep the rest; a stop keeps what is done, and what is done is not done again when other
/// methods are asked for. Comparing waits until all have run, so that the seconds are theirs alone. GUI thread only.
class MethodsSession : public QObject {
  Q_OBJECT
 public:
  /// What is passed outlives this.
  MethodsSession(Study& study, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& job() { return job_; }
  [[nodiscard]] LatestJob& compareJob() { return compareJob_; }
  [[nodiscard]] const std::vector<MethodRun>& runs() const { return runs_; }  ///< in the order asked for
  [[nodiscard]] bool running() const { return job_.busy(); }
  /// What the metrics compare with: the reference, else the study's result; without labels: nothing.
  [[nodiscard]] const NamedMask& baseline() const;
  [[nodiscard]] bool againstReference() const { return study_.reference().labels != nullptr; }
  [[nodiscard]] MethodTable table() const;

  /// No effect without a scan. Where the study has no result by then, the first mask made becomes its prediction.
  void run(const std::vector<MaskSession::SegmenterPtr>& segmenters);
  void stop() { job_.cancel(); }
  void use(std::size_t run);  ///< its mask becomes the study's prediction; no effect unless Done
  [[nodiscard]] bool inUse(std::size_t run) const;
  void setHeld(bool held) { compareJob_.setHeld(held); }  ///< while a hand paints

 Q_SIGNALS:
  void runsChanged();     ///< states and masks
  void metricsChanged();  ///< or baseline()

 private:
  struct Answer;
  void take(const std::shared_ptr<const int>& generation, std::size_t run, const std::shared_ptr<Answer>& answer);
  void runEnded();
  void compareAgain();
  void compare();

  Study& study_;
  std::vector<MethodRun> runs_;
  std::shared_ptr<const int> generation_;  ///< of runs_: what a job before has still to say is of no interest
  LabelPtr comparedWith_;
  LatestJob job_;
  LatestJob compareJob_;
};

}  // namespace pulmo
