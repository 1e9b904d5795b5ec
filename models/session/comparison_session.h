// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <optional>

#include "models/study/study.h"
#include "models/support/latest_job.h"
#include "pipeline/metrics/metrics.h"

namespace pulmo {

/// How well the edited mask, else the prediction, agrees with the reference, recomputed in the background when either
/// changes. GUI thread only.
class ComparisonSession : public QObject {
  Q_OBJECT
 public:
  explicit ComparisonSession(Study& study, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& job() { return job_; }
  /// Absent: not both masks there, still being computed, or cancelled, or failed.
  [[nodiscard]] const std::optional<Metrics>& metrics() const { return metrics_; }
  [[nodiscard]] bool computing() const { return job_.busy(); }

 Q_SIGNALS:
  void metricsChanged();  ///< or computing() ended

 private:
  void recompute();
  Study& study_;
  LatestJob job_;
  std::optional<Metrics> metrics_;
};

}  // namespace pulmo
