// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>

namespace pulmo {

/// Lets the control that has the focus have the keys that it is worked by, though the window has them as shortcuts:
/// arrows, Page, Home and End, Space, + and −. Whatever else has the focus, they turn slices, maximise a pane and size
/// the brush.
class ControlKeys : public QObject {
  Q_OBJECT
 public:
  explicit ControlKeys(QObject* parent = nullptr);  ///< for the whole application, until it is destroyed

  bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace pulmo
