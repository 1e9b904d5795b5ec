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
  rest_.setSingleShot(true);
  rest_.setInterval(kRestMs);
  connect(&rest_, &QTimer::timeout, this, &MeasureSession::colour);
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
  dropColours();
  colour();
}

void MeasureSession::setLimits(const AerationLimits& limits) {
  requireValid(limits);
  if (limits == limits_) return;
  limits_ = limits;
  for (MeasuredRegion& region : regions_) setAerationLimits(region, limits_);
  Q_EMIT regionsChanged();
  rest_.start();
}

void MeasureSession::masksChanged() {
  if (mask().labels == measured_) return;
  measured_ = mask().labels;
  job_.cancel();
  regions_.clear();
  Q_EMIT regionsChanged();
  measure();
  dropColours();
  colour();
}

void MeasureSession::dropColours() {
  if (!aeration_) return;
  aeration_.reset();
  Q_EMIT aerationChanged();
}

void MeasureSession::measure() {
  if (!wanted_ || !measured_ || !regions_.empty() || measuring_ == measured_) return;
  measuring_ = measured_;
  auto result = std::make_shared<std::vector<MeasuredRegion>>();
  job_.run(
      [ct = study_.scan()->ct, labels = measured_, result](const StopToken& stop, const ProgressSink&) {
        auto regions = measureDensity(*ct, *labels, {}, stop);
        if (!regions) return Outcome::Stopped;
        *result = std::move(*regions);
        return Outcome::Completed;
      },
      [this, labels = measured_, result] {
        if (labels != measured_) return;
        regions_ = std::move(*result);
        for (MeasuredRegion& region : regions_) setAerationLimits(region, limits_);  // as they are by now
      });
  Q_EMIT regionsChanged();
}

void MeasureSession::colour() {
  rest_.stop();
  if (!coloursWanted_ || !measured_) {
    colourJob_.cancel();
    return;
  }
  auto result = std::make_shared<LabelPtr>();
  colourJob_.run(
      [ct = study_.scan()->ct, labels = measured_, limits = limits_, result](const StopToken& stop,
                                                                             const ProgressSink&) {
        auto classes = aerationOf(*ct, *labels, limits, 0, stop);
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
