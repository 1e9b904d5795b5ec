// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>

#include "pipeline/core/view_types.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// What all panes share: cursor, zoom, pan, window, overlay, the sphere around the cursor. Panes know this and never
/// each other.
///
/// GUI thread only. A setter that changes nothing emits nothing; values are clamped to the grid and to limits.
class ViewState : public QObject {
  Q_OBJECT
 public:
  static constexpr double kMinZoom = 0.25;  ///< relative to "the whole slice fits the pane"
  static constexpr double kMaxZoom = 32;

  explicit ViewState(QObject* parent = nullptr);

  /// A new scan: cursor and focus to the middle, zoom 1. The window is kept.
  void setGrid(const Grid& grid);
  [[nodiscard]] const Grid& grid() const { return grid_; }

  [[nodiscard]] const Index3& cursor() const { return cursor_; }  ///< voxel, canonical grid
  [[nodiscard]] const Point3& focus() const { return focus_; }  ///< continuous voxel index in the middle of every pane
  [[nodiscard]] double zoom() const { return zoom_; }
  [[nodiscard]] const WindowHu& window() const { return window_; }
  [[nodiscard]] const OverlayStyle& overlay() const { return overlay_; }
  [[nodiscard]] bool crosshairVisible() const { return crosshair_; }
  [[nodiscard]] double sphereMm() const { return sphereMm_; }  ///< radius of what is measured at the cursor; 0 = none

  void setCursor(const Index3& voxel);
  void moveSlice(Orientation orientation, int steps);  ///< scrolls the cursor along the orientation's normal
  void setFocus(const Point3& index);
  void setZoom(double zoom);
  void resetView();  ///< zoom 1, focus to the middle
  void setWindow(const WindowHu& window);
  void setOverlay(const OverlayStyle& style);
  void setCrosshairVisible(bool visible);
  void setSphereMm(double radius);

  /// The axis (0 x, 1 y, 2 z) a slice of this orientation is cut across.
  [[nodiscard]] static constexpr std::size_t normalAxis(Orientation o) {
    return o == Orientation::Axial ? 2 : o == Orientation::Coronal ? 1 : 0;
  }

 Q_SIGNALS:
  void gridChanged();
  void cursorChanged();
  void viewChanged();  ///< focus or zoom
  void windowChanged();
  void overlayChanged();  ///< style, crosshair or sphere

 private:
  Grid grid_;
  Index3 cursor_{0, 0, 0};
  Point3 focus_{0, 0, 0};
  double zoom_ = 1, sphereMm_ = 0;
  WindowHu window_;
  OverlayStyle overlay_;
  bool crosshair_ = true;
};

}  // namespace pulmo
