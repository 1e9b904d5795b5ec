// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
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
  /// @param study  outlives this
  explicit MeasureSession(Study& study, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& job() { return job_; }
  [[nodiscard]] LatestJob& colourJob() { return colourJob_; }
  [[nodiscard]] const NamedMask& mask() const;  ///< that is measured; without labels: none

  void setWanted(bool wanted);  ///< what is there is kept when it is not wanted any more
  /// Empty: no mask, not measured yet, or that was stopped.
  [[nodiscard]] const std::vector<MeasuredRegion>& regions() const { return regions_; }

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

  Study& study_;
  LatestJob job_;
  LatestJob colourJob_;
  LabelPtr measured_;   ///< that regions_ and aeration_, or their jobs, are of
  LabelPtr measuring_;  ///< that job_ is at
  bool wanted_ = false, coloursWanted_ = false;
  std::vector<MeasuredRegion> regions_;
  LabelPtr aeration_;
};

}  // namespace pulmo
