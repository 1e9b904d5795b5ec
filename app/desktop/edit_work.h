// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <memory>
#include <vector>

#include "app/desktop/file_dialogs.h"
#include "models/session/edit_session.h"
#include "models/session/edit_tools.h"

#include "widgets/scene/slice_scene.h"

class QAction;
class QMenu;
class QWidget;

namespace pulmo {

class EditPanel;
class MaskSession;
class PaneTool;
class StatusStrip;
class ViewGrid;

/// Wires editing: its panel, its menu and keys, the pane Prediction, which shows the edited mask. Holds no rules of its
/// own.
class EditWork : public QObject {
  Q_OBJECT
 public:
  /// All that is passed outlives this, or is destroyed together with it.
  EditWork(Study& study, MaskSession& masks, ViewGrid& grid, StatusStrip& status, const FileDialogs& dialogs,
           QWidget* parent);
  ~EditWork() override;

  [[nodiscard]] EditSession& session() { return session_; }
  [[nodiscard]] EditTools& tools() { return tools_; }
  [[nodiscard]] EditPanel* panel() { return panel_; }
  [[nodiscard]] QMenu* menu() { return menu_; }
  [[nodiscard]] std::vector<LatestJob*> jobs();
  void showMask();  ///< in the pane Prediction: the edited one, else the prediction with the preview over it
  /// One slice as a network in training sees it, for the pane Prediction while no mask is edited there; null = none.
  void setPreview(SlicePatchPtr patch, const QString& detail);
  [[nodiscard]] bool escape();  ///< stops an operation, takes back a stroke, puts the tool away. @return whether any

 Q_SIGNALS:
  void segmentRequested();
  void saveMaskRequested();
  void tabWanted();  ///< there is something to decide

 private:
  class Pointer;
  void makeMenu();
  [[nodiscard]] LabelPtr wanted() const;
  [[nodiscard]] bool previewWanted() const;
  void followTool();
  void showHistory();
  void offerEdits();
  void askToDiscard();

  Study& study_;
  ViewGrid& grid_;
  StatusStrip& status_;
  const FileDialogs& dialogs_;
  QWidget* window_;
  EditSession session_;
  EditTools tools_;
  EditPanel* panel_;
  QMenu* menu_;
  QAction *undo_ = nullptr, *redo_ = nullptr;
  std::unique_ptr<PaneTool> pointer_;
  LabelPtr shown_;  ///< the live mask, where the pane shows it
  SlicePatchPtr preview_;
  QString previewDetail_;
  bool editsShown_ = false, previewShown_ = false, offered_ = false;
};

}  // namespace pulmo
