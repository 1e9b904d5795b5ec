// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/edit_controls.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "models/session/edit_tools.h"
#include "pipeline/core/label_set.h"
#include "widgets/control/value_slider.h"

namespace pulmo {

namespace {

constexpr int kNameWidth = 62;
constexpr int kAuto = 0;  // the button's id; the lungs' ids are their labels

QVBoxLayout* columnOf(QWidget* box) {
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  return column;
}

QToolButton* choice(QButtonGroup* group, int id, const QString& text, const char* name, const QString& tip,
                    QWidget* parent) {
  auto* button = new QToolButton(parent);
  button->setObjectName(QStringLiteral("edit.") + QLatin1String(name));
  button->setText(text);
  button->setToolTip(tip);
  button->setCheckable(true);
  button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  button->setProperty("choice", true);
  group->addButton(button, id);
  return button;
}

}  // namespace

EditControls::EditControls(EditTools& tools, QWidget* parent) : QWidget(parent), tools_(tools) {
  auto* column = columnOf(this);
  for (QWidget* part : {makeTools(), makeBrush(), makeLabel()}) column->addWidget(part);
  connect(&tools_, &EditTools::toolChanged, this, &EditControls::showTool);
  connect(&tools_, &EditTools::settingsChanged, this, &EditControls::showSettings);
  showTool();
  showSettings();
}

QWidget* EditControls::makeTools() {
  auto* box = new QWidget(this);
  auto* grid = new QGridLayout(box);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(4);
  toolButtons_ = new QButtonGroup(box);
  struct {
    EditTool tool;
    QString text;
    const char* name;
    QString tip;
    int row, column, span;
  } const tools[] = {
      {EditTool::Cursor, tr("Cursor"), "cursor", tr("Left button moves the cursor (Esc)"), 0, 0, 2},
      {EditTool::Brush, tr("Brush"), "brush", tr("Paint lung (B); Ctrl+wheel, + and − set the size"), 0, 2, 2},
      {EditTool::Eraser, tr("Eraser"), "eraser", tr("Take lung away (E); Ctrl+wheel, + and − set the size"), 0, 4, 2},
      {EditTool::AddRegion, tr("Add region"), "addRegion",
       tr("One click makes lung of a region of like HU beside the mask, as a consolidation"), 1, 0, 3},
      {EditTool::RemoveRegion, tr("Remove region"), "removeRegion",
       tr("One click takes a region of like HU out of the mask, as bowel gas"), 1, 3, 3},
      {EditTool::Cut, tr("Cut"), "cut", tr("Drag a line: the mask is parted along it in this slice"), 2, 0, 3},
      {EditTool::Split, tr("Split sides"), "split",
       tr("Drag a line between the lungs: what lies to either side becomes right and left lung, in all slices"), 2, 3,
       3},
  };
  for (const auto& tool : tools)
    grid->addWidget(choice(toolButtons_, static_cast<int>(tool.tool), tool.text, tool.name, tool.tip, box), tool.row,
                    tool.column, 1, tool.span);
  hint_ = new QLabel(box);
  hint_->setWordWrap(true);
  hint_->setProperty("role", "dim");
  grid->addWidget(hint_, 3, 0, 1, 6);
  connect(toolButtons_, &QButtonGroup::idClicked, this, [this](int id) { tools_.setTool(static_cast<EditTool>(id)); });
  return box;
}

QWidget* EditControls::makeBrush() {
  auto* box = new QWidget(this);
  auto* column = columnOf(box);
  const auto slider = [this](QWidget* rows, const QString& name, const ValueSlider::Range& range, const char* key,
                             const QString& tip, double EditSettings::*field) {
    auto* made = new ValueSlider(name, range, tip, rows);
    made->setObjectName(QStringLiteral("edit.") + QLatin1String(key));
    made->setNameWidth(kNameWidth);
    connect(made, &ValueSlider::valueChanged, this, [this, field](double value) {
      EditSettings settings = tools_.settings();
      settings.*field = value;
      tools_.setSettings(settings);
    });
    rows->layout()->addWidget(made);
    return made;
  };
  const auto rowsIn = [box, column] {
    auto* rows = new QWidget(box);
    columnOf(rows);
    column->addWidget(rows);
    return rows;
  };
  brushRows_ = rowsIn();
  shapes_ = new QButtonGroup(box);
  auto* shapeRow = new QHBoxLayout;
  shapeRow->setSpacing(4);
  shapeRow->addWidget(choice(shapes_, static_cast<int>(BrushShape::Disc), tr("Flat"), "disc",
                             tr("A disc in the plane of the pane, one slice thick"), box));
  shapeRow->addWidget(choice(shapes_, static_cast<int>(BrushShape::Sphere), tr("Sphere"), "sphere",
                             tr("A ball, through the neighbouring slices"), box));
  static_cast<QVBoxLayout*>(brushRows_->layout())->addLayout(shapeRow);
  size_ =
      slider(brushRows_, tr("Size"), {EditSettings::kLeastMm, EditSettings::kMostMm, 0, tr("mm"), 1}, "size",
             tr("Diameter; the circle at the pointer shows it. Keys + and −, Ctrl+wheel"), &EditSettings::diameterMm);
  regionRows_ = rowsIn();
  radius_ = slider(regionRows_, tr("Reach"), {5, 150, 0, tr("mm"), 1}, "radius",
                   tr("How far from the click the region may reach"), &EditSettings::regionRadiusMm);
  neck_ = slider(regionRows_, tr("Passage"), {0, 30, 0, tr("mm"), 1}, "neck",
                 tr("Narrower passages are not gone through, so that nothing leaks out"), &EditSettings::regionNeckMm);
  cutRows_ = rowsIn();
  cut_ = slider(cutRows_, tr("Width"), {0, 20, 0, tr("mm"), 1}, "cutWidth", tr("Width of the gap that is cut"),
                &EditSettings::cutMm);
  connect(shapes_, &QButtonGroup::idClicked, this, [this](int id) {
    EditSettings settings = tools_.settings();
    settings.shape = static_cast<BrushShape>(id);
    tools_.setSettings(settings);
  });
  return box;
}

QWidget* EditControls::makeLabel() {
  auto* box = new QWidget(this);
  auto* column = columnOf(box);
  labels_ = new QButtonGroup(box);
  auto* labelRow = new QWidget(box);
  auto* row = new QHBoxLayout(labelRow);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(4);
  row->addWidget(choice(labels_, kAuto, tr("Auto"), "auto",
                        tr("A stroke is of the lung where it starts, or the nearest one; operations take each lung"),
                        labelRow));
  row->addWidget(choice(labels_, kRightLung, tr("Right lung"), "right", tr("The patient's right lung"), labelRow));
  row->addWidget(choice(labels_, kLeftLung, tr("Left lung"), "left", tr("The patient's left lung"), labelRow));
  keepOther_ = new QCheckBox(tr("Leave the other lung as it is"), box);
  keepOther_->setObjectName("edit.keepOther");
  keepOther_->setToolTip(tr("The brush paints over background alone, the eraser takes one lung alone"));
  huRow_ = new QWidget(box);
  auto* huLine = new QHBoxLayout(huRow_);
  huLine->setContentsMargins(0, 0, 0, 0);
  huLine->setSpacing(4);
  huLimited_ = new QCheckBox(tr("Only from"), huRow_);
  huLimited_->setObjectName("edit.huLimited");
  huLimited_->setToolTip(tr("Change only voxels whose value lies between these, in HU"));
  const auto hu = [this](const char* name, const QString& tip) {
    auto* limit = new QSpinBox(huRow_);
    limit->setObjectName(QStringLiteral("edit.") + QLatin1String(name));
    limit->setRange(-1024, 3071);
    limit->setSingleStep(10);
    limit->setKeyboardTracking(false);
    limit->setButtonSymbols(QAbstractSpinBox::NoButtons);
    limit->setAlignment(Qt::AlignRight);
    limit->setToolTip(tip);
    return limit;
  };
  huLow_ = hu("huLow", tr("Lowest value that is changed, in HU"));
  huHigh_ = hu("huHigh", tr("Highest value that is changed, in HU"));
  huLine->addWidget(huLimited_);
  huLine->addWidget(huLow_, 1);
  huLine->addWidget(new QLabel(tr("to"), huRow_));
  huLine->addWidget(huHigh_, 1);
  huLine->addWidget(new QLabel(tr("HU"), huRow_));
  for (QWidget* part : std::initializer_list<QWidget*>{labelRow, keepOther_, huRow_}) column->addWidget(part);
  const auto set = [this] {
    EditSettings settings = tools_.settings();
    const int label = labels_->checkedId();
    settings.label = label == kAuto ? std::nullopt : std::optional(static_cast<std::uint8_t>(label));
    settings.keepOther = keepOther_->isChecked();
    settings.huLimited = huLimited_->isChecked();
    settings.hu = {huLow_->value(), huHigh_->value()};
    tools_.setSettings(settings);
  };
  connect(labels_, &QButtonGroup::idClicked, this, set);
  for (QCheckBox* each : {keepOther_, huLimited_}) connect(each, &QCheckBox::toggled, this, set);
  for (QSpinBox* each : {huLow_, huHigh_}) connect(each, &QSpinBox::valueChanged, this, set);
  return box;
}

void EditControls::showTool() {
  const EditTool tool = tools_.tool();
  toolButtons_->button(static_cast<int>(tool))->setChecked(true);
  const bool brush = tool == EditTool::Brush || tool == EditTool::Eraser;
  const bool region = tool == EditTool::AddRegion || tool == EditTool::RemoveRegion;
  brushRows_->setVisible(brush);
  regionRows_->setVisible(region);
  cutRows_->setVisible(tool == EditTool::Cut);
  keepOther_->setVisible(brush);
  huRow_->setVisible(brush || region);
  hint_->setText(brush                     ? tr("Drag over the prediction, in any orientation.")
                 : region                  ? tr("Click inside of the region, in the prediction.")
                 : tool == EditTool::Cut   ? tr("Drag a line over the prediction.")
                 : tool == EditTool::Split ? tr("Drag a line over the prediction, axial or coronal.")
                                           : QString());
  hint_->setVisible(tool != EditTool::Cursor);
}

void EditControls::showSettings() {
  const EditSettings& settings = tools_.settings();
  shapes_->button(static_cast<int>(settings.shape))->setChecked(true);
  labels_->button(settings.label.value_or(kAuto))->setChecked(true);
  const QSignalBlocker quiet[] = {QSignalBlocker(keepOther_), QSignalBlocker(huLimited_), QSignalBlocker(huLow_),
                                  QSignalBlocker(huHigh_)};
  keepOther_->setChecked(settings.keepOther);
  huLimited_->setChecked(settings.huLimited);
  huLow_->setValue(settings.hu.low);
  huHigh_->setValue(settings.hu.high);
  huLow_->setEnabled(settings.huLimited);
  huHigh_->setEnabled(settings.huLimited);
  size_->setValue(settings.diameterMm);
  radius_->setValue(settings.regionRadiusMm);
  neck_->setValue(settings.regionNeckMm);
  cut_->setValue(settings.cutMm);
}

}  // namespace pulmo
