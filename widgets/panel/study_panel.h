// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

class QFormLayout;
class QLabel;
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
  void addFact(const QString& name, const QString& value);

  Study& study_;
  ScanSession& session_;
  QTreeWidget* series_;
  QLabel* skipped_;
  QFormLayout* facts_;
  QLabel* notes_;
};

}  // namespace pulmo
