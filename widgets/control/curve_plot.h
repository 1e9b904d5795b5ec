// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QPointF>
#include <QString>
#include <QTimer>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "widgets/scene/curve_scene.h"
#include "widgets/view/vtk_view.h"

namespace pulmo {

/// Curves that grow while one looks: wheel = zoom, left drag = a rectangle to zoom into, middle drag = pan,
/// double-click or 0 = all; the value under the mouse is written. Keys: + − 0 and the arrows.
///
/// New curves are drawn five times a second at most, and never while hidden. GUI thread only.
class CurvePlot : public VtkView {
  Q_OBJECT
 public:
  static constexpr int kRefreshMs = 200;

  explicit CurvePlot(QWidget* parent = nullptr);

  void setTitles(const QString& x, const QString& y);
  void setCurves(std::vector<Curve> curves, std::vector<CurveMark> marks);
  void setLogY(bool log);
  void setEmptyText(const QString& sentence);
  void resetZoom();
  [[nodiscard]] const CurveScene& scene() const { return scene_; }
  [[nodiscard]] QString hoverText() const { return hoverText_; }  ///< what is written at the mouse

 protected:
  void beforeFrame() override;
  void paintEvent(QPaintEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void refresh();
  void show(std::optional<CurveScene::Range> range);
  void zoomAt(const QPointF& position, double factor);
  void panBy(double shareX, double shareY);
  void hover(const QPointF& position);
  void syncViewport();

  CurveScene scene_;
  QTimer refresh_;
  std::optional<std::pair<std::vector<Curve>, std::vector<CurveMark>>> next_;
  std::vector<std::string> names_;
  QString emptyText_, titleX_, titleY_, hoverText_;
  std::optional<CurveScene::Hit> hit_;
  Qt::MouseButton drag_ = Qt::NoButton;
  QPointF dragFrom_, dragTo_;
};

}  // namespace pulmo
