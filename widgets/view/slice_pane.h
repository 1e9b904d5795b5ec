// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QImage>
#include <QPointF>
#include <QWidget>
#include <memory>
#include <optional>

#include "models/study/view_state.h"
#include "pipeline/core/voxel_box.h"
#include "widgets/scene/slice_scene.h"

namespace pulmo {

class PaneTool;

/// One slice pane: follows the shared ViewState, and changes it by the mouse.
///
/// Wheel = slices, left = cursor or the tool in hand, middle = pan, right = zoom, Shift+left = window/level; with a
/// tool, Ctrl+wheel is its size. Many changes in one turn of the event loop give one drawing; a hidden pane draws
/// nothing. GUI thread only.
class SlicePane : public QWidget {
  Q_OBJECT
 public:
  /// @param state  outlives the pane
  SlicePane(ViewState& state, std::shared_ptr<SharedSlices> shared, QWidget* parent = nullptr);

  void setCt(CtPtr ct);
  void setLabels(LabelPtr labels);
  void labelsEdited(const VoxelBox& box);  ///< voxels of the labels have changed, all of them within the box
  void setLabelsExpected(bool expected);   ///< without labels there is nothing to show
  void setPalette(LabelPalette palette);   ///< of the labels; the lungs' unless set
  void setPatch(SlicePatchPtr patch);      ///< one axial slice in place of the volume's; null = none
  void setOutlined(bool outlined);         ///< the labels' borders alone, whatever the state says of filling
  void setEmptyText(const QString& sentence);
  /// What the left button does in place of moving the cursor; null = nothing else. Call it again when its mark changes.
  /// @param tool  outlives the pane, or is taken away before it goes
  void setTool(PaneTool* tool);
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
  enum class Drag { None, Cursor, Pan, Zoom, Window, Tool };
  void changed();
  void updateScene();
  void setHovered(std::optional<Index3> voxel);
  [[nodiscard]] QPointF devicePosition(const QPointF& position) const;
  [[nodiscard]] Point3 indexAt(const QPointF& position);  ///< continuous, on the slice in view, in or out of the scan
  void drawMark(QPainter& painter);
  void drag(const QPointF& position);

  ViewState& state_;
  SliceScene scene_;
  QImage image_;
  bool stale_ = true, outlined_ = false;
  Orientation orientation_ = Orientation::Axial;
  std::optional<Index3> hovered_;
  PaneTool* tool_ = nullptr;
  std::optional<QPointF> pointer_;  ///< over the pane
  int wheelRest_ = 0;
  Drag drag_ = Drag::None;
  QPointF dragFrom_;  ///< where the state below was taken
  Point3 focusFrom_{0, 0, 0};
  double zoomFrom_ = 1;
  WindowHu windowFrom_;
};

}  // namespace pulmo
