// SPDX-License-Identifier: Apache-2.0
#include "widgets/control/scrolled_column.h"

#include <QEvent>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

namespace pulmo {

namespace {

/// Scrolls up and down alone: never narrower than what is in it, with the bar beside.
class ColumnArea final : public QScrollArea {
 public:
  using QScrollArea::QScrollArea;
  [[nodiscard]] QSize minimumSizeHint() const override {
    const int width = widget() ? widget()->minimumSizeHint().width() : 0;
    return {width + verticalScrollBar()->sizeHint().width(), QScrollArea::minimumSizeHint().height()};
  }

 protected:
  /// What appears later may be wider: the dock is asked again, or its right edge would cut it.
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (watched == widget() && event->type() == QEvent::LayoutRequest) updateGeometry();
    return QScrollArea::eventFilter(watched, event);
  }
};

}  // namespace

QVBoxLayout* makeScrolledColumn(QWidget* panel) {
  auto* content = new QWidget;
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(10, 6, 10, 10);
  auto* scroll = new ColumnArea(panel);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setWidget(content);
  auto* all = new QVBoxLayout(panel);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(scroll);
  return column;
}

}  // namespace pulmo
