// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

class QSpinBox;
class QToolButton;

namespace pulmo {

class ViewState;

/// Window presets with their keys, and width and centre as numbers. GUI thread only.
class WindowLevelBar : public QWidget {
  Q_OBJECT
 public:
  explicit WindowLevelBar(ViewState& view, QWidget* parent = nullptr);

 Q_SIGNALS:
  void autoRequested();  ///< a window that fits the scan's own values

 private:
  void showWindow();
  ViewState& view_;
  QSpinBox* width_;
  QSpinBox* centre_;
};

}  // namespace pulmo
