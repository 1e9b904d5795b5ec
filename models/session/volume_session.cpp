// SPDX-License-Identifier: Apache-2.0
#include "models/session/volume_session.h"

#include <memory>
#include <tuple>
#include <utility>

namespace pulmo {

VolumeSession::VolumeSession(Study& study, QObject* parent) : QObject(parent), study_(study), job_(tr("Measuring")) {
  connect(&study_, &Study::referenceChanged, this, &VolumeSession::measure);
  connect(&study_, &Study::predictionChanged, this, &VolumeSession::measure);
  connect(&job_, &LatestJob::ended, this, [this](Job::State state) {
    if (state != Job::State::Completed) Q_EMIT volumesChanged();
  });
}

std::optional<LungVolumes> VolumeSession::volumesOf(const Measured& measured, const NamedMask& mask) {
  if (!mask.labels || measured.labels != mask.labels) return std::nullopt;
  return measured.volumes;
}

void VolumeSession::measure() {
  auto result = std::make_shared<std::pair<Measured, Measured>>(reference_, prediction_);
  result->first.labels = study_.reference().labels;
  result->second.labels = study_.prediction().labels;
  // A mask that has not changed keeps its figures.
  const bool newReference = result->first.labels && result->first.labels != reference_.labels;
  const bool newPrediction = result->second.labels && result->second.labels != prediction_.labels;
  if (!newReference && !newPrediction) {
    job_.cancel();
    std::tie(reference_, prediction_) = *result;
    return;
  }
  job_.run(
      [result, newReference, newPrediction](const StopToken& stop, const ProgressSink&) {
        if (newReference) result->first.volumes = measureVolumes(*result->first.labels);
        if (stop.stop_requested()) return Outcome::Stopped;
        if (newPrediction) result->second.volumes = measureVolumes(*result->second.labels);
        return Outcome::Completed;
      },
      [this, result] {
        std::tie(reference_, prediction_) = *result;
        Q_EMIT volumesChanged();
      });
}

}  // namespace pulmo
