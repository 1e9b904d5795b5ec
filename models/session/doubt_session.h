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

/// How unsure the network was around the lungs that SurfaceSession shows.
struct DoubtMap {
  SurfacesPtr surfaces;                   ///< whose points these are
  std::vector<std::vector<float>> share;  ///< surfaceDoubt() of each: a value a point, 0 sure .. 1
};
using DoubtMapPtr = std::shared_ptr<const DoubtMap>;

/// What the network that made the study's prediction was unsure of: regions to look at, found in the background, and,
/// if wanted, its doubt at each point of the surfaces. All of it is about the prediction, also while an edited mask is
/// the study's result. GUI thread only.
class DoubtSession : public QObject {
  Q_OBJECT
 public:
  /// What is passed outlives this.
  DoubtSession(Study& study, SurfaceSession& surfaces, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& regionJob() { return regionJob_; }
  [[nodiscard]] LatestJob& mapJob() { return mapJob_; }

  [[nodiscard]] bool known() const;  ///< there is a prediction whose method tells how unsure it is
  /// Largest first. Absent: not known, or not looked at yet, or that was stopped.
  [[nodiscard]] const std::optional<std::vector<Finding>>& regions() const { return regions_; }

  void setColoursWanted(bool wanted);  ///< the map below is made and kept while it is wanted
  [[nodiscard]] bool coloursWanted() const { return coloursWanted_; }
  [[nodiscard]] const DoubtMapPtr& map() const { return map_; }  ///< null: none

 Q_SIGNALS:
  void regionsChanged();  ///< or nothing more is being looked for
  void coloursChanged();  ///< the map, or whether colours are wanted and known

 private:
  void findRegions();
  void mapAgain();

  Study& study_;
  SurfaceSession& surfaces_;
  LatestJob regionJob_;
  LatestJob mapJob_;
  LabelPtr judged_;  ///< the map of uncertainty that regions_, or their job, are of
  std::optional<std::vector<Finding>> regions_;
  bool coloursWanted_ = false;
  DoubtMapPtr map_;
};

}  // namespace pulmo
