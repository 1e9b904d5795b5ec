// SPDX-License-Identifier: Apache-2.0
#include "models/session/volume_session.h"

#include <memory>
#include <tuple>
#include <utility>

namespace pulmo {

VolumeSession::VolumeSession(Study& study, QObject* parent) : QObject(parent), study_(study), job_(tr("Measuring")) {
  connect(&study_, &Study::referenceChanged, this, &VolumeSession::measure);
  connect(&study_, &Study::predictionChanged, this, &VolumeSession::measure);
  connect(&study_, &Study::editedChanged, this, &VolumeSession::measure);
  connect(&job_, &LatestJob::ended, this, [this](Job::State state) {
    if (state != Job::State::Completed) Q_EMIT volumesChanged();
  });
}

std::optional<LungVolumes> VolumeSession::volumesOf(const Measured& measured, const NamedMask& mask) {
  if (!mask.labels || measured.labels != mask.labels) return std::nullopt;
  return measured.volumes;
}

void VolumeSession::measure() {
  auto measured = std::make_shared<std::pair<Measured, Measured>>(reference_, result_);
  measured->first.labels = study_.reference().labels;
  measured->second.labels = study_.result().labels;
  // A mask that has not changed keeps its figures.
  const bool newReference = measured->first.labels && measured->first.labels != reference_.labels;
  const bool newResult = measured->second.labels && measured->second.labels != result_.labels;
  if (!newReference && !newResult) {
    job_.cancel();
    std::tie(reference_, result_) = *measured;
    return;
  }
  job_.run(
      [measured, newReference, newResult](const StopToken& stop, const ProgressSink&) {
        if (newReference) measured->first.volumes = measureVolumes(*measured->first.labels);
        if (stop.stop_requested()) return Outcome::Stopped;
        if (newResult) measured->second.volumes = measureVolumes(*measured->second.labels);
        return Outcome::Completed;
      },
      [this, measured] {
        std::tie(reference_, result_) = *measured;
        Q_EMIT volumesChanged();
      });
}

}  // namespace pulmo
