// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <vector>

#include "app/desktop/file_dialogs.h"
#include "models/session/comparison_session.h"
#include "models/session/doubt_session.h"
#include "models/session/measure_session.h"
#include "models/session/review_session.h"
#include "models/session/texture_session.h"
#include "models/study/view_state.h"

class QWidget;

namespace pulmo {

class MeasurePanel;
class ReviewPanel;
class StatusStrip;
class ViewGrid;

/// Wires review and measurement: their panels, their colours in the panes, their files. Holds no rules of its own.
class ReviewWork : public QObject {
  Q_OBJECT
 public:
  /// All that is passed outlives this.
  ReviewWork(Study& study, ViewState& view, SurfaceSession& surfaces, ComparisonSession& comparison, ViewGrid& grid,
             StatusStrip& status, const FileDialogs& dialogs, QWidget* parent);

  [[nodiscard]] ReviewPanel* panel() { return panel_; }
  [[nodiscard]] MeasurePanel* measurePanel() { return measurePanel_; }
  [[nodiscard]] std::vector<LatestJob*> jobs();
  void saveAgreement();  ///< asks where to
  /// For --screenshot. @param colours  "errors", "uncertainty", "aeration" or "". @return whether there are such
  /// colours
  bool choose(const QString& colours);

 private:
  void goTo(const Index3& voxel);
  void showColours();
  void showSurfaceColours();
  void saveDensity();
  void saveTexture();

  Study& study_;
  ViewState& view_;
  ComparisonSession& comparison_;
  ViewGrid& grid_;
  StatusStrip& status_;
  const FileDialogs& dialogs_;
  QWidget* window_;
  ReviewSession session_;
  DoubtSession doubts_;
  MeasureSession measurement_;
  TextureSession textures_;
  ReviewPanel* panel_;
  MeasurePanel* measurePanel_;
};

}  // namespace pulmo
