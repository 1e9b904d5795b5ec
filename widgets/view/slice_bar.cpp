// SPDX-License-Identifier: Apache-2.0
#include "widgets/view/slice_bar.h"

#include <QCoreApplication>
#include <QMouseEvent>
#include <QPainter>
#include <QSignalBlocker>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "widgets/view/slice_pane.h"

namespace pulmo {

namespace {
constexpr int kEnd = 3, kHandle = 14;
}

SliceBar::SliceBar(ViewState& state, SlicePane& pane, QWidget* parent)
    : QSlider(Qt::Vertical, parent), state_(state), pane_(pane) {
  setFixedWidth(12);
  setFocusPolicy(Qt::TabFocus);
  setPageStep(10);
  setToolTip(tr("Slices of this pane, also by the wheel"));
  setAccessibleName(tr("Slice"));
  setAttribute(Qt::WA_OpaquePaintEvent);
  connect(&state_, &ViewState::gridChanged, this, &SliceBar::follow);
  connect(&state_, &ViewState::cursorChanged, this, &SliceBar::follow);
  connect(&pane_, &SlicePane::orientationChanged, this, &SliceBar::follow);
  connect(this, &QSlider::valueChanged, this, [this](int slice) {
    Index3 cursor = state_.cursor();
    cursor[ViewState::normalAxis(pane_.orientation())] = slice;
    state_.setCursor(cursor);
  });
  follow();
}

void SliceBar::follow() {
  const std::size_t axis = ViewState::normalAxis(pane_.orientation());
  const QSignalBlocker quiet(this);
  setRange(0, std::max(0, state_.grid().size[axis] - 1));
  setValue(state_.cursor()[axis]);
  setEnabled(maximum() > 0);
}

void SliceBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), QColor(0x10, 0x14, 0x18));
  painter.fillRect(width() / 2 - 2, kEnd, 4, height() - 2 * kEnd, QColor(0x23, 0x2a, 0x33));
  if (!isEnabled()) return;
  const int way = height() - 2 * kEnd - kHandle;
  const int top = kEnd + way - way * (value() - minimum()) / std::max(1, maximum() - minimum());
  painter.fillRect(1, top, width() - 2, kHandle, hasFocus() ? QColor(0x56, 0xb4, 0xe9) : QColor(0x7f, 0x8b, 0x99));
}

void SliceBar::mousePressEvent(QMouseEvent* event) {
  mouseMoveEvent(event);
}

void SliceBar::mouseMoveEvent(QMouseEvent* event) {
  if (!(event->buttons() & Qt::LeftButton)) return;
  const double way = std::max(1, height() - 2 * kEnd - kHandle);
  const double share = std::clamp((height() - kEnd - kHandle / 2.0 - event->position().y()) / way, 0.0, 1.0);
  setValue(minimum() + static_cast<int>(std::lround(share * (maximum() - minimum()))));
}

void SliceBar::wheelEvent(QWheelEvent* event) {
  QCoreApplication::sendEvent(&pane_, event);
}

}  // namespace pulmo
