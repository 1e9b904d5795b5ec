// SPDX-License-Identifier: Apache-2.0
#include "models/session/review_session.h"

#include <limits>
#include <utility>

#include "pipeline/core/label_set.h"
#include "pipeline/metrics/agreement.h"
#include "pipeline/metrics/overlap.h"
#include "pipeline/metrics/surface_error.h"

namespace pulmo {

namespace {

/// @return null if stopped
ErrorMapPtr mapOf(const SurfacesPtr& surfaces, const LabelVolume& mask, const LabelVolume& reference,
                  const StopToken& stop, const ProgressSink& progress) {
  auto map = std::make_shared<ErrorMap>();
  map->surfaces = surfaces;
  for (const TriangleMesh& lung : *surfaces) {
    progress(static_cast<double>(map->mm.size()) / static_cast<double>(surfaces->size()),
             "Measuring the lungs' surface");
    auto mm = surfaceErrorMm(lung, SurfaceOf::Mask, reference, 0, stop);
    if (!mm) return nullptr;
    // A lung that the reference does not have is added as a whole, by no distance.
    mm->resize(lung.pointsMm.size(), std::numeric_limits<float>::infinity());
    map->mm.push_back(std::move(*mm));
  }
  const auto survey = surveyPair(reference, mask, 0, stop);
  if (!survey) return nullptr;
  if (survey->referenceTellsSides() && survey->maskTellsSides())
    for (const auto& [label, region] : {std::pair{kRightLung, Region::Right}, {kLeftLung, Region::Left}})
      if (survey->counts(region).reference > 0 && survey->counts(region).mask == 0) map->missing.push_back(label);
  map->limitMm = errorScaleMm(map->mm);
  return map;
}

}  // namespace

ReviewSession::ReviewSession(Study& study, SurfaceSession& surfaces, QObject* parent)
    : QObject(parent),
      study_(study),
      surfaces_(surfaces),
      alarmJob_(tr("Checking the mask")),
      placesJob_(tr("Looking for the worst places")),
      errorJob_(tr("Error colours")) {
  for (const auto changed :
       {&Study::scanChanged, &Study::referenceChanged, &Study::predictionChanged, &Study::editedChanged}) {
    connect(&study_, changed, this, &ReviewSession::findAlarmsAgain);
    connect(&study_, changed, this, &ReviewSession::findPlacesAgain);
    connect(&study_, changed, this, &ReviewSession::mapErrorsAgain);
  }
  connect(&surfaces_, &SurfaceSession::surfacesChanged, this, &ReviewSession::mapErrorsAgain);
  for (LatestJob* job : {&alarmJob_, &placesJob_})
    connect(job, &LatestJob::ended, this, &ReviewSession::findingsChanged);
}

const NamedMask& ReviewSession::mask() const {
  return study_.result().labels ? study_.result() : study_.reference();
}

bool ReviewSession::comparable() const {
  return study_.result().labels && study_.reference().labels;
}

void ReviewSession::findAlarmsAgain() {
  const LabelPtr labels = mask().labels;
  if (labels == judged_) return;  // it was another mask that changed
  judged_ = labels;
  alarms_.reset();
  if (!labels) {
    alarmJob_.cancel();
    Q_EMIT findingsChanged();
    return;
  }
  auto result = std::make_shared<std::vector<Finding>>();
  alarmJob_.run(
      [labels, ct = study_.scan()->ct, result](const StopToken& stop, const ProgressSink& progress) {
        const auto alarms = pulmo::findAlarms(*labels, ct.get(), stop, progress);
        if (!alarms) return Outcome::Stopped;
        *result = findingsOf(*alarms, lungLevels(*labels), labels->grid());
        return Outcome::Completed;
      },
      [this, labels, result] {
        if (labels == judged_) alarms_ = std::move(*result);
      });
  Q_EMIT findingsChanged();
}

void ReviewSession::findPlacesAgain() {
  places_.reset();
  if (!comparable()) {
    placesJob_.cancel();
    Q_EMIT findingsChanged();
    return;
  }
  const LabelPtr reference = study_.reference().labels, prediction = study_.result().labels;
  auto result = std::make_shared<std::vector<Finding>>();
  placesJob_.run(
      [reference, prediction, result](const StopToken& stop, const ProgressSink& progress) {
        const auto places = worstPlaces(*reference, *prediction, {}, stop, progress);
        if (!places) return Outcome::Stopped;
        LungLevels levels = lungLevels(*reference);
        levels.include(lungLevels(*prediction));
        *result = findingsOf(*places, levels, reference->grid());
        return Outcome::Completed;
      },
      [this, reference, prediction, result] {
        if (reference == study_.reference().labels && prediction == study_.result().labels)
          places_ = std::move(*result);
      });
  Q_EMIT findingsChanged();
}

void ReviewSession::setErrorsWanted(bool wanted) {
  if (wanted == errorsWanted_) return;
  errorsWanted_ = wanted;
  mapErrorsAgain();
}

void ReviewSession::mapErrorsAgain() {
  if (errors_ || agreement_) {  // those of other masks may not stand while the new ones are made
    errors_.reset();
    agreement_.reset();
    Q_EMIT errorsChanged();
  }
  // Only once the surfaces are those of the prediction as it is now: they bring this here again.
  if (!errorsWanted_ || !comparable() || surfaces_.mask() != study_.result().labels) {
    errorJob_.cancel();
    return;
  }
  struct Result {
    ErrorMapPtr errors;
    LabelPtr agreement;
  };
  const LabelPtr reference = study_.reference().labels, prediction = study_.result().labels;
  auto result = std::make_shared<Result>();
  errorJob_.run(
      [reference, prediction, surfaces = surfaces_.surfaces(), result](const StopToken& stop,
                                                                       const ProgressSink& progress) {
        auto agreement = agreementOf(*reference, *prediction, 0, stop);
        if (!agreement) return Outcome::Stopped;
        result->agreement = std::make_shared<const LabelVolume>(std::move(*agreement));
        if (!reference->grid().spacingKnown) return Outcome::Completed;
        result->errors = mapOf(surfaces, *prediction, *reference, stop, progress);
        return result->errors ? Outcome::Completed : Outcome::Stopped;
      },
      [this, reference, prediction, result] {
        if (!errorsWanted_ || reference != study_.reference().labels || prediction != study_.result().labels) return;
        errors_ = result->errors;
        agreement_ = result->agreement;
        Q_EMIT errorsChanged();
      });
}

}  // namespace pulmo
