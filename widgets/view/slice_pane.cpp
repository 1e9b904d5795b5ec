// SPDX-License-Identifier: Apache-2.0
#include "widgets/view/slice_pane.h"

#include <QMouseEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QWheelEvent>
#include <cmath>
#include <utility>

#include "widgets/view/pane_tool.h"

namespace pulmo {

namespace {

constexpr double kZoomPerPixel = 0.01;      // a hundred pixels: e times
constexpr double kWidthPerPixel = 0.005;    // a hundred pixels: 1.6 times
constexpr double kCentrePerPixel = 0.0025;  // of the width: finer for narrow windows

Index3 rounded(const Point3& index) {
  Index3 voxel{};
  for (std::size_t axis = 0; axis < 3; ++axis) voxel[axis] = static_cast<int>(std::floor(index[axis] + 0.5));
  return voxel;
}

}  // namespace

SlicePane::SlicePane(ViewState& state, std::shared_ptr<SharedSlices> shared, QWidget* parent)
    : QWidget(parent), state_(state), scene_(std::move(shared)) {
  setAttribute(Qt::WA_OpaquePaintEvent);
  setMouseTracking(true);
  setMinimumSize(80, 80);
  setCursor(Qt::CrossCursor);
  for (const auto signal : {&ViewState::gridChanged, &ViewState::cursorChanged, &ViewState::viewChanged,
                            &ViewState::windowChanged, &ViewState::overlayChanged})
    connect(&state_, signal, this, &SlicePane::changed);
}

void SlicePane::setCt(CtPtr ct) {
  scene_.setCt(std::move(ct));
  setHovered(std::nullopt);
  changed();
}

void SlicePane::setLabels(LabelPtr labels) {
  scene_.setLabels(std::move(labels));
  changed();
}

void SlicePane::labelsEdited(const VoxelBox& box) {
  scene_.labelsEdited();
  const std::size_t normal = ViewState::normalAxis(orientation_);
  if (state_.cursor()[normal] >= box.low[normal] && state_.cursor()[normal] <= box.high[normal]) changed();
}

void SlicePane::setLabelsExpected(bool expected) {
  scene_.setLabelsExpected(expected);
  changed();
}

void SlicePane::setPalette(LabelPalette palette) {
  scene_.setPalette(std::move(palette));
  changed();
}

void SlicePane::setPatch(SlicePatchPtr patch) {
  scene_.setPatch(std::move(patch));
  changed();
}

void SlicePane::setOutlined(bool outlined) {
  outlined_ = outlined;
  changed();
}

void SlicePane::setEmptyText(const QString& sentence) {
  scene_.setEmptyText(sentence.toStdString());
  changed();
}

void SlicePane::setTool(PaneTool* tool) {
  if (tool == nullptr && drag_ == Drag::Tool) drag_ = Drag::None;
  tool_ = tool;
  update();
}

void SlicePane::setOrientation(Orientation orientation) {
  if (orientation == orientation_) return;
  orientation_ = orientation;
  setHovered(std::nullopt);
  changed();
  Q_EMIT orientationChanged(orientation);
}

const SliceScene& SlicePane::scene() {
  updateScene();
  return scene_;
}

void SlicePane::changed() {
  stale_ = true;
  update();
}

void SlicePane::updateScene() {
  const double ratio = devicePixelRatioF();
  const QSize size = (QSizeF(this->size()) * ratio).toSize();
  scene_.setViewport(size.width(), size.height(), ratio);
  scene_.setSlice(orientation_, state_.cursor());
  scene_.setView(state_.focus(), state_.zoom());
  scene_.setWindow(state_.window());
  OverlayStyle overlay = state_.overlay();
  overlay.outlineOnly |= outlined_;
  scene_.setOverlay(overlay);
  scene_.setCrosshair(state_.crosshairVisible());
  scene_.setSphere(state_.sphereMm());
  scene_.setProbe(hovered_);
}

void SlicePane::paintEvent(QPaintEvent* event) {
  const double ratio = devicePixelRatioF();
  const QSize size = (QSizeF(this->size()) * ratio).toSize().expandedTo({1, 1});
  const bool draw = stale_ || image_.size() != size;
  if (draw) {
    if (image_.size() != size) image_ = QImage(size, QImage::Format_RGB32);
    image_.setDevicePixelRatio(ratio);
    updateScene();
    // QImage's RGB32 is the scene's pixel, so that it draws where Qt reads.
    scene_.render({reinterpret_cast<Pixel*>(image_.bits()), size.width(), size.height(), image_.bytesPerLine() / 4});
    stale_ = false;
  }
  QPainter painter(this);
  painter.setCompositionMode(QPainter::CompositionMode_Source);
  if (ratio == 1)
    painter.drawImage(event->rect(), image_, event->rect());
  else
    painter.drawImage(0, 0, image_);
  if (tool_ && pointer_ && !scene_.empty()) drawMark(painter);
  if (draw) Q_EMIT painted();
}

void SlicePane::drawMark(QPainter& painter) {
  const PaneTool::Mark mark = tool_->mark();
  const double radius = mark.circleMm / 2 * scene_.geometry().pixelsPerMm() / devicePixelRatioF();
  painter.setCompositionMode(QPainter::CompositionMode_SourceOver);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(Qt::NoBrush);
  for (const QPen& pen : {QPen(QColor(0, 0, 0, 150), 3), QPen(mark.colour, 1.3)}) {  // seen over white and black alike
    painter.setPen(pen);
    if (radius > 0) painter.drawEllipse(*pointer_, radius, radius);
    if (mark.line && drag_ == Drag::Tool) painter.drawLine(dragFrom_, *pointer_);
  }
}

void SlicePane::resizeEvent(QResizeEvent*) {
  changed();
}

QPointF SlicePane::devicePosition(const QPointF& position) const {
  return position * devicePixelRatioF();
}

Point3 SlicePane::indexAt(const QPointF& position) {
  updateScene();
  const QPointF at = devicePosition(position);
  const SliceGeometry& geometry = scene_.geometry();
  Point3 index{double(state_.cursor()[0]), double(state_.cursor()[1]), double(state_.cursor()[2])};
  index[geometry.axes().across] = geometry.acrossAt(at.x());
  index[geometry.axes().down] = geometry.downAt(at.y());
  return index;
}

void SlicePane::wheelEvent(QWheelEvent* event) {
  if (state_.grid().voxelCount() == 0) return event->ignore();
  wheelRest_ += event->angleDelta().y();
  const int steps = wheelRest_ / QWheelEvent::DefaultDeltasPerStep;
  wheelRest_ -= steps * QWheelEvent::DefaultDeltasPerStep;
  if (tool_ && (event->modifiers() & Qt::ControlModifier))
    tool_->resize(steps);
  else if (drag_ != Drag::Tool)  // a stroke stays in its slice
    state_.moveSlice(orientation_, steps);
  event->accept();
}

void SlicePane::mousePressEvent(QMouseEvent* event) {
  if (scene_.empty() || drag_ != Drag::None) return;
  switch (event->button()) {
    case Qt::LeftButton:
      drag_ = event->modifiers() & Qt::ShiftModifier ? Drag::Window : tool_ ? Drag::Tool : Drag::Cursor;
      break;
    case Qt::MiddleButton:
      drag_ = Drag::Pan;
      break;
    case Qt::RightButton:
      drag_ = Drag::Zoom;
      break;
    default:
      return;
  }
  dragFrom_ = event->position();
  focusFrom_ = state_.focus();
  zoomFrom_ = state_.zoom();
  windowFrom_ = state_.window();
  if (drag_ == Drag::Tool)
    tool_->press(orientation_, indexAt(event->position()));
  else
    drag(event->position());
}

void SlicePane::mouseMoveEvent(QMouseEvent* event) {
  if (drag_ != Drag::None) drag(event->position());
  if (tool_) update();  // its mark follows
  pointer_ = event->position();
  updateScene();
  const QPointF at = devicePosition(event->position());
  const auto voxel = scene_.empty() ? std::nullopt : scene_.voxelAt(at.x(), at.y());
  setHovered(voxel ? std::optional(rounded(*voxel)) : std::nullopt);
}

void SlicePane::mouseReleaseEvent(QMouseEvent* event) {
  if (drag_ == Drag::Tool) {
    if (event->button() != Qt::LeftButton) return;
    drag_ = Drag::None;  // before: the tool may be put away by what it does
    tool_->release(indexAt(event->position()));
    update();
  }
  drag_ = Drag::None;
}

void SlicePane::leaveEvent(QEvent*) {
  pointer_.reset();
  if (tool_) update();
  setHovered(std::nullopt);
}

void SlicePane::setHovered(std::optional<Index3> voxel) {
  if (voxel == hovered_) return;
  hovered_ = voxel;
  changed();
  Q_EMIT voxelHovered(voxel);
}

void SlicePane::drag(const QPointF& position) {
  const QPointF moved = position - dragFrom_;
  switch (drag_) {
    case Drag::Cursor:
      state_.setCursor(rounded(indexAt(position)));
      break;
    case Drag::Pan: {
      updateScene();
      const SliceGeometry& geometry = scene_.geometry();
      const QPointF pixels = devicePosition(moved);
      Point3 focus = focusFrom_;
      focus[geometry.axes().across] -= geometry.acrossAt(pixels.x()) - geometry.acrossAt(0);
      focus[geometry.axes().down] -= geometry.downAt(pixels.y()) - geometry.downAt(0);
      state_.setFocus(focus);
      break;
    }
    case Drag::Zoom:
      state_.setZoom(zoomFrom_ * std::exp(-moved.y() * kZoomPerPixel));
      break;
    case Drag::Window:
      state_.setWindow({windowFrom_.width * std::exp(moved.x() * kWidthPerPixel),
                        windowFrom_.centre - moved.y() * windowFrom_.width * kCentrePerPixel});
      break;
    case Drag::Tool:
      tool_->drag(indexAt(position));
      break;
    case Drag::None:
      break;
  }
}

}  // namespace pulmo
