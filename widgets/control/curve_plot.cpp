// SPDX-License-Identifier: Apache-2.0
#include "widgets/control/curve_plot.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

namespace pulmo {

namespace {

constexpr double kReach = 24;  // pixels within which a value is found
constexpr double kZoomStep = 1.25, kPanStep = 0.1;
constexpr double kLeastDrag = 5;  // pixels: less is a click
const QColor kPaper(16, 20, 24), kDim(0x8e, 0x9a, 0xa8), kInk(0xe6, 0xea, 0xef);

}  // namespace

CurvePlot::CurvePlot(QWidget* parent) : VtkView(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(160, 120);
  setToolTipDuration(4000);
  addRenderer(scene_.renderer());
  refresh_.setSingleShot(true);
  refresh_.setInterval(kRefreshMs);
  connect(&refresh_, &QTimer::timeout, this, &CurvePlot::refresh);
}

void CurvePlot::setTitles(const QString& x, const QString& y) {
  if (x == titleX_ && y == titleY_) return;
  titleX_ = x;
  titleY_ = y;
  scene_.setTitles(x.toStdString(), y.toStdString());
  render();
}

void CurvePlot::setCurves(std::vector<Curve> curves, std::vector<CurveMark> marks) {
  next_.emplace(std::move(curves), std::move(marks));
  if (!refresh_.isActive() && isVisible()) refresh_.start(scene_.empty() ? 0 : kRefreshMs);
}

void CurvePlot::refresh() {
  if (!next_ || !isVisible()) return;
  names_.clear();
  for (const Curve& curve : next_->first) names_.push_back(curve.name);
  scene_.setCurves(std::move(next_->first));
  scene_.setMarks(std::move(next_->second));
  next_.reset();
  hit_.reset();
  hoverText_.clear();
  render();
}

void CurvePlot::showEvent(QShowEvent*) {
  refresh_.start(0);
}

void CurvePlot::setLogY(bool log) {
  scene_.setRange(std::nullopt);
  scene_.setLogY(log);
  render();
}

void CurvePlot::setEmptyText(const QString& sentence) {
  emptyText_ = sentence;
  update();
}

void CurvePlot::resetZoom() {
  show(std::nullopt);
}

void CurvePlot::show(std::optional<CurveScene::Range> range) {
  scene_.setRange(range);
  hit_.reset();
  hoverText_.clear();
  render();
}

void CurvePlot::syncViewport() {
  const QSize size = (QSizeF(this->size()) * devicePixelRatioF()).toSize();
  scene_.setViewport(size.width(), size.height(), devicePixelRatioF());
}

void CurvePlot::beforeFrame() {
  syncViewport();
}

void CurvePlot::paintEvent(QPaintEvent* event) {
  QPainter painter;
  if (scene_.empty()) {
    painter.begin(this);
    painter.fillRect(rect(), kPaper);
    painter.setPen(kDim);
    painter.drawText(rect().adjusted(16, 8, -16, -8), Qt::AlignCenter | Qt::TextWordWrap, emptyText_);
    return;
  }
  VtkView::paintEvent(event);
  painter.begin(this);
  if (hasFocus()) {
    painter.setPen(QColor(0x56, 0xb4, 0xe9));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
  }
  if (drag_ == Qt::LeftButton && (dragTo_ - dragFrom_).manhattanLength() > kLeastDrag) {
    painter.setPen(QColor(0x56, 0xb4, 0xe9));
    painter.setBrush(QColor(0x56, 0xb4, 0xe9, 40));
    painter.drawRect(QRectF(dragFrom_, dragTo_).normalized());
  }
  if (!hit_) return;
  const double ratio = devicePixelRatioF();
  const QPointF at(hit_->pixelX / ratio, hit_->pixelY / ratio);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(kInk);
  painter.setBrush(Qt::NoBrush);
  painter.drawEllipse(at, 4, 4);
  const QRect text = painter.fontMetrics().boundingRect(QRect(0, 0, width(), height()), 0, hoverText_);
  QRectF box(at.x() + 10, at.y() - text.height() - 14, text.width() + 12, text.height() + 8);
  if (box.right() > width()) box.moveRight(at.x() - 10);
  if (box.top() < 0) box.moveTop(at.y() + 10);
  painter.setPen(QColor(0x48, 0x52, 0x5f));
  painter.setBrush(QColor(0x26, 0x2d, 0x36, 235));
  painter.drawRoundedRect(box, 3, 3);
  painter.setPen(kInk);
  painter.drawText(box, Qt::AlignCenter, hoverText_);
}

void CurvePlot::hover(const QPointF& position) {
  syncViewport();
  const double ratio = devicePixelRatioF();
  hit_ = scene_.nearest(position.x() * ratio, position.y() * ratio, kReach * ratio);
  hoverText_.clear();
  if (hit_)
    hoverText_ = QStringLiteral("%1\n%2 %3: %4")
                     .arg(QString::fromStdString(names_.at(hit_->curve)), titleX_.toLower(),
                          QString::number(hit_->x, 'g', 8), QString::number(hit_->y, 'g', 4));
  update();
}

void CurvePlot::zoomAt(const QPointF& position, double factor) {
  if (scene_.empty()) return;
  syncViewport();
  const double ratio = devicePixelRatioF();
  const auto [left, top, right, bottom] = scene_.area();
  const double px = std::clamp(position.x() * ratio, left, right), py = std::clamp(position.y() * ratio, top, bottom);
  // In pixels, so that a logarithmic axis zooms about the mouse, too.
  const auto [x0, y1] = scene_.dataAt(px + (left - px) / factor, py + (top - py) / factor);
  const auto [x1, y0] = scene_.dataAt(px + (right - px) / factor, py + (bottom - py) / factor);
  show(CurveScene::Range{x0, x1, y0, y1});
}

void CurvePlot::panBy(double shareX, double shareY) {
  if (scene_.empty()) return;
  const auto [left, top, right, bottom] = scene_.area();
  const double dx = shareX * (right - left), dy = shareY * (bottom - top);
  const auto [x0, y1] = scene_.dataAt(left + dx, top + dy);
  const auto [x1, y0] = scene_.dataAt(right + dx, bottom + dy);
  show(CurveScene::Range{x0, x1, y0, y1});
}

void CurvePlot::wheelEvent(QWheelEvent* event) {
  zoomAt(event->position(), std::pow(kZoomStep, event->angleDelta().y() / double(QWheelEvent::DefaultDeltasPerStep)));
  event->accept();
}

void CurvePlot::mousePressEvent(QMouseEvent* event) {
  if (drag_ != Qt::NoButton || scene_.empty()) return;
  drag_ = event->button();
  dragFrom_ = dragTo_ = event->position();
}

void CurvePlot::mouseMoveEvent(QMouseEvent* event) {
  if (scene_.empty()) return;
  if (drag_ == Qt::MiddleButton) {
    const auto [left, top, right, bottom] = scene_.area();
    const QPointF moved = (event->position() - dragTo_) * devicePixelRatioF();
    panBy(-moved.x() / (right - left), -moved.y() / (bottom - top));
  }
  dragTo_ = event->position();
  if (drag_ == Qt::NoButton)
    hover(event->position());
  else
    update();
}

void CurvePlot::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != drag_) return;
  const Qt::MouseButton button = std::exchange(drag_, Qt::NoButton);
  const QRectF box = QRectF(dragFrom_, event->position()).normalized();
  update();
  if (button != Qt::LeftButton || box.width() < kLeastDrag || box.height() < kLeastDrag) return;
  const double ratio = devicePixelRatioF();
  const auto [x0, y1] = scene_.dataAt(box.left() * ratio, box.top() * ratio);
  const auto [x1, y0] = scene_.dataAt(box.right() * ratio, box.bottom() * ratio);
  show(CurveScene::Range{x0, x1, y0, y1});
}

void CurvePlot::mouseDoubleClickEvent(QMouseEvent*) {
  resetZoom();
}

void CurvePlot::leaveEvent(QEvent*) {
  hit_.reset();
  hoverText_.clear();
  update();
}

void CurvePlot::keyPressEvent(QKeyEvent* event) {
  const QPointF middle(width() / 2.0, height() / 2.0);
  switch (event->key()) {
    case Qt::Key_Plus:
      return zoomAt(middle, kZoomStep);
    case Qt::Key_Minus:
      return zoomAt(middle, 1 / kZoomStep);
    case Qt::Key_0:
      return resetZoom();
    case Qt::Key_Left:
      return panBy(-kPanStep, 0);
    case Qt::Key_Right:
      return panBy(kPanStep, 0);
    default:
      VtkView::keyPressEvent(event);
  }
}

}  // namespace pulmo
