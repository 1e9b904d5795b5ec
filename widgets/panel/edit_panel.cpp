// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/edit_panel.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include "models/session/edit_session.h"
#include "models/session/edit_tools.h"
#include "widgets/control/scrolled_column.h"
#include "widgets/control/wrapped_label.h"
#include "widgets/panel/edit_controls.h"

namespace pulmo {

namespace {

QVBoxLayout* columnOf(QWidget* box) {
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  return column;
}

QDoubleSpinBox* amount(double low, double high, double value, const QString& unit, const char* name, const QString& tip,
                       QWidget* parent) {
  auto* box = new QDoubleSpinBox(parent);
  box->setObjectName(QStringLiteral("edit.") + QLatin1String(name));
  box->setDecimals(1);
  box->setRange(low, high);
  box->setSingleStep(0.5);
  box->setValue(value);
  box->setSuffix(QChar(0x2009) + unit);
  box->setAlignment(Qt::AlignRight);
  box->setButtonSymbols(QAbstractSpinBox::NoButtons);
  box->setFixedWidth(66);
  box->setToolTip(tip);
  return box;
}

QString stepsText(std::size_t steps) {
  return steps == 1 ? EditPanel::tr("1 step") : EditPanel::tr("%1 steps").arg(steps);
}

}  // namespace

EditPanel::EditPanel(Study& study, EditSession& session, EditTools& tools, QWidget* parent)
    : QWidget(parent),
      study_(study),
      session_(session),
      tools_(tools),
      missing_(new QWidget(this)),
      offer_(new QWidget(this)),
      body_(new QWidget(this)) {
  fillMissing();
  fillOffer();
  auto* column = columnOf(body_);
  problem_ = makeWrappedLabel(body_, "error");
  column->addWidget(problem_);
  column->addWidget(new EditControls(tools_, body_));
  column->addWidget(makeHistory());
  column->addWidget(makeWhole());
  QVBoxLayout* all = makeScrolledColumn(this);
  for (QWidget* part : {missing_, offer_, body_}) all->addWidget(part);
  all->addStretch(1);
  connect(&session_, &EditSession::stateChanged, this, &EditPanel::showState);
  for (const auto signal : {&Study::scanChanged, &Study::predictionChanged, &Study::referenceChanged})
    connect(&study_, signal, this, &EditPanel::showState);
  showState();
}

QPushButton* EditPanel::button(const QString& text, const char* name, const QString& tip, QWidget* parent) {
  auto* made = new QPushButton(text, parent);
  made->setObjectName(QStringLiteral("edit.") + QLatin1String(name));
  made->setToolTip(tip);
  return made;
}

void EditPanel::fillMissing() {
  auto* column = columnOf(missing_);
  missingText_ = makeWrappedLabel(missing_, "dim");
  segment_ = button(tr("Segment"), "segment", tr("Find the lungs on the open scan (F5)"), missing_);
  segment_->setProperty("primary", true);
  column->addWidget(missingText_);
  column->addWidget(segment_);
  connect(segment_, &QPushButton::clicked, this, &EditPanel::segmentRequested);
}

void EditPanel::fillOffer() {
  auto* column = columnOf(offer_);
  offerText_ = makeWrappedLabel(offer_, "warning");
  offerText_->setObjectName("edit.offer");
  auto* restore = button(tr("Restore"), "restore", tr("Go on where these edits ended, with their undo steps"), offer_);
  restore->setProperty("primary", true);
  auto* discard = button(tr("Discard …"), "discard", tr("Delete these edits"), offer_);
  auto* row = new QHBoxLayout;
  row->addWidget(restore, 1);
  row->addWidget(discard);
  column->addWidget(offerText_);
  column->addLayout(row);
  connect(restore, &QPushButton::clicked, &session_, &EditSession::restore);
  connect(discard, &QPushButton::clicked, this, &EditPanel::discardRequested);
}

QWidget* EditPanel::makeHistory() {
  auto* box = new QWidget(body_);
  auto* column = columnOf(box);
  auto* row = new QHBoxLayout;
  row->setSpacing(4);
  undo_ = button(tr("Undo"), "undo", tr("Take the last step back (Ctrl+Z)"), box);
  redo_ = button(tr("Redo"), "redo", tr("Do it again (Ctrl+Y)"), box);
  save_ = button(tr("Save mask …"), "save", tr("Save the edited mask on exactly the scan's grid (Ctrl+S)"), box);
  row->addWidget(undo_, 1);
  row->addWidget(redo_, 1);
  state_ = makeWrappedLabel(box, "dim");
  state_->setObjectName("edit.state");
  column->addLayout(row);
  column->addWidget(state_);
  // The status line says it too, and passes on to what runs next; a leak has to be seen for longer.
  said_ = makeWrappedLabel(box, "");
  said_->setObjectName("edit.said");
  said_->hide();
  column->addWidget(said_);
  connect(&session_, &EditSession::voxelsChanged, said_, &QWidget::hide);
  connect(&session_, &EditSession::said, this, [this](const QString& sentence) {
    said_->setText(sentence);
    said_->show();
  });
  column->addWidget(save_);
  connect(undo_, &QPushButton::clicked, &session_, &EditSession::undo);
  connect(redo_, &QPushButton::clicked, &session_, &EditSession::redo);
  connect(save_, &QPushButton::clicked, this, &EditPanel::saveMaskRequested);
  return box;
}

QWidget* EditPanel::makeWhole() {
  auto* box = new QGroupBox(tr("Whole mask"), body_);
  auto* grid = new QGridLayout(box);
  grid->setContentsMargins(0, 6, 0, 0);
  grid->setSpacing(4);
  auto* between = button(tr("Fill between slices"), "fillBetween",
                         tr("Correct two slices with the flat brush: those between them follow"), box);
  auto* smooth = button(tr("Smooth"), "smooth", tr("Bumps and dents smaller than this vanish"), box);
  auto* smoothMm = amount(0.5, 20, 2, tr("mm"), "smoothMm", tr("Width of the smoothing in mm"), box);
  auto* grow = button(tr("Grow"), "grow", tr("Move the border outwards"), box);
  auto* shrink = button(tr("Shrink"), "shrink", tr("Move the border inwards"), box);
  auto* growMm = amount(0.5, 100, 1, tr("mm"), "growMm", tr("How far the border moves, in mm"), box);
  auto* islands = button(tr("Remove islands"), "islands", tr("Remove pieces apart that are smaller than this"), box);
  auto* islandMl = amount(0, 1000, 0, tr("ml"), "islandMl",
                          tr("Smaller pieces are removed, in ml; 0 keeps the largest piece of each lung alone"), box);
  auto* holes = button(tr("Fill holes"), "holes", tr("Holes within a lung become lung"), box);
  auto* swap = button(tr("Swap sides"), "swap", tr("Right becomes left and left right"), box);
  back_ = button({}, "back", tr("Take all edits out, as a step that can be undone"), box);
  grid->addWidget(between, 0, 0, 1, 3);
  grid->addWidget(smooth, 1, 0, 1, 2);
  grid->addWidget(smoothMm, 1, 2);
  grid->addWidget(grow, 2, 0);
  grid->addWidget(shrink, 2, 1);
  grid->addWidget(growMm, 2, 2);
  grid->addWidget(islands, 3, 0, 1, 2);
  grid->addWidget(islandMl, 3, 2);
  grid->addWidget(holes, 4, 0);
  grid->addWidget(swap, 4, 1, 1, 2);
  grid->addWidget(back_, 5, 0, 1, 3);
  connect(between, &QPushButton::clicked, &tools_, &EditTools::fillBetweenSlices);
  connect(smooth, &QPushButton::clicked, this, [this, smoothMm] { tools_.smooth(smoothMm->value()); });
  connect(grow, &QPushButton::clicked, this, [this, growMm] { tools_.grow(growMm->value()); });
  connect(shrink, &QPushButton::clicked, this, [this, growMm] { tools_.grow(-growMm->value()); });
  connect(islands, &QPushButton::clicked, this, [this, islandMl] {
    tools_.removeIslands(islandMl->value() > 0 ? std::optional(islandMl->value()) : std::nullopt);
  });
  connect(holes, &QPushButton::clicked, &tools_, &EditTools::fillHoles);
  connect(swap, &QPushButton::clicked, &tools_, &EditTools::swapLungs);
  connect(back_, &QPushButton::clicked, &session_, &EditSession::backToStart);
  return box;
}

void EditPanel::showState() {
  const bool open = study_.scan() != nullptr;
  const bool offered = session_.found().has_value();
  const NamedMask& start = study_.prediction().labels ? study_.prediction() : study_.reference();
  const bool editable = session_.editing() || start.labels != nullptr;
  missing_->setVisible(!editable && !offered);
  missingText_->setText(open ? tr("There is no mask to correct yet: find the lungs, or open a reference mask (Ctrl+M).")
                             : tr("Open a scan: its lung mask can then be corrected here."));
  segment_->setVisible(open);
  offer_->setVisible(offered);
  if (offered)
    offerText_->setText(
        tr("Edits of this scan from %1 were found: %2, not saved to a file.")
            .arg(QLocale().toString(session_.found()->when, QLocale::ShortFormat), stepsText(session_.found()->steps)));
  body_->setVisible(editable && !offered);
  problem_->setText(session_.problem());
  problem_->setVisible(!session_.problem().isEmpty());
  const std::size_t steps = session_.undoSteps().size();
  const auto last = [](const std::deque<EditStep>& of) { return QString::fromStdString(of.back().name).toLower(); };
  undo_->setEnabled(steps > 0);
  undo_->setText(steps > 0 ? tr("Undo %1").arg(last(session_.undoSteps())) : tr("Undo"));
  redo_->setEnabled(!session_.redoSteps().empty());
  redo_->setText(session_.redoSteps().empty() ? tr("Redo") : tr("Redo %1").arg(last(session_.redoSteps())));
  const bool edited = session_.hasEdits();
  state_->setText(!edited              ? tr("No edits yet. The reference is never changed.")
                  : steps == 0         ? tr("Not saved to a file yet.")
                  : session_.unsaved() ? tr("%1, not saved to a file yet.").arg(stepsText(steps))
                                       : tr("%1, saved.").arg(stepsText(steps)));
  save_->setVisible(edited);
  back_->setVisible(edited && start.labels);
  back_->setText(tr("Back to %1").arg(start.origin));
}

}  // namespace pulmo
