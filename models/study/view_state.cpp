// SPDX-License-Identifier: Apache-2.0
#include "models/study/view_state.h"

#include <algorithm>
#include <cmath>

namespace pulmo {

namespace {

Point3 middleOf(const Grid& grid) {
  Point3 middle{};
  for (std::size_t axis = 0; axis < 3; ++axis) middle[axis] = (grid.size[axis] - 1) / 2.0;
  return middle;
}

}  // namespace

ViewState::ViewState(QObject* parent) : QObject(parent) {}

void ViewState::setGrid(const Grid& grid) {
  if (grid_ == grid) return;
  grid_ = grid;
  focus_ = middleOf(grid);
  for (std::size_t axis = 0; axis < 3; ++axis) cursor_[axis] = std::max(0, (grid.size[axis] - 1) / 2);
  zoom_ = 1;
  Q_EMIT gridChanged();
  Q_EMIT cursorChanged();
  Q_EMIT viewChanged();
}

void ViewState::setCursor(const Index3& voxel) {
  Index3 inside = voxel;
  for (std::size_t axis = 0; axis < 3; ++axis)
    inside[axis] = std::clamp(voxel[axis], 0, std::max(0, grid_.size[axis] - 1));
  if (inside == cursor_) return;
  cursor_ = inside;
  Q_EMIT cursorChanged();
}

void ViewState::moveSlice(Orientation orientation, int steps) {
  Index3 moved = cursor_;
  moved[normalAxis(orientation)] += steps;
  setCursor(moved);
}

void ViewState::setFocus(const Point3& index) {
  Point3 inside = index;
  for (std::size_t axis = 0; axis < 3; ++axis)
    inside[axis] = std::clamp(index[axis], 0.0, std::max(0.0, grid_.size[axis] - 1.0));
  if (inside == focus_) return;
  focus_ = inside;
  Q_EMIT viewChanged();
}

void ViewState::setZoom(double zoom) {
  if (!std::isfinite(zoom)) return;
  const double inside = std::clamp(zoom, kMinZoom, kMaxZoom);
  if (inside == zoom_) return;
  zoom_ = inside;
  Q_EMIT viewChanged();
}

void ViewState::resetView() {
  const Point3 middle = middleOf(grid_);
  if (zoom_ == 1 && focus_ == middle) return;
  zoom_ = 1;
  focus_ = middle;
  Q_EMIT viewChanged();
}

void ViewState::setWindow(const WindowHu& window) {
  if (!std::isfinite(window.width) || !std::isfinite(window.centre)) return;
  const WindowHu inside{std::clamp(window.width, 1.0, 8000.0), std::clamp(window.centre, -3000.0, 5000.0)};
  if (inside == window_) return;
  window_ = inside;
  Q_EMIT windowChanged();
}

void ViewState::setOverlay(const OverlayStyle& style) {
  OverlayStyle inside = style;
  inside.opacity = std::clamp(style.opacity, 0.0, 1.0);
  if (inside == overlay_) return;
  overlay_ = inside;
  Q_EMIT overlayChanged();
}

void ViewState::setCrosshairVisible(bool visible) {
  if (visible == crosshair_) return;
  crosshair_ = visible;
  Q_EMIT overlayChanged();
}

void ViewState::setSphereMm(double radius) {
  if (!std::isfinite(radius)) return;
  const double inside = std::max(0.0, radius);
  if (inside == sphereMm_) return;
  sphereMm_ = inside;
  Q_EMIT overlayChanged();
}

}  // namespace pulmo
