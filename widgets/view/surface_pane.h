// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QPointF>
#include <QString>
#include <QTimer>
#include <memory>
#include <vector>

#include "models/study/view_state.h"
#include "widgets/scene/slice_scene.h"
#include "widgets/scene/surface_scene.h"
#include "widgets/view/vtk_view.h"

namespace pulmo {

/// The 3-D lungs: left = turn, middle = pan, right or wheel = zoom.
///
/// The slice planes follow the cursor as soon as it rests: on software OpenGL a frame of the lungs takes as long as all
/// slice panes together, and scrolling must not wait for it. GUI thread only.
class SurfacePane : public VtkView {
  Q_OBJECT
 public:
  static constexpr int kRestMs = 90;  ///< the cursor rests after this

  SurfacePane(ViewState& state, std::shared_ptr<SharedSlices> shared, QWidget* parent = nullptr);

  void setSurfaces(std::shared_ptr<const std::vector<TriangleMesh>> surfaces);
  /// As SurfaceScene; with their scale over the picture.
  void setColours(SurfaceColours colours);
  void setEmptyText(const QString& sentence);
  void setOpacity(double opacity);
  void setStandardView(SurfaceScene::StandardView view);
  /// A slice has just been painted: the rest is counted from here, so that slow frames do not look like one.
  void putOffFollowing();
  [[nodiscard]] const SurfaceScene& scene() const { return scene_; }

 protected:
  void beforeFrame() override;
  void afterFrame(QImage& frame) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;

 private:
  void followCursor();
  ViewState& state_;
  SurfaceScene scene_;
  std::shared_ptr<SharedSlices> shared_;
  QString emptyText_;
  SurfaceScene::StandardView view_ = SurfaceScene::StandardView::Anterior;
  bool fitted_ = true;     ///< the camera is where the standard view put it: it is fitted again when the size changes
  bool fitAgain_ = false;  ///< before the next frame, when the size is known
  bool planes_ = true;
  SurfaceColours colours_;  ///< without values: no scale
  QTimer rest_;
  QTimer wheelEnd_;
  Qt::MouseButton drag_ = Qt::NoButton;
  QPointF last_;
};

}  // namespace pulmo
