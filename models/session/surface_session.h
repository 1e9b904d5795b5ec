// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <memory>
#include <vector>

#include "models/study/study.h"
#include "models/support/latest_job.h"
#include "pipeline/core/triangle_mesh.h"

namespace pulmo {

using SurfacesPtr = std::shared_ptr<const std::vector<TriangleMesh>>;

/// Keeps the 3-D lungs up to date in the background: of the edited mask, else of the prediction, else of the
/// reference.
/// GUI thread only.
class SurfaceSession : public QObject {
  Q_OBJECT
 public:
  explicit SurfaceSession(Study& study, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& job() { return job_; }
  /// Null: no mask, or its surfaces could not be made or were cancelled. Until new ones are there, the ones before.
  [[nodiscard]] const SurfacesPtr& surfaces() const { return surfaces_; }
  [[nodiscard]] const QString& origin() const { return origin_; }
  [[nodiscard]] const LabelPtr& mask() const { return of_; }  ///< that surfaces() are of; null with them

 Q_SIGNALS:
  void surfacesChanged();

 private:
  void rebuild();
  void clear();
  Study& study_;
  LatestJob job_;
  LabelPtr shown_;  ///< the mask that the surfaces, or the job, are of
  SurfacesPtr surfaces_;
  LabelPtr of_;
  QString origin_;
};

}  // namespace pulmo
