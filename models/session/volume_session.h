// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <optional>

#include "models/study/study.h"
#include "models/support/latest_job.h"
#include "pipeline/metrics/volumetry.h"

namespace pulmo {

/// Lung volumes of the study's reference and result, measured in the background: counting a large scan takes longer
/// than the window may. GUI thread only.
class VolumeSession : public QObject {
  Q_OBJECT
 public:
  explicit VolumeSession(Study& study, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& job() { return job_; }
  /// Absent: no such mask, or not measured yet.
  [[nodiscard]] std::optional<LungVolumes> reference() const { return volumesOf(reference_, study_.reference()); }
  [[nodiscard]] std::optional<LungVolumes> result() const { return volumesOf(result_, study_.result()); }

 Q_SIGNALS:
  void volumesChanged();

 private:
  struct Measured {
    LabelPtr labels;
    LungVolumes volumes;
  };
  [[nodiscard]] static std::optional<LungVolumes> volumesOf(const Measured& measured, const NamedMask& mask);
  void measure();

  Study& study_;
  LatestJob job_;
  Measured reference_;
  Measured result_;
};

}  // namespace pulmo
