// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <QTimer>
#include <filesystem>
#include <memory>
#include <optional>

#include "models/study/study.h"
#include "models/study/view_state.h"
#include "models/support/latest_job.h"
#include "pipeline/core/atomic_file.h"
#include "pipeline/simulate/simulator.h"

namespace pulmo {

/// One axial slice with its disease, drawn before the whole scan is.
struct SimulatedSlice {
  int z = 0;
  CtPtr ct;          ///< one slice
  LabelPtr lesions;  ///< likewise, ids of LesionKind
};

/// Disease drawn into the open scan: the slice in view at once, the whole scan in the background when the controls
/// have rested for a moment. Lungs are the reference mask, else the edited one, else the
/// prediction. GUI thread only.
class SimulationSession : public QObject {
  Q_OBJECT
 public:
  static constexpr int kRestMs = 250;  ///< from the last change to the whole scan

  /// @param study, view  outlive the session
  SimulationSession(Study& study, ViewState& view, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& shapeJob() { return shapeJob_; }
  [[nodiscard]] LatestJob& job() { return job_; }
  [[nodiscard]] LatestJob& fileJob() { return fileJob_; }

  /// Nothing is computed while nobody looks. What was drawn before stays.
  void setActive(bool active);
  [[nodiscard]] bool active() const { return active_; }

  [[nodiscard]] const NamedMask& mask() const;  ///< the lungs drawn into; no labels = none
  [[nodiscard]] const PathologySpec& spec() const { return spec_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  void setSpec(const PathologySpec& spec);
  void setSeed(std::uint64_t seed);  ///< another patient with the same disease

  [[nodiscard]] const QString& problem() const { return problem_; }      ///< why the spec cannot be drawn; "" if it can
  [[nodiscard]] bool pending() const { return !upToDate_ && disease_; }  ///< the whole scan is not there yet

  /// The whole scan; the open one without disease where that is not there yet. Null: nothing to show.
  [[nodiscard]] CtPtr ct() const;
  [[nodiscard]] LabelPtr lesions() const { return result_ ? result_->lesions : nullptr; }
  /// The slice in view where it is newer than the whole scan.
  [[nodiscard]] const std::optional<SimulatedSlice>& slice() const { return slice_; }
  [[nodiscard]] std::optional<double> extentPercent() const;       ///< of both lungs; absent while pending
  [[nodiscard]] std::optional<double> sliceExtentPercent() const;  ///< of the lungs in the slice in view

  /// Saves the simulated scan, its lesion labels, and what they were made with (JSON beside the scan).
  /// No effect while pending. Files are written whole or not at all.
  void save(const std::filesystem::path& ct, const std::filesystem::path& lesions, Overwrite overwrite);
  /// Where save() puts the description of a simulated scan.
  [[nodiscard]] static std::filesystem::path descriptionBeside(const std::filesystem::path& ct);

 Q_SIGNALS:
  void specChanged();     ///< or the seed
  void maskChanged();     ///< or the scan
  void pictureChanged();  ///< slice(), ct(), lesions() or problem()
  void loadChanged();     ///< sliceExtentPercent() alone
  void saved(const QString& path);

 private:
  struct Result {
    CtPtr ct;
    LabelPtr lesions;
    PathologySpec spec;
    std::uint64_t seed = 0;
    double extentPercent = 0;
  };
  [[nodiscard]] static std::string describe(const Result& result);  ///< JSON: enough to make it again
  void takeMask();
  void measureShape();
  void redraw();
  void paintSlice();
  void simulateAll();
  void followCursor();

  Study& study_;
  ViewState& view_;
  LatestJob shapeJob_;
  LatestJob job_;
  LatestJob fileJob_;
  QTimer rest_;
  bool active_ = false;
  PathologySpec spec_;
  std::uint64_t seed_ = 1;
  QString problem_;

  LabelPtr shapeOf_;  ///< the mask that shape_, or its job, is of
  std::shared_ptr<const LungShape> shape_;
  std::optional<Disease> disease_;
  std::optional<SimulatedSlice> slice_;
  std::optional<Result> result_;
  bool upToDate_ = false;
};

}  // namespace pulmo
