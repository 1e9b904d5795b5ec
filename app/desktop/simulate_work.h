// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <vector>

#include "app/desktop/file_dialogs.h"
#include "models/session/simulation_session.h"

class QWidget;

namespace pulmo {

class SimulatePanel;
class StatusStrip;
class ViewGrid;

/// Wires the simulation: its panel, its pane and its files. Holds no rules of its own.
class SimulateWork : public QObject {
  Q_OBJECT
 public:
  /// All that is passed outlives this.
  SimulateWork(Study& study, ViewState& view, ViewGrid& grid, StatusStrip& status, const FileDialogs& dialogs,
               QWidget* parent);

  [[nodiscard]] SimulationSession& session() { return session_; }
  [[nodiscard]] SimulatePanel* panel() { return panel_; }
  [[nodiscard]] std::vector<LatestJob*> jobs();
  /// For --screenshot. @return whether the preset exists
  bool choose(const QString& preset, std::uint64_t seed, bool coloured);

 Q_SIGNALS:
  void segmentRequested();

 private:
  void showPicture();
  void showEmptyText();
  void exportFiles();

  Study& study_;
  ViewGrid& grid_;
  StatusStrip& status_;
  const FileDialogs& dialogs_;
  QWidget* window_;
  SimulationSession session_;
  SimulatePanel* panel_;
};

}  // namespace pulmo
