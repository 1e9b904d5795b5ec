// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <filesystem>
#include <vector>

#include "app/desktop/file_dialogs.h"
#include "models/session/list_batch.h"
#include "models/session/list_session.h"
#include "models/session/list_table.h"

class QAction;
class QMenu;
class QWidget;

namespace pulmo {

class EditSession;
class ListPanel;
class StatusStrip;

/// Wires the review list: its panel, its menu and keys, its files. Holds no rules of its own.
class ListWork : public QObject {
  Q_OBJECT
 public:
  /// All that is passed outlives this.
  ListWork(Study& study, ScanSession& scans, MaskSession& masks, EditSession& edit, StatusStrip& status,
           const FileDialogs& dialogs, QWidget* parent);

  [[nodiscard]] ListSession& session() { return session_; }
  [[nodiscard]] ListBatch& batch() { return batch_; }
  [[nodiscard]] ListPanel* panel() { return panel_; }
  [[nodiscard]] QMenu* menu() { return menu_; }
  [[nodiscard]] std::vector<LatestJob*> jobs();
  [[nodiscard]] static bool isList(const std::filesystem::path& file);  ///< by its name's ending
  /// Opens a list, or makes one; what goes wrong is shown.
  /// @param begin  also open its first undecided scan, unless a scan of it is open
  void openList(const std::filesystem::path& file, bool begin);
  void chooseOpen();  ///< asks for a list, and opens it
  void reopenLast();  ///< the list that was open when the program ended, without a scan of it
  void end();         ///< what is typed is saved, and which list is open

 Q_SIGNALS:
  void panelWanted();  ///< there is something to see there

 private:
  void makeMenu();
  void showActions();
  void chooseNew();
  void chooseScans();
  void askToRemove();
  void chooseExport();
  void chooseImport();
  void step(int step);
  void decide(ReviewState state);
  [[nodiscard]] bool saving();
  [[nodiscard]] QString lastFolder() const;

  const FileDialogs& dialogs_;
  StatusStrip& status_;
  EditSession& edit_;
  QWidget* window_;
  ListSession session_;
  ListBatch batch_;
  ListTable table_;
  ListOrder order_;
  ListPanel* panel_;
  QMenu* menu_;
  QAction* putBack_ = nullptr;
  std::vector<QAction*> ofList_, ofScan_;  ///< that want an open list, a scan of it
};

}  // namespace pulmo
