// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QGroupBox>
#include <vector>

#include "models/session/mask_session.h"

class QLabel;
class QListWidget;
class QPushButton;

namespace pulmo {

class MethodsSession;

/// In the tab Segment: ticks for the methods, to run them side by side. GUI thread only.
class MethodsBox : public QGroupBox {
  Q_OBJECT
 public:
  MethodsBox(Study& study, MaskSession& masks, MethodsSession& session, QWidget* parent = nullptr);

  [[nodiscard]] std::vector<MaskSession::SegmenterPtr> ticked() const;
  void setSideBySide(bool shown);  ///< whether the results are in view already

 Q_SIGNALS:
  void runRequested();
  void showRequested();  ///< the results side by side
  void weightsRequested();

 private:
  void listMethods();
  void showState();

  Study& study_;
  MaskSession& masks_;
  MethodsSession& session_;
  QListWidget* list_;
  QPushButton* weights_;
  QPushButton* run_;
  QPushButton* stop_;
  QPushButton* show_;
  bool sideBySide_ = false;
};

}  // namespace pulmo
