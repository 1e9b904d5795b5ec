// SPDX-License-Identifier: Apache-2.0
#include "widgets/control/wrapped_label.h"

#include <QLabel>

namespace pulmo {

QLabel* makeWrappedLabel(QWidget* parent, const char* role) {
  auto* label = new QLabel(parent);
  label->setWordWrap(true);
  label->setProperty("role", role);
  return label;
}

}  // namespace pulmo
