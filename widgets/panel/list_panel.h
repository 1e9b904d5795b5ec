// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>
#include <filesystem>
#include <optional>
#include <vector>

#include "models/review/review_entry.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QStackedWidget;

namespace pulmo {

class ListBatch;
class ListOrder;
class ListSession;
class ListView;

/// Bottom dock, *List*: the review list's scans, and what is decided about the one that is open. GUI thread only.
class ListPanel : public QWidget {
  Q_OBJECT
 public:
  /// What is passed outlives this.
  ListPanel(ListSession& session, ListBatch& batch, ListOrder& order, QWidget* parent = nullptr);

  [[nodiscard]] bool goesOn() const;  ///< to the next scan after a decision
  void setGoesOn(bool on);
  void focusComment();
  [[nodiscard]] std::optional<qint64> selected() const;  ///< the row of the table; absent: none

 Q_SIGNALS:
  void newRequested();  ///< the window owns the file dialogs
  void openRequested();
  void addRequested();
  void exportRequested();
  void removeRequested();
  void scansDropped(const std::vector<std::filesystem::path>& paths);
  void stepRequested(int step);
  void decided(pulmo::ReviewState state);
  void segmentRequested(std::size_t method);
  void whoChanged(const QString& who);
  void goesOnChanged(bool on);

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  QWidget* makeEmptyPage();
  QWidget* makeListPage();
  QWidget* makeDecision();
  void makeTable();
  void filter();
  void showList();
  void showCurrent();
  void showBatch();

  ListSession& session_;
  ListBatch& batch_;
  ListOrder& order_;
  QStackedWidget* pages_;
  QLabel* empty_;
  QPushButton *new_, *open_, *addFirst_;
  QLineEdit* text_;
  QComboBox* state_;
  QProgressBar* progress_;
  QPushButton *add_, *segment_, *stop_, *export_;
  ListView* table_;
  QLabel* title_;
  QPushButton *previous_, *next_, *accept_, *corrected_, *reject_;
  QComboBox* difficulty_;
  QLineEdit *who_, *comment_;
  QCheckBox* goOn_;
  std::optional<qint64> selected_;  ///< by this, in the table
};

}  // namespace pulmo
