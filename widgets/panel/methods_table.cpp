// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/methods_table.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <array>
#include <functional>
#include <vector>

#include "models/session/methods_session.h"
#include "widgets/control/table_text.h"

namespace pulmo {

namespace {

constexpr int kRowHeight = 24, kMostRows = 8;

struct Part {
  const char* name;
  std::optional<double> LungVolumes::*ml;
  std::function<std::optional<LabelMetrics>(const Metrics&)> metrics;
};

/// Both lungs first: a small window shows these, the sides are scrolled to.
const std::array<Part, 3>& parts() {
  static const std::array<Part, 3> kParts{
      {{QT_TR_NOOP("both"), &LungVolumes::bothMl, [](const Metrics& m) { return std::optional(m.both); }},
       {QT_TR_NOOP("right"), &LungVolumes::rightMl, [](const Metrics& m) { return m.right; }},
       {QT_TR_NOOP("left"), &LungVolumes::leftMl, [](const Metrics& m) { return m.left; }}}};
  return kParts;
}

struct Column {
  const char* name;
  const char* meaning;
  int decimals;
  std::function<std::optional<double>(const LabelMetrics&)> value;  ///< none: the volume
};

const std::array<Column, 6>& columns() {
  static const std::array<Column, 6> kColumns{{
      {QT_TR_NOOP("Dice"), QT_TR_NOOP("Overlap: 2 |A∩B| / (|A|+|B|), 0 to 1"), 4,
       [](const LabelMetrics& m) { return m.dice; }},
      {QT_TR_NOOP("HD95, mm"), QT_TR_NOOP("95th percentile of the surface distances"), 2,
       [](const LabelMetrics& m) { return m.hd95Mm; }},
      {QT_TR_NOOP("ASSD, mm"), QT_TR_NOOP("Mean surface distance, both directions"), 2,
       [](const LabelMetrics& m) { return m.assdMm; }},
      {QT_TR_NOOP("Over, %"), QT_TR_NOOP("Voxels of the mask outside the reference, in percent of the reference"), 2,
       overPercent},
      {QT_TR_NOOP("Under, %"), QT_TR_NOOP("Voxels of the reference outside the mask, in percent of the reference"), 2,
       underPercent},
      {QT_TR_NOOP("ml"), QT_TR_NOOP("Volume of the mask"), 0, {}},
  }};
  return kColumns;
}

QString numberOf(const std::optional<double>& value, int decimals) {
  return value ? QString::number(*value, 'f', decimals) : QStringLiteral("–");
}

}  // namespace

MethodsTable::MethodsTable(MethodsSession& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      against_(new QLabel(this)),
      copy_(new QPushButton(tr("Copy"), this)),
      save_(new QPushButton(tr("Save …"), this)),
      back_(new QPushButton(tr("Back"), this)),
      table_(new QTableWidget(0, 1 + static_cast<int>(parts().size() * columns().size()), this)) {
  against_->setObjectName("methods.against");
  against_->setProperty("role", "dim");
  against_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // cut where there is no room
  copy_->setObjectName("methods.copy");
  copy_->setToolTip(tr("Copy the table as text that a spreadsheet takes"));
  save_->setObjectName("methods.save");
  save_->setToolTip(tr("Save the table, with all figures, as CSV or JSON"));
  back_->setObjectName("methods.back");
  back_->setToolTip(tr("Native, mask, prediction and 3-D lungs again; what is here stays"));
  table_->setObjectName("methods.table");
  table_->setAccessibleName(tr("Methods compared"));
  QStringList heads{tr("s")};
  for (const Part& part : parts())
    for (const Column& column : columns()) heads << tr(column.name) + '\n' + tr(part.name);
  table_->setHorizontalHeaderLabels(heads);
  table_->horizontalHeaderItem(0)->setToolTip(tr("Seconds that the method took"));
  for (int c = 1; c < table_->columnCount(); ++c)
    table_->horizontalHeaderItem(c)->setToolTip(
        tr(columns()[static_cast<std::size_t>(c - 1) % columns().size()].meaning));
  table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Fixed);  // what is told of a method without a mask
  table_->setColumnWidth(0, 52);                                            // runs over all columns
  table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table_->setSizeAdjustPolicy(QAbstractScrollArea::AdjustToContents);
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setAlternatingRowColors(true);
  auto* bar = new QHBoxLayout;
  bar->addWidget(against_, 1);
  for (QPushButton* button : {copy_, save_, back_}) bar->addWidget(button);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(6, 4, 6, 6);
  column->setSpacing(4);
  column->addLayout(bar);
  column->addWidget(table_);
  const auto use = [this](int row) { session_.use(static_cast<std::size_t>(row)); };
  connect(table_, &QTableWidget::cellClicked, this, use);
  connect(table_, &QTableWidget::cellActivated, this, use);  // by Enter
  connect(table_->verticalHeader(), &QHeaderView::sectionClicked, this, use);
  connect(copy_, &QPushButton::clicked, this,
          [this] { QApplication::clipboard()->setText(tableText(*table_, tr("Method"))); });
  connect(save_, &QPushButton::clicked, this, &MethodsTable::saveRequested);
  connect(back_, &QPushButton::clicked, this, &MethodsTable::backRequested);
  connect(&session_, &MethodsSession::runsChanged, this, &MethodsTable::showRuns);
  connect(&session_, &MethodsSession::metricsChanged, this, &MethodsTable::showRuns);
  connect(&session_.compareJob(), &LatestJob::ended, this, &MethodsTable::showRuns);
  showRuns();
}

void MethodsTable::showRuns() {
  const auto& runs = session_.runs();
  const int rows = static_cast<int>(runs.size());
  table_->clearSpans();
  table_->setRowCount(rows);
  bool sides = false;
  for (const MethodRun& run : runs) sides |= run.metrics && run.metrics->right;
  for (int row = 0; row < rows; ++row) showRow(row);
  // Without a reference that tells the sides there are their volumes alone, which stand in the tab.
  for (int c = 1 + static_cast<int>(columns().size()); c < table_->columnCount(); ++c)
    table_->setColumnHidden(c, !sides);
  const NamedMask& baseline = session_.baseline();
  const QString use = tr("A click on a row makes its mask the prediction.");
  againstText_ = !baseline.labels ? use
                 : session_.againstReference()
                     ? tr("Against %1, the reference. %2").arg(baseline.origin, use)
                     : tr("Against %1, the mask shown: no reference is open. %2").arg(baseline.origin, use);
  fit();
}

void MethodsTable::fit() {
  int room = width() - 36;
  for (const QPushButton* button : {copy_, save_, back_}) room -= button->sizeHint().width() + 6;
  against_->setText(against_->fontMetrics().elidedText(againstText_, Qt::ElideRight, room));
  against_->setToolTip(againstText_);
  const auto heightOf = [this](int rows) {
    const bool scrolls = table_->horizontalHeader()->length() + table_->verticalHeader()->width() > table_->width() - 2;
    return table_->horizontalHeader()->sizeHint().height() + kRowHeight * rows + (scrolls ? 14 : 0) + 4;
  };
  table_->setMinimumHeight(heightOf(std::min(2, table_->rowCount())));
  table_->setMaximumHeight(heightOf(std::min(table_->rowCount(), kMostRows)));
}

void MethodsTable::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  fit();
}

