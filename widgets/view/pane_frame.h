// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QFrame>
#include <QString>
#include <array>
#include <utility>
#include <vector>

#include "models/study/view_state.h"

class QHBoxLayout;
class QToolButton;

namespace pulmo {

class ElidedLabel;

/// A pane with its slim bar: name, where its mask comes from, buttons. Holds no state of the study.
class PaneFrame : public QFrame {
  Q_OBJECT
 public:
  /// @param content  becomes a child
  /// @param picture  the content or a child of it: to touch it is to turn to this pane
  PaneFrame(const QString& name, QWidget* content, QWidget* picture, QWidget* parent = nullptr);

  [[nodiscard]] const QString& name() const { return name_; }
  void addOrientationButtons();
  /// A small button or other control, left of maximise and close.
  /// @param fromWidth  hidden where the pane is narrower, so that the name keeps its room
  void addControl(QWidget* control, int fromWidth);
  [[nodiscard]] QToolButton* makeButton(const QString& text, const QString& tip);

  void setName(const QString& name);
  void setDetail(const QString& text);  ///< beside the name; cut where there is no room
  void setOrientation(Orientation orientation);
  void setActive(bool active);
  void setClosable(bool closable);  ///< whether there is a button that hides the pane; there is one unless set
  void setMaximised(bool maximised);
  void setMaximisedByDoubleClick(bool on) { byDoubleClick_ = on; }  ///< on the picture; on unless set

 Q_SIGNALS:
  void activated();  ///< the person turned to this pane: pressed on its picture, turned the wheel, or came by Tab
  void orientationRequested(Orientation orientation);
  void maximiseRequested();  ///< by the button or a double-click on the picture
  void closeRequested();

 protected:
  bool eventFilter(QObject* picture, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  QString name_;
  QWidget* bar_;
  QHBoxLayout* controls_;
  ElidedLabel* title_;
  QToolButton* maximise_;
  QToolButton* close_;
  std::array<QToolButton*, 3> orientations_{};
  std::vector<std::pair<QWidget*, int>> widthWanted_;
  bool active_ = false;
  bool byDoubleClick_ = true;
};

}  // namespace pulmo
