// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

class QLabel;
class QPushButton;
class QTableWidget;

namespace pulmo {

class MethodsSession;

/// Beneath the panes of several methods: a row a method, how far each agrees with the reference. A click on a row makes
/// that mask the prediction. GUI thread only.
class MethodsTable : public QWidget {
  Q_OBJECT
 public:
  explicit MethodsTable(MethodsSession& session, QWidget* parent = nullptr);

 Q_SIGNALS:
  void saveRequested();
  void backRequested();  ///< to the ordinary panes

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void showRuns();
  void fit();
  void showRow(int row);
  void setCell(int row, int column, const QString& text);

  MethodsSession& session_;
  QString againstText_;
  QLabel* against_;
  QPushButton* copy_;
  QPushButton* save_;
  QPushButton* back_;
  QTableWidget* table_;
};

}  // namespace pulmo