void MethodsTable::setCell(int row, int column, const QString& text) {
  auto* item = new QTableWidgetItem(text);
  item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
  table_->setItem(row, column, item);
}

void MethodsTable::showRow(int row) {
  const auto index = static_cast<std::size_t>(row);
  const MethodRun& run = session_.runs()[index];
  auto* name = new QTableWidgetItem(session_.inUse(index) ? QStringLiteral("▶ ") + run.name : run.name);
  if (session_.inUse(index)) name->setToolTip(tr("The prediction"));
  table_->setVerticalHeaderItem(row, name);
  using State = MethodRun::State;
  if (run.state != State::Done) {
    const QString text = run.state == State::Failed    ? run.problem
                         : run.state == State::Stopped ? tr("Stopped")
                         : run.state == State::Running ? tr("Running …")
                                                       : tr("Waiting");
    for (int c = 0; c < table_->columnCount(); ++c) setCell(row, c, {});
    table_->item(row, 0)->setText(text);
    table_->item(row, 0)->setToolTip(text);
    table_->item(row, 0)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table_->setSpan(row, 0, 1, table_->columnCount());
    return;
  }
  setCell(row, 0, QString::number(run.seconds, 'f', 1));
  int c = 1;
  for (const Part& part : parts()) {
    const auto metrics = run.metrics ? part.metrics(*run.metrics) : std::nullopt;
    for (const Column& column : columns()) {
      const auto value = column.value ? (metrics ? column.value(*metrics) : std::nullopt)
                                      : (run.volumes ? (*run.volumes).*(part.ml) : std::nullopt);
      setCell(row, c++,
              column.value && !metrics && session_.compareJob().busy() ? QStringLiteral("…")
                                                                       : numberOf(value, column.decimals));
    }
  }
}

}  // namespace pulmo
