// SPDX-License-Identifier: Apache-2.0
#include "models/session/comparison_session.h"

namespace pulmo {

ComparisonSession::ComparisonSession(Study& study, QObject* parent)
    : QObject(parent), study_(study), job_(tr("Comparing")) {
  connect(&study_, &Study::scanChanged, this, &ComparisonSession::recompute);
  connect(&study_, &Study::referenceChanged, this, &ComparisonSession::recompute);
  connect(&study_, &Study::predictionChanged, this, &ComparisonSession::recompute);
  connect(&study_, &Study::editedChanged, this, &ComparisonSession::recompute);
  connect(&job_, &LatestJob::ended, this, [this](Job::State state) {
    if (state != Job::State::Completed) Q_EMIT metricsChanged();  // nothing is being computed any more
  });
}

void ComparisonSession::recompute() {
  const LabelPtr reference = study_.reference().labels;
  const LabelPtr prediction = study_.result().labels;
  if (metrics_) {  // figures of other masks may not stand while the new ones are computed
    metrics_.reset();
    Q_EMIT metricsChanged();
  }
  if (!reference || !prediction) {
    job_.cancel();
    return;
  }
  auto result = std::make_shared<std::optional<Metrics>>();
  job_.run(
      [reference, prediction, result](const StopToken& stop, const ProgressSink& progress) {
        *result = compareMasks(*reference, *prediction, {}, stop, progress);
        return *result ? Outcome::Completed : Outcome::Stopped;
      },
      [this, reference, prediction, result] {
        if (reference != study_.reference().labels || prediction != study_.result().labels) return;
        metrics_ = *result;
        Q_EMIT metricsChanged();
      });
}

}  // namespace pulmo
