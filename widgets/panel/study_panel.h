// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

class QLabel;
class QTextEdit;
class QTreeWidget;

namespace pulmo {

class ScanSession;
class Study;

/// Left dock: the series found (a click opens another), the open scan's facts, and what was noticed while reading it.
/// GUI thread only.
class StudyPanel : public QWidget {
  Q_OBJECT
 public:
  StudyPanel(Study& study, ScanSession& session, QWidget* parent = nullptr);

 private:
  void showSeries();
  void showFacts();

  Study& study_;
  ScanSession& session_;
  QTreeWidget* series_;
  QLabel* skipped_;
  QTextEdit* facts_;  ///< of the scan, and below them what was noticed
};

}  // namespace pulmo
