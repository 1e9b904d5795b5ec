// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <memory>
#include <optional>
#include <vector>

#include "models/session/finding.h"
#include "models/session/surface_session.h"
#include "models/study/study.h"
#include "models/support/latest_job.h"

namespace pulmo {

/// How far the lungs that SurfaceSession shows are from the reference.
struct ErrorMap {
  SurfacesPtr surfaces;                ///< whose points these are
  std::vector<std::vector<float>> mm;  ///< a value a point of each: > 0 added, < 0 missed; infinite: no such lung there
  double limitMm = 5;                  ///< a round number within which nearly all points lie, for the colours
  std::vector<std::uint8_t> missing;   ///< lungs of the reference that the mask does not have: no surface shows them
};
using ErrorMapPtr = std::shared_ptr<const ErrorMap>;

/// Where the study's mask may be wrong, found in the background: what is unusual about it without any reference, where
/// it differs most from the reference, and, if wanted, how far every place of its surface is off.
///
/// The mask is the study's result, or the reference where there is none. GUI thread only.
class ReviewSession : public QObject {
  Q_OBJECT
 public:
  /// What is passed outlives this.
  ReviewSession(Study& study, SurfaceSession& surfaces, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& alarmJob() { return alarmJob_; }
  [[nodiscard]] LatestJob& placesJob() { return placesJob_; }
  [[nodiscard]] LatestJob& errorJob() { return errorJob_; }

  [[nodiscard]] const NamedMask& mask() const;  ///< that the alarms are about; without labels: none
  [[nodiscard]] bool comparable() const;        ///< there are a prediction and a reference
  /// Absent: no mask, or not looked at yet, or that was stopped.
  [[nodiscard]] const std::optional<std::vector<Finding>>& alarms() const { return alarms_; }
  /// Worst first. Absent: not comparable, or not looked at yet, or that was stopped.
  [[nodiscard]] const std::optional<std::vector<Finding>>& places() const { return places_; }

  void setErrorsWanted(bool wanted);  ///< both below are made and kept while they are wanted
  [[nodiscard]] bool errorsWanted() const { return errorsWanted_; }
  [[nodiscard]] const ErrorMapPtr& errors() const { return errors_; }     ///< null: none, or without a voxel size
  [[nodiscard]] const LabelPtr& agreement() const { return agreement_; }  ///< of Agreement; null: none

 Q_SIGNALS:
  void findingsChanged();  ///< or nothing more is being looked for
  void errorsChanged();

 private:
  void findAlarmsAgain();
  void findPlacesAgain();
  void mapErrorsAgain();

  Study& study_;
  SurfaceSession& surfaces_;
  LatestJob alarmJob_;
  LatestJob placesJob_;
  LatestJob errorJob_;
  LabelPtr judged_;  ///< that alarms_, or their job, are about
  std::optional<std::vector<Finding>> alarms_;
  std::optional<std::vector<Finding>> places_;
  bool errorsWanted_ = false;
  ErrorMapPtr errors_;
  LabelPtr agreement_;
};

}  // namespace pulmo
