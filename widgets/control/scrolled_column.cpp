// SPDX-License-Identifier: Apache-2.0
#include "widgets/control/scrolled_column.h"

#include <QScrollArea>
#include <QVBoxLayout>

namespace pulmo {

QVBoxLayout* makeScrolledColumn(QWidget* panel) {
  auto* content = new QWidget;
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(10, 6, 10, 10);
  auto* scroll = new QScrollArea(panel);
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
