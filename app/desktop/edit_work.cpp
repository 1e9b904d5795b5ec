// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/edit_work.h"

#include <QAction>
#include <QLocale>
#include <QMenu>
#include <utility>

#include "models/session/mask_session.h"
#include "pipeline/core/label_set.h"
#include "widgets/control/status_strip.h"
#include "widgets/panel/edit_panel.h"
#include "widgets/view/pane_tool.h"
#include "widgets/view/view_grid.h"

namespace pulmo {

/// Hands the pointer of the pane on to the tools.
class EditWork::Pointer final : public PaneTool {
 public:
  explicit Pointer(EditTools& tools) : tools_(tools) {}
  [[nodiscard]] Mark mark() const override {
    const EditSettings& settings = tools_.settings();
    const EditTool tool = tools_.tool();
    if (tool == EditTool::Cut || tool == EditTool::Split) return {0, true, QColor(0xff, 0xd5, 0x4f)};
    if (tool == EditTool::AddRegion || tool == EditTool::RemoveRegion)
      return {2 * settings.regionRadiusMm, false, QColor(0xff, 0xff, 0xff, 110)};
    if (tool == EditTool::Eraser) return {settings.diameterMm, false, QColor(0xff, 0x8a, 0x80)};
    if (!settings.label) return {settings.diameterMm, false, Qt::white};
    const auto& rgb = labelInfo(*settings.label).rgb;
    return {settings.diameterMm, false, QColor(rgb[0], rgb[1], rgb[2])};
  }
  void press(Orientation plane, const Point3& at) override { tools_.press(plane, at); }
  void drag(const Point3& at) override { tools_.drag(at); }
  void release(const Point3& at) override { tools_.release(at); }
  void resize(int steps) override { tools_.resize(steps); }

