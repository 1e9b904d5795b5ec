// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QTimer>
#include <vector>

#include "models/study/study.h"
#include "models/study/view_state.h"
#include "models/support/latest_job.h"
#include "pipeline/report/texture_figures.h"

namespace pulmo {

/// The texture of the study's lungs and of a sphere around the cursor, in the background while somebody wants to see
/// it: of the prediction, or of the reference where there is none. GUI thread only.
class TextureSession : public QObject {
  Q_OBJECT
 public:
  static constexpr int kRestMs = 150;  ///< of the cursor, before the sphere around it is measured
  static constexpr double kLeastMm = 3, kMostMm = 60;

  /// What is passed outlives this.
  TextureSession(Study& study, ViewState& view, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& lungJob() { return lungJob_; }
  [[nodiscard]] LatestJob& sphereJob() { return sphereJob_; }
  [[nodiscard]] bool known() const { return measured_ != nullptr; }  ///< there is a mask

  /// What is there is kept when it is not wanted any more. While it is wanted, the view has the sphere.
  void setWanted(bool wanted);
  [[nodiscard]] double radiusMm() const { return radiusMm_; }
  void setRadiusMm(double mm);  ///< clamped to kLeastMm .. kMostMm

  /// The lungs' and, where some lung lies within it, the sphere's. Empty: no mask, or not measured yet.
  [[nodiscard]] std::vector<MeasuredTexture> textures() const;

 Q_SIGNALS:
  void texturesChanged();  ///< or measuring began or ended

 private:
  void masksChanged();
  void measureLungs();
  void measureSphere();

  Study& study_;
  ViewState& view_;
  LatestJob lungJob_;
  LatestJob sphereJob_;
  QTimer rest_;
  LabelPtr measured_;   ///< that the textures, or their jobs, are of
  LabelPtr measuring_;  ///< that lungJob_ is at
  bool wanted_ = false;
  double radiusMm_ = 15;
  std::vector<MeasuredTexture> lungs_;
  MeasuredTexture sphere_;  ///< without voxels: none
};

}  // namespace pulmo
