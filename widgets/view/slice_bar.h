// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QSlider>

#include "models/study/view_state.h"

namespace pulmo {

class SlicePane;

/// The slim bar beside a slice pane: where its slice is in the scan, and a way to get far quickly. GUI thread only.
class SliceBar : public QSlider {
  Q_OBJECT
 public:
  /// @param state, pane  outlive the bar
  SliceBar(ViewState& state, SlicePane& pane, QWidget* parent = nullptr);

 protected:
  // Painted and dragged without the style: a themed slider takes longer to paint than a slice.
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;  ///< one slice a step, as on the pane

 private:
  void follow();
  ViewState& state_;
  SlicePane& pane_;
};

}  // namespace pulmo
