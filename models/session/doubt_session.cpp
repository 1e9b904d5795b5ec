// SPDX-License-Identifier: Apache-2.0
#include "models/session/doubt_session.h"

#include <utility>

#include "pipeline/alarms/surface_doubt.h"

namespace pulmo {

DoubtSession::DoubtSession(Study& study, SurfaceSession& surfaces, QObject* parent)
    : QObject(parent),
      study_(study),
      surfaces_(surfaces),
      regionJob_(tr("Looking for doubtful regions")),
      mapJob_(tr("Uncertainty colours")) {
  for (const auto changed : {&Study::scanChanged, &Study::predictionChanged}) {
    connect(&study_, changed, this, &DoubtSession::findRegions);
    connect(&study_, changed, this, &DoubtSession::mapAgain);
  }
  connect(&surfaces_, &SurfaceSession::surfacesChanged, this, &DoubtSession::mapAgain);
  connect(&regionJob_, &LatestJob::ended, this, &DoubtSession::regionsChanged);
}

bool DoubtSession::known() const {
  return study_.prediction().uncertainty != nullptr;
}

void DoubtSession::findRegions() {
  const NamedMask& prediction = study_.prediction();
  if (prediction.uncertainty == judged_) return;
  judged_ = prediction.uncertainty;
  regions_.reset();
  if (!judged_) {
    regionJob_.cancel();
    Q_EMIT regionsChanged();
    return;
  }
  auto result = std::make_shared<std::vector<Finding>>();
  regionJob_.run(
      [doubt = judged_, labels = prediction.labels, result](const StopToken& stop, const ProgressSink&) {
        const auto regions = findDoubtRegions(*doubt, *labels, {}, stop);
        if (!regions) return Outcome::Stopped;
        *result = findingsOf(*regions, lungLevels(*labels), labels->grid());
        return Outcome::Completed;
      },
      [this, doubt = judged_, result] {
        if (doubt == judged_) regions_ = std::move(*result);
      });
  Q_EMIT regionsChanged();
}

void DoubtSession::setColoursWanted(bool wanted) {
  if (wanted == coloursWanted_) return;
  coloursWanted_ = wanted;
  mapAgain();
  if (!wanted) Q_EMIT coloursChanged();
}

void DoubtSession::mapAgain() {
  const bool had = std::exchange(map_, nullptr) != nullptr;
  if (had || coloursWanted_) Q_EMIT coloursChanged();
  const LabelPtr doubt = study_.prediction().uncertainty;
  // Only once the surfaces are those of the mask as it is now: they bring this here again.
  if (!coloursWanted_ || !doubt || !surfaces_.surfaces() || surfaces_.mask() != study_.result().labels) {
    mapJob_.cancel();
    return;
  }
  auto result = std::make_shared<DoubtMap>();
  result->surfaces = surfaces_.surfaces();
  mapJob_.run(
      [doubt, result](const StopToken& stop, const ProgressSink& progress) {
        for (const TriangleMesh& lung : *result->surfaces) {
          progress(static_cast<double>(result->share.size()) / static_cast<double>(result->surfaces->size()),
                   "Reading the uncertainty at the lungs' surface");
          auto share = surfaceDoubt(lung, *doubt, 0, stop);
          if (!share) return Outcome::Stopped;
          result->share.push_back(std::move(*share));
        }
        return Outcome::Completed;
      },
      [this, doubt, result] {
        if (!coloursWanted_ || doubt != study_.prediction().uncertainty || result->surfaces != surfaces_.surfaces())
          return;
        map_ = result;
        Q_EMIT coloursChanged();
      });
}

}  // namespace pulmo
