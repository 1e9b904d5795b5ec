// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QTimer>
#include <vector>

#include "models/study/study.h"
#include "models/support/latest_job.h"
#include "pipeline/report/density_figures.h"

namespace pulmo {

/// The densitometry of the study's lungs, in the background while somebody wants to see it: of the prediction, or of
/// the reference where there is none. GUI thread only.
class MeasureSession : public QObject {
  Q_OBJECT
 public:
  static constexpr int kRestMs = 200;

  /// @param study  outlives this
  explicit MeasureSession(Study& study, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& job() { return job_; }
  [[nodiscard]] LatestJob& colourJob() { return colourJob_; }
  [[nodiscard]] const NamedMask& mask() const;  ///< that is measured; without labels: none

  void setWanted(bool wanted);  ///< what is there is kept when it is not wanted any more
  /// Empty: no mask, not measured yet, or that was stopped.
  [[nodiscard]] const std::vector<MeasuredRegion>& regions() const { return regions_; }

  [[nodiscard]] const AerationLimits& limits() const { return limits_; }
  /// At once for regions(); the colours follow when the limits have rested for kRestMs.
  /// @throws Error{InvalidInput} see requireValid
  void setLimits(const AerationLimits& limits);

  void setColoursWanted(bool wanted);  ///< the volume below is made and kept while it is wanted
  [[nodiscard]] bool coloursWanted() const { return coloursWanted_; }
  [[nodiscard]] const LabelPtr& aeration() const { return aeration_; }  ///< of Aeration; null: none

 Q_SIGNALS:
  void regionsChanged();  ///< or measuring ended
  void aerationChanged();

 private:
  void masksChanged();
  void measure();
  void colour();
  void dropColours();

  Study& study_;
  LatestJob job_;
  LatestJob colourJob_;
  LabelPtr measured_;   ///< that regions_ and aeration_, or their jobs, are of
  LabelPtr measuring_;  ///< that job_ is at
  bool wanted_ = false, coloursWanted_ = false;
  std::vector<MeasuredRegion> regions_;
  LabelPtr aeration_;
  AerationLimits limits_;
  QTimer rest_;  ///< of limits_, before the colours follow
};

}  // namespace pulmo
