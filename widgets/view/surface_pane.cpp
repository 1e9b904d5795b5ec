// SPDX-License-Identifier: Apache-2.0
#include "widgets/view/surface_pane.h"

#include <vtkRenderer.h>

#include <QImage>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <cmath>
#include <utility>

#include "widgets/scene/slice_annotation.h"

namespace pulmo {

namespace {
constexpr double kDegreesPerPixel = 0.5;
constexpr double kZoomPerPixel = 0.01;
constexpr double kZoomPerWheelStep = 1.15;
constexpr int kWheelEndMs = 150;
}  // namespace

SurfacePane::SurfacePane(ViewState& state, std::shared_ptr<SharedSlices> shared, QWidget* parent)
    : VtkView(parent), state_(state), shared_(std::move(shared)) {
  setMinimumSize(80, 80);
  for (vtkRenderer* renderer : scene_.renderers()) addRenderer(renderer);
  rest_.setSingleShot(true);
  rest_.setInterval(kRestMs);
  wheelEnd_.setSingleShot(true);
  wheelEnd_.setInterval(kWheelEndMs);
  connect(&rest_, &QTimer::timeout, this, &SurfacePane::followCursor);
  connect(&wheelEnd_, &QTimer::timeout, this, [this] {
    scene_.setInteractive(false);
    render();
  });
  connect(&state_, &ViewState::cursorChanged, &rest_, qOverload<>(&QTimer::start));
  connect(&state_, &ViewState::gridChanged, this, [this] {
    scene_.setGrid(state_.grid());
    followCursor();
  });
  connect(&state_, &ViewState::overlayChanged, this, [this] {
    if (planes_ == state_.crosshairVisible()) return;
    planes_ = !planes_;
    scene_.setPlanesVisible(planes_);  // they are the crosshair of this pane
    render();
  });
  scene_.setGrid(state_.grid());
  scene_.setCursor(state_.cursor());
  planes_ = state_.crosshairVisible();
  scene_.setPlanesVisible(planes_);
}

void SurfacePane::setSurfaces(std::shared_ptr<const std::vector<TriangleMesh>> surfaces) {
  const bool first = !scene_.hasSurfaces();
  scene_.setSurfaces(std::move(surfaces));
  colours_ = {};
  if (first && scene_.hasSurfaces()) setStandardView(SurfaceScene::StandardView::Anterior);
  render();
}

void SurfacePane::setColours(SurfaceColours colours) {
  colours_ = std::move(colours);
  scene_.setColours(colours_);
  render();
}

void SurfacePane::setEmptyText(const QString& sentence) {
  emptyText_ = sentence;
  update();
}

void SurfacePane::setOpacity(double opacity) {
  scene_.setOpacity(opacity);
  render();
}

void SurfacePane::setStandardView(SurfaceScene::StandardView view) {
  view_ = view;
  fitted_ = fitAgain_ = true;
  render();
}

void SurfacePane::putOffFollowing() {
  if (rest_.isActive()) rest_.start();
}

void SurfacePane::followCursor() {
  scene_.setCursor(state_.cursor());
  if (scene_.hasSurfaces()) render();
}

void SurfacePane::beforeFrame() {
  if (std::exchange(fitAgain_, false)) scene_.setStandardView(view_);
  scene_.syncCube();
}

void SurfacePane::afterFrame(QImage& frame) {
  if (colours_.values)
    drawColourScale({reinterpret_cast<Pixel*>(frame.bits()), frame.width(), frame.height(), frame.bytesPerLine() / 4},
                    colours_.scale, devicePixelRatioF(), shared_->texts);
}

void SurfacePane::resizeEvent(QResizeEvent* event) {
  fitAgain_ = fitAgain_ || fitted_;
  VtkView::resizeEvent(event);
}

void SurfacePane::paintEvent(QPaintEvent* event) {
  if (scene_.hasSurfaces()) return VtkView::paintEvent(event);
  const double ratio = devicePixelRatioF();
  QImage image((QSizeF(size()) * ratio).toSize().expandedTo({1, 1}), QImage::Format_RGB32);
  image.fill(Qt::black);
  image.setDevicePixelRatio(ratio);
  drawEmptyText({reinterpret_cast<Pixel*>(image.bits()), image.width(), image.height(), image.bytesPerLine() / 4},
                emptyText_.toStdString(), ratio, shared_->texts);
  QPainter(this).drawImage(0, 0, image);
}

void SurfacePane::wheelEvent(QWheelEvent* event) {
  fitted_ = false;
  scene_.setInteractive(true);
  wheelEnd_.start();
  scene_.zoomBy(std::pow(kZoomPerWheelStep, event->angleDelta().y() / double(QWheelEvent::DefaultDeltasPerStep)));
  render();
  event->accept();
}

void SurfacePane::mousePressEvent(QMouseEvent* event) {
  if (drag_ != Qt::NoButton) return;
  drag_ = event->button();
  last_ = event->position();
}

void SurfacePane::mouseMoveEvent(QMouseEvent* event) {
  if (drag_ == Qt::NoButton) return;
  const QPointF moved = event->position() - last_;
  last_ = event->position();
  fitted_ = false;
  scene_.setInteractive(true);
  switch (drag_) {
    case Qt::LeftButton:
      scene_.turn(-moved.x() * kDegreesPerPixel, moved.y() * kDegreesPerPixel);
      break;
    case Qt::MiddleButton:
      scene_.panBy(moved.x(), -moved.y(), height());
      break;
    case Qt::RightButton:
      scene_.zoomBy(std::exp(-moved.y() * kZoomPerPixel));
      break;
    default:
      break;
  }
  render();
}

void SurfacePane::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != drag_) return;
  drag_ = Qt::NoButton;
  scene_.setInteractive(false);
  render();
}

}  // namespace pulmo