 private:
  EditTools& tools_;
};

EditWork::EditWork(Study& study, MaskSession& masks, ViewGrid& grid, StatusStrip& status, const FileDialogs& dialogs,
                   QWidget* parent)
    : QObject(parent),
      study_(study),
      grid_(grid),
      status_(status),
      dialogs_(dialogs),
      window_(parent),
      session_(study),
      tools_(study, session_),
      panel_(new EditPanel(study, session_, tools_, parent)),
      menu_(new QMenu(tr("&Edit"), parent)),
      pointer_(std::make_unique<Pointer>(tools_)) {
  makeMenu();
  connect(panel_, &EditPanel::segmentRequested, this, &EditWork::segmentRequested);
  connect(panel_, &EditPanel::saveMaskRequested, this, &EditWork::saveMaskRequested);
  connect(panel_, &EditPanel::discardRequested, this, &EditWork::askToDiscard);
  connect(&masks, &MaskSession::resultSaved, &session_, &EditSession::noteSaved);
  connect(&tools_, &EditTools::toolChanged, this, &EditWork::followTool);
  connect(&tools_, &EditTools::settingsChanged, this, &EditWork::followTool);
  connect(&session_, &EditSession::voxelsChanged, this, [this](const VoxelBox& box) {
    if (shown_) grid_.labelsEdited(PaneId::Prediction, box);
  });
  connect(&session_, &EditSession::stateChanged, this, [this] {
    if (shown_ != wanted() || editsShown_ != session_.hasEdits() || previewShown_ != previewWanted()) showMask();
    showHistory();
    offerEdits();
  });
  connect(&session_, &EditSession::said, &status_, &StatusStrip::showMessage);
  connect(&session_, &EditSession::failed, this,
          [this](const QString& sentence, const QString& detail) { status_.showError(sentence, detail); });
  showHistory();
}

EditWork::~EditWork() = default;

void EditWork::makeMenu() {
  const auto add = [this](const QString& text, const QList<QKeySequence>& keys, const QString& tip) {
    QAction* action = menu_->addAction(text);
    action->setShortcuts(keys);
    action->setToolTip(tip);
    return action;
  };
  undo_ = add(tr("&Undo"), {QKeySequence("Ctrl+Z")}, tr("Take the last edit back"));
  redo_ = add(tr("&Redo"), {QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")}, tr("Do it again"));
  connect(undo_, &QAction::triggered, &session_, &EditSession::undo);
  connect(redo_, &QAction::triggered, &session_, &EditSession::redo);
  menu_->addSeparator();
  const auto tool = [this, add](const QString& text, const char* key, EditTool which) {
    connect(add(text, {QKeySequence(QLatin1String(key))}, {}), &QAction::triggered, this, [this, which] {
      if (!session_.ready()) return status_.showMessage(tr("There is no mask to edit yet."));
      tools_.setTool(which);
    });
  };
  tool(tr("&Brush"), "B", EditTool::Brush);
  tool(tr("&Eraser"), "E", EditTool::Eraser);
  connect(add(tr("&Larger brush"), {QKeySequence("+"), QKeySequence("=")}, {}), &QAction::triggered, this,
          [this] { tools_.resize(1); });
  connect(add(tr("&Smaller brush"), {QKeySequence("-")}, {}), &QAction::triggered, this, [this] { tools_.resize(-1); });
}

std::vector<LatestJob*> EditWork::jobs() {
  return {&session_.job(), &session_.recoveryJob()};
}

LabelPtr EditWork::wanted() const {
  // A copy of the reference has to be seen before it can be painted on.
  return session_.hasEdits() || !study_.prediction().labels ? session_.live() : nullptr;
}

bool EditWork::previewWanted() const {
  return preview_ && !session_.editing();
}

void EditWork::setPreview(SlicePatchPtr patch, const QString& detail) {
  const bool seen = previewShown_;
  preview_ = std::move(patch);
  previewDetail_ = detail;
  if (seen || previewWanted()) showMask();
}

void EditWork::showMask() {
  shown_ = wanted();
  previewShown_ = previewWanted();
  editsShown_ = session_.hasEdits();
  grid_.setName(PaneId::Prediction, editsShown_ ? tr("Edited") : tr("Prediction"));
  if (!shown_)
    grid_.setLabels(PaneId::Prediction, study_.prediction().labels, study_.prediction().origin);
  else if (editsShown_)
    grid_.setLabels(PaneId::Prediction, shown_, tr("from %1").arg(session_.origin()));
  else
    grid_.setLabels(PaneId::Prediction, shown_, tr("copy of %1").arg(session_.origin()));
  grid_.setPatch(PaneId::Prediction, previewShown_ ? preview_ : nullptr);
  if (!previewShown_) return;
  const QString& origin = study_.prediction().origin;  // on all other slices
  grid_.setDetail(PaneId::Prediction,
                  study_.prediction().labels ? origin + QStringLiteral("; ") + previewDetail_ : previewDetail_);
}

void EditWork::followTool() {
  grid_.setTool(PaneId::Prediction, tools_.tool() == EditTool::Cursor ? nullptr : pointer_.get());
}

void EditWork::showHistory() {
  const auto name = [](const QString& what, const std::deque<EditStep>& steps) {
    return steps.empty() ? what : what + ' ' + QString::fromStdString(steps.back().name).toLower();
  };
  undo_->setEnabled(!session_.undoSteps().empty());
  redo_->setEnabled(!session_.redoSteps().empty());
  undo_->setText(name(tr("&Undo"), session_.undoSteps()));
  redo_->setText(name(tr("&Redo"), session_.redoSteps()));
}

void EditWork::offerEdits() {
  if (session_.found().has_value() == offered_) return;
  offered_ = session_.found().has_value();
  if (!offered_) return;
  status_.showMessage(
      tr("Edits of this scan from %1 were found; they are kept. The tab Edit restores or discards them.")
          .arg(QLocale().toString(session_.found()->when, QLocale::ShortFormat)));
  Q_EMIT tabWanted();
}

void EditWork::askToDiscard() {
  const ScanPtr scan = study_.scan();
  if (!dialogs_.confirm(window_, tr("Discard the edits?"), tr("The edits found are deleted; this cannot be undone."),
                        tr("Discard")))
    return;
  if (scan == study_.scan()) return session_.discard();
  status_.showError(tr("Another scan was opened meanwhile, so no edits were discarded."));
}

bool EditWork::escape() {
  if (session_.job().busy()) {
    session_.job().cancel();
    return true;
  }
  return tools_.escape();
}

}  // namespace pulmo
