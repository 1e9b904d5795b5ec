// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

class QLabel;
class QPushButton;

namespace pulmo {

class EditSession;
class EditTools;
class Study;

/// Right dock, *Edit*: correct the mask by hand. GUI thread only.
///
/// What cannot be done at the moment is not shown: without a mask there is the way to one; while earlier edits wait for
/// a decision, there is that question alone.
class EditPanel : public QWidget {
  Q_OBJECT
 public:
  /// All that is passed outlives the panel, or is destroyed together with it.
  EditPanel(Study& study, EditSession& session, EditTools& tools, QWidget* parent = nullptr);

 Q_SIGNALS:
  void segmentRequested();
  void saveMaskRequested();
  void discardRequested();  ///< earlier edits: the window asks first

 private:
  void fillMissing();
  void fillOffer();
  [[nodiscard]] QWidget* makeWhole();
  [[nodiscard]] QWidget* makeHistory();
  [[nodiscard]] QPushButton* button(const QString& text, const char* name, const QString& tip, QWidget* parent);
  void showState();

  Study& study_;
  EditSession& session_;
  EditTools& tools_;
  QWidget *missing_, *offer_, *body_;
  QLabel *missingText_ = nullptr, *offerText_ = nullptr, *problem_ = nullptr, *state_ = nullptr, *said_ = nullptr;
  QPushButton *segment_ = nullptr, *undo_ = nullptr, *redo_ = nullptr, *back_ = nullptr, *save_ = nullptr;
};

}  // namespace pulmo
