// SPDX-License-Identifier: Apache-2.0
#include "models/session/surface_session.h"

#include <utility>

#include "pipeline/surface/extract_surface.h"

namespace pulmo {

SurfaceSession::SurfaceSession(Study& study, QObject* parent) : QObject(parent), study_(study), job_(tr("3-D lungs")) {
  connect(&study_, &Study::scanChanged, this, &SurfaceSession::rebuild);
  connect(&study_, &Study::referenceChanged, this, &SurfaceSession::rebuild);
  connect(&study_, &Study::predictionChanged, this, &SurfaceSession::rebuild);
  connect(&study_, &Study::editedChanged, this, &SurfaceSession::rebuild);
  connect(&job_, &LatestJob::ended, this, [this](Job::State state) {
    if (state != Job::State::Completed && shown_) clear();  // the lungs of the mask before may not stand for this one's
  });
}

void SurfaceSession::clear() {
  shown_.reset();
  surfaces_.reset();
  of_.reset();
  origin_.clear();
  Q_EMIT surfacesChanged();
}

void SurfaceSession::rebuild() {
  const NamedMask& mask = study_.result().labels ? study_.result() : study_.reference();
  if (mask.labels == shown_) return;
  if (!mask.labels) {
    job_.cancel();
    clear();
    return;
  }
  shown_ = mask.labels;
  auto result = std::make_shared<SurfacesPtr>();
  job_.run(
      [labels = mask.labels, result](const StopToken& stop, const ProgressSink& progress) {
        auto meshes = extractSurfaces(*labels, SurfaceQuality::View, stop, progress);
        if (!meshes) return Outcome::Stopped;
        *result = std::make_shared<const std::vector<TriangleMesh>>(std::move(*meshes));
        return Outcome::Completed;
      },
      [this, labels = mask.labels, origin = mask.origin, result] {
        if (labels != shown_) return;
        surfaces_ = *result;
        of_ = labels;
        origin_ = origin;
        Q_EMIT surfacesChanged();
      });
}

}  // namespace pulmo
