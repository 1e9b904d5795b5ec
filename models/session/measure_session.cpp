// SPDX-License-Identifier: Apache-2.0
#include "models/session/measure_session.h"

#include <memory>
#include <optional>
#include <utility>

#include "pipeline/metrics/aeration.h"

namespace pulmo {

MeasureSession::MeasureSession(Study& study, QObject* parent)
    : QObject(parent), study_(study), job_(tr("Measuring the lungs' density")), colourJob_(tr("Colouring by density")) {
  for (const auto changed :
       {&Study::scanChanged, &Study::referenceChanged, &Study::predictionChanged, &Study::editedChanged})
    connect(&study_, changed, this, &MeasureSession::masksChanged);
  connect(&job_, &LatestJob::ended, this, [this] {
    measuring_.reset();
    Q_EMIT regionsChanged();
  });
}

const NamedMask& MeasureSession::mask() const {
  return study_.result().labels ? study_.result() : study_.reference();
}

void MeasureSession::setWanted(bool wanted) {
  wanted_ = wanted;
  measure();
}

void MeasureSession::setColoursWanted(bool wanted) {
  if (wanted == coloursWanted_) return;
  coloursWanted_ = wanted;
  colour();
}

void MeasureSession::masksChanged() {
  if (mask().labels == measured_) return;
  measured_ = mask().labels;
  job_.cancel();
  regions_.clear();
  Q_EMIT regionsChanged();
  measure();
  colour();
}

void MeasureSession::measure() {
  if (!wanted_ || !measured_ || !regions_.empty() || measuring_ == measured_) return;
  measuring_ = measured_;
  auto result = std::make_shared<std::vector<MeasuredRegion>>();
  job_.run(
      [ct = study_.scan()->ct, labels = measured_, result](const StopToken& stop, const ProgressSink&) {
        *result = measureDensity(*ct, *labels);
        return stop.stop_requested() ? Outcome::Stopped : Outcome::Completed;
      },
      [this, labels = measured_, result] {
        if (labels == measured_) regions_ = std::move(*result);
      });
  Q_EMIT regionsChanged();
}

void MeasureSession::colour() {
  if (aeration_) {
    aeration_.reset();
    Q_EMIT aerationChanged();
  }
  if (!coloursWanted_ || !measured_) {
    colourJob_.cancel();
    return;
  }
  auto result = std::make_shared<LabelPtr>();
  colourJob_.run(
      [ct = study_.scan()->ct, labels = measured_, result](const StopToken& stop, const ProgressSink&) {
        auto classes = aerationOf(*ct, *labels, 0, stop);
        if (!classes) return Outcome::Stopped;
        *result = std::make_shared<const LabelVolume>(std::move(*classes));
        return Outcome::Completed;
      },
      [this, labels = measured_, result] {
        if (!coloursWanted_ || labels != measured_) return;
        aeration_ = *result;
        Q_EMIT aerationChanged();
      });
}

}  // namespace pulmo
