// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QImage>
#include <QPointF>
#include <QWidget>
#include <memory>
#include <optional>

#include "models/study/view_state.h"
#include "widgets/scene/slice_scene.h"

namespace pulmo {

/// One slice pane: follows the shared ViewState, and changes it by the mouse.
///
/// Wheel = slices, left = cursor, middle = pan, right = zoom, Shift+left = window/level.
/// Many changes in one turn of the event loop give one drawing; a hidden pane draws nothing. GUI thread only.
class SlicePane : public QWidget {
  Q_OBJECT
 public:
  /// @param state  outlives the pane
  SlicePane(ViewState& state, std::shared_ptr<SharedSlices> shared, QWidget* parent = nullptr);

  void setCt(CtPtr ct);
  void setLabels(LabelPtr labels);
  void setLabelsExpected(bool expected);  ///< without labels there is nothing to show
  void setPalette(LabelPalette palette);  ///< of the labels; the lungs' unless set
  void setPatch(SlicePatchPtr patch);     ///< one axial slice in place of the volume's; null = none
  void setEmptyText(const QString& sentence);
  void setOrientation(Orientation orientation);
  [[nodiscard]] Orientation orientation() const { return orientation_; }
  /// What is drawn, up to date with the state. Its coordinates are device pixels of this widget.
  [[nodiscard]] const SliceScene& scene();

 Q_SIGNALS:
  void orientationChanged(Orientation orientation);
  void voxelHovered(std::optional<Index3> voxel);  ///< nullopt: the mouse has left the scan
  void painted();                                  ///< a changed picture is on its way to the screen

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  enum class Drag { None, Cursor, Pan, Zoom, Window };
  void changed();
  void updateScene();
  void setHovered(std::optional<Index3> voxel);
  [[nodiscard]] QPointF devicePosition(const QPointF& position) const;
  [[nodiscard]] Index3 nearestVoxel(const QPointF& position);
  void drag(const QPointF& position);

  ViewState& state_;
  SliceScene scene_;
  QImage image_;
  bool stale_ = true;
  Orientation orientation_ = Orientation::Axial;
  std::optional<Index3> hovered_;
  int wheelRest_ = 0;
  Drag drag_ = Drag::None;
  QPointF dragFrom_;  ///< where the state below was taken
  Point3 focusFrom_{0, 0, 0};
  double zoomFrom_ = 1;
  WindowHu windowFrom_;
};

}  // namespace pulmo
