// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/runs_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "models/session/training_fields.h"
#include "models/session/training_session.h"
#include "widgets/control/curve_plot.h"

namespace pulmo {

namespace {

using Rgb = std::array<std::uint8_t, 3>;
/// Told apart by most eyes on a dark ground. Source: Okabe and Ito 2008, lightened.
constexpr std::array<Rgb, 8> kColours{{{86, 180, 233},
                                       {240, 170, 60},
                                       {60, 200, 150},
                                       {255, 125, 95},
                                       {220, 140, 200},
                                       {240, 228, 90},
                                       {150, 150, 255},
                                       {200, 205, 212}}};

std::optional<double> valueOf(const PassFigures& f, int quantity) {
  switch (quantity) {
    case 0:
      return f.total;
    case 1:
      return f.diceLoss;
    case 2:
      return f.crossEntropy;
    default:
      if (f.diceRight && f.diceLeft) return (*f.diceRight + *f.diceLeft) / 2;
      return f.diceRight ? f.diceRight : f.diceLeft;
  }
}

QString stateText(TrainingRun::State state) {
  switch (state) {
    case TrainingRun::State::Waiting:
      return RunsPanel::tr("waits");
    case TrainingRun::State::Running:
      return RunsPanel::tr("runs");
    case TrainingRun::State::Completed:
      return RunsPanel::tr("completed");
    case TrainingRun::State::Stopped:
      return RunsPanel::tr("stopped");
    case TrainingRun::State::Failed:
      return RunsPanel::tr("failed");
    case TrainingRun::State::Loaded:
      return RunsPanel::tr("from disk");
    case TrainingRun::State::NotBegun:
      return RunsPanel::tr("not begun");
  }
  return {};
}

/// The settings that a table of these runs should show: what a sweep varied, else the most asked for.
std::vector<QString> settingsToShow(const std::vector<TrainingRun>& runs) {
  std::vector<QString> keys{QStringLiteral("pathologyP"), QStringLiteral("optimizer"), QStringLiteral("learningRate"),
                            QStringLiteral("batchSize"), QStringLiteral("accumulate")};
  for (const RunField& field : runFields()) {
    const bool known = std::find(keys.begin(), keys.end(), field.key) != keys.end();
    const bool differs = std::any_of(runs.begin(), runs.end(), [&](const TrainingRun& run) {
      return field.get(run.config) != field.get(runs.front().config);
    });
    if (differs && !known) keys.insert(keys.begin(), field.key);
  }
  return keys;
}

}  // namespace

RunsPanel::RunsPanel(TrainingSession& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      quantity_(new QComboBox(this)),
      log_(new QCheckBox(tr("Log scale"), this)),
      all_(new QPushButton(tr("Show all"), this)),
      add_(new QPushButton(tr("Add run …"), this)),
      remove_(new QPushButton(tr("Remove"), this)),
      export_(new QPushButton(tr("Export table …"), this)),
      epochs_(new CurvePlot(this)),
      steps_(new CurvePlot(this)),
      table_(new QTableWidget(this)) {
  quantity_->setObjectName("runs.quantity");
  quantity_->addItems({tr("Total loss"), tr("Dice loss"), tr("Cross-entropy"), tr("Dice score")});
  quantity_->setToolTip(tr("What the curves show; total = Dice loss + cross-entropy"));
  quantity_->setAccessibleName(tr("Quantity"));
  log_->setObjectName("runs.log");
  log_->setToolTip(tr("Logarithmic scale upwards"));
  all_->setObjectName("runs.all");
  all_->setToolTip(tr("Back to all of the curves (double-click, or 0)"));
  add_->setObjectName("runs.add");
  add_->setToolTip(tr("Compare with a run from its folder"));
  remove_->setObjectName("runs.remove");
  remove_->setToolTip(tr("Take the selected run out of the comparison; its folder stays"));
  export_->setObjectName("runs.export");
  export_->setToolTip(tr("Save results and all settings of these runs as CSV"));
  epochs_->setObjectName("runs.epochs");
  epochs_->setAccessibleName(tr("Curves by epoch"));
  epochs_->setEmptyText(tr("Curves by epoch appear here: line = validation, dashes = training."));
  epochs_->setToolTip(
      tr("Line = validation, dashes = training, diamond = best epoch. Wheel zooms, drag a rectangle, "
         "double-click shows all."));
  steps_->setObjectName("runs.steps");
  steps_->setAccessibleName(tr("Curves by step"));
  steps_->setEmptyText(tr("Training loss by step appears here."));
  steps_->setToolTip(tr("Training loss of each batch. Wheel zooms, drag a rectangle, double-click shows all."));
  steps_->setTitles(tr("Step"), {});
  makeTable();
  auto* bar = new QHBoxLayout;
  bar->setSpacing(8);
  for (QWidget* widget : std::initializer_list<QWidget*>{quantity_, log_, all_}) bar->addWidget(widget);
  bar->addStretch(1);
  for (QWidget* widget : std::initializer_list<QWidget*>{add_, remove_, export_}) bar->addWidget(widget);
  auto* split = new QSplitter(Qt::Horizontal, this);
  split->setChildrenCollapsible(false);
  split->setHandleWidth(4);
  split->setStyleSheet(QStringLiteral("QSplitter::handle { background: #14181d; }"));
  for (QWidget* widget : std::initializer_list<QWidget*>{epochs_, steps_, table_}) split->addWidget(widget);
  split->setSizes({3000, 3000, 3200});
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(8, 6, 8, 6);
  column->setSpacing(6);
  column->addLayout(bar);
  column->addWidget(split, 1);

  connect(quantity_, &QComboBox::currentIndexChanged, this, [this] {
    epochs_->resetZoom();
    steps_->resetZoom();
    showCurves();
    showSteps();
  });
  connect(log_, &QCheckBox::toggled, epochs_, &CurvePlot::setLogY);
  connect(log_, &QCheckBox::toggled, steps_, &CurvePlot::setLogY);
  connect(all_, &QPushButton::clicked, epochs_, &CurvePlot::resetZoom);
  connect(all_, &QPushButton::clicked, steps_, &CurvePlot::resetZoom);
  connect(add_, &QPushButton::clicked, this, &RunsPanel::addRunRequested);
  connect(remove_, &QPushButton::clicked, this, &RunsPanel::removeSelected);
  connect(export_, &QPushButton::clicked, this, &RunsPanel::exportRequested);
  connect(&session_, &TrainingSession::runsChanged, this, &RunsPanel::showRuns);
  connect(&session_, &TrainingSession::epochAdded, this, [this](int id) {
    const auto& runs = session_.runs();
    for (std::size_t i = 0; i < runs.size(); ++i)
      if (runs[i].id == id) showRow(static_cast<int>(i), runs[i]);
    showCurves();
  });
  stepsTimer_.setSingleShot(true);
  stepsTimer_.setInterval(CurvePlot::kRefreshMs);
  connect(&stepsTimer_, &QTimer::timeout, this, &RunsPanel::showSteps);
  connect(&session_, &TrainingSession::stepsAdded, this, [this] {
    if (!stepsTimer_.isActive()) stepsTimer_.start();
  });
  showRuns();
}

void RunsPanel::makeTable() {
  table_->setObjectName("runs.table");
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(24);
  table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  table_->setMinimumWidth(180);
  connect(table_, &QTableWidget::itemChanged, this, [this](QTableWidgetItem* item) {
    if (item->column() != 0) return;
    const int id = item->data(Qt::UserRole).toInt();
    if (item->checkState() == Qt::Checked)
      hidden_.remove(id);
    else
      hidden_.insert(id);
    showCurves();
    showSteps();
  });
  connect(table_, &QTableWidget::itemSelectionChanged, this,
          [this] { remove_->setEnabled(!table_->selectedItems().isEmpty()); });
}

RunsPanel::Quantity RunsPanel::quantity() const {
  return static_cast<Quantity>(quantity_->currentIndex());
}

int RunsPanel::colourOf(int run) {
  if (!colours_.contains(run)) {
    std::array<int, kColours.size()> used{};
    for (const TrainingRun& other : session_.runs())
      if (colours_.contains(other.id)) ++used[static_cast<std::size_t>(colours_[other.id])];
    colours_[run] = static_cast<int>(std::min_element(used.begin(), used.end()) - used.begin());
  }
  return colours_[run];
}

void RunsPanel::showRuns() {
  const auto& runs = session_.runs();
  columns_ = runs.empty() ? std::vector<QString>{} : settingsToShow(runs);
  QStringList heads{tr("Run"), tr("State"), tr("Done"), tr("Best loss"), tr("at"), tr("Dice")};
  for (const QString& key : columns_) {
    const RunField* field = findRunField(key);
    heads << (key == QLatin1String("pathologyP") ? QStringLiteral("p") : field->label);
  }
  const QSignalBlocker quiet(table_);
  table_->setColumnCount(static_cast<int>(heads.size()));
  table_->setHorizontalHeaderLabels(heads);
  table_->horizontalHeaderItem(2)->setToolTip(tr("Epochs done, of all"));
  table_->horizontalHeaderItem(3)->setToolTip(tr("Lowest validation total; training total without validation"));
  table_->horizontalHeaderItem(4)->setToolTip(tr("The epoch of the best loss"));
  table_->horizontalHeaderItem(5)->setToolTip(tr("Validation Dice at the best epoch, mean of right and left, 0 to 1"));
  table_->setRowCount(static_cast<int>(runs.size()));
  for (std::size_t i = 0; i < runs.size(); ++i) showRow(static_cast<int>(i), runs[i]);
  table_->resizeColumnsToContents();
  remove_->setEnabled(!table_->selectedItems().isEmpty());
  export_->setEnabled(!runs.empty());
  showCurves();
  showSteps();
}

void RunsPanel::showRow(int row, const TrainingRun& run) {
  const QSignalBlocker quiet(table_);
  const EpochReport* best = run.best();
  const PassFigures* figures = !best ? nullptr : best->validation ? &*best->validation : &best->training;
  const auto dice = figures ? valueOf(*figures, 3) : std::nullopt;
  const QString none = QStringLiteral("–");
  QStringList texts{run.name,
                    stateText(run.state),
                    QStringLiteral("%1/%2").arg(run.epochs.size()).arg(run.config.epochs),
                    figures ? QString::number(figures->total, 'f', 4) : none,
                    best ? QString::number(best->epoch) : none,
                    dice ? QString::number(*dice, 'f', 4) : none};
  for (const QString& key : columns_) texts << findRunField(key)->text(run.config);
  for (int c = 0; c < texts.size(); ++c) {
    auto* item = new QTableWidgetItem(texts[c]);
    if (c >= 2) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    if (!run.failure.isEmpty()) item->setToolTip(run.failure);
    table_->setItem(row, c, item);
  }
  for (int c = 2; c < 6; ++c) table_->resizeColumnToContents(c);  // figures come and grow while a run goes
  QTableWidgetItem* name = table_->item(row, 0);
  name->setData(Qt::UserRole, run.id);
  name->setFlags(name->flags() | Qt::ItemIsUserCheckable);
  name->setCheckState(hidden_.contains(run.id) ? Qt::Unchecked : Qt::Checked);
  const Rgb& rgb = kColours[static_cast<std::size_t>(colourOf(run.id))];
  QPixmap swatch(12, 12);
  swatch.fill(QColor(rgb[0], rgb[1], rgb[2]));
  name->setIcon(QIcon(swatch));
  if (run.failure.isEmpty()) name->setToolTip(QString::fromStdString(run.folder.string()));
}

void RunsPanel::showCurves() {
  std::vector<Curve> curves;
  std::vector<CurveMark> marks;
  const int what = static_cast<int>(quantity());
  for (const TrainingRun& run : session_.runs()) {
    if (hidden_.contains(run.id)) continue;
    const Rgb rgb = kColours[static_cast<std::size_t>(colourOf(run.id))];
    Curve training{tr("%1, training").arg(run.name).toStdString(), rgb, true, 1.2, {}, {}};
    Curve validation{tr("%1, validation").arg(run.name).toStdString(), rgb, false, 1.8, {}, {}};
    for (const EpochReport& report : run.epochs) {
      if (const auto value = valueOf(report.training, what))
        training.x.push_back(report.epoch), training.y.push_back(*value);
      const auto value = report.validation ? valueOf(*report.validation, what) : std::nullopt;
      if (value) validation.x.push_back(report.epoch), validation.y.push_back(*value);
    }
    if (const EpochReport* best = run.best())
      if (const auto value = valueOf(best->validation ? *best->validation : best->training, what))
        marks.push_back({double(best->epoch), *value, rgb});
    curves.push_back(std::move(training));
    curves.push_back(std::move(validation));
  }
  epochs_->setTitles(tr("Epoch"), quantity_->currentText());
  epochs_->setCurves(std::move(curves), std::move(marks));
}

void RunsPanel::showSteps() {
  std::vector<Curve> curves;
  const Quantity what = quantity();
  for (const TrainingRun& run : session_.runs()) {
    if (hidden_.contains(run.id) || what == Quantity::DiceScore) continue;
    Curve curve{run.name.toStdString(), kColours[static_cast<std::size_t>(colourOf(run.id))], false, 1.2, {}, {}};
    curve.x.reserve(run.steps.size());
    curve.y.reserve(run.steps.size());
    for (const StepReport& step : run.steps) {
      curve.x.push_back(static_cast<double>(step.step));
      curve.y.push_back(what == Quantity::Total      ? step.total
                        : what == Quantity::DiceLoss ? step.diceLoss
                                                     : step.crossEntropy);
    }
    curves.push_back(std::move(curve));
  }
  steps_->setTitles(tr("Step"), what == Quantity::DiceScore ? QString() : quantity_->currentText());
  steps_->setEmptyText(what == Quantity::DiceScore ? tr("The Dice score is counted over an epoch, not over a step.")
                                                   : tr("Training loss by step appears here."));
  steps_->setCurves(std::move(curves), {});
}

void RunsPanel::removeSelected() {
  const int row = table_->currentRow();
  if (row >= 0 && table_->item(row, 0)) session_.removeRun(table_->item(row, 0)->data(Qt::UserRole).toInt());
}

}  // namespace pulmo
