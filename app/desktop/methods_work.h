// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QStringList>
#include <filesystem>
#include <optional>
#include <vector>

#include "app/desktop/file_dialogs.h"
#include "models/session/mask_session.h"
#include "models/session/methods_session.h"
#include "models/study/view_state.h"

class QSplitter;
class QStackedWidget;

namespace pulmo {

class MethodGrid;
class MethodsBox;
class MethodsTable;
class StatusStrip;
class ViewGrid;

/// Wires several methods side by side: their panes and table in the window's middle, in place of the ordinary panes
/// while the tab Segment is in front; own networks. Holds no rules of its own.
class MethodsWork : public QObject {
  Q_OBJECT
 public:
  /// All that is passed outlives this.
  MethodsWork(Study& study, ViewState& view, MaskSession& masks, ViewGrid& grid, StatusStrip& status,
              const FileDialogs& dialogs, QWidget* parent);

  [[nodiscard]] MethodsSession& session() { return session_; }
  [[nodiscard]] QWidget* centre();  ///< the ordinary panes, or those of the methods
  [[nodiscard]] MethodGrid& panes() { return *panes_; }
  [[nodiscard]] bool inView() const;  ///< the methods' panes
  [[nodiscard]] std::vector<LatestJob*> jobs();

  void setBox(MethodsBox* box);    ///< once, before anything else
  void setTabInFront(bool front);  ///< whether the tab Segment is
  /// Offers a network. @param name  "" = after its file; made unlike those that are there
  /// @throws Error as loadWeights
  void addNetwork(const std::filesystem::path& weights, const QString& name);
  /// Runs these as soon as the scan being opened is there. @param names  "all", or some by commas
  /// @return whether there are such methods
  bool runWhenOpen(const QString& names);

 private:
  void offer(const std::filesystem::path& weights, const QString& name);
  void chooseWeights();
  void run(const std::vector<MaskSession::SegmenterPtr>& segmenters);
  void showRuns();
  void followView();
  void saveMethods();

  Study& study_;
  MaskSession& masks_;
  StatusStrip& status_;
  const FileDialogs& dialogs_;
  QWidget* window_;
  MethodsSession session_;
  LatestJob weightsJob_;
  QStackedWidget* stack_;
  QSplitter* side_;
  MethodGrid* panes_;
  MethodsTable* table_;
  MethodsBox* box_ = nullptr;
  bool wanted_ = false, tabInFront_ = true;
  std::vector<MaskSession::SegmenterPtr> waiting_;  ///< for a scan
};

}  // namespace pulmo
