// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/measure_panel.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "models/session/measure_session.h"
#include "widgets/control/scrolled_column.h"
#include "widgets/control/table_text.h"
#include "widgets/panel/aeration_box.h"
#include "widgets/panel/texture_box.h"

namespace pulmo {

namespace {

constexpr int kRowHeight = 22;
constexpr std::array<LungPart, 3> kColumns{LungPart::Right, LungPart::Left, LungPart::Both};

/// With a minus that is as long as a plus; four digits are all there is room for, and all that a scan can tell.
QString numberOf(const std::optional<double>& value, int decimals) {
  if (!value) return QStringLiteral("–");
  return QString::number(*value, 'f', std::abs(*value) >= 100 ? 0 : decimals).replace('-', QChar(0x2212));
}

QTableWidget* makeTable(QWidget* parent) {
  const auto figures = densityFigures();
  auto* table = new QTableWidget(static_cast<int>(figures.size()), static_cast<int>(kColumns.size()), parent);
  table->setObjectName("measure.table");
  table->setHorizontalHeaderLabels({MeasurePanel::tr("Right"), MeasurePanel::tr("Left"), MeasurePanel::tr("Both")});
  QStringList names;
  for (const DensityFigure& figure : figures) names << MeasurePanel::tr(figure.name).replace('-', QChar(0x2212));
  table->setVerticalHeaderLabels(names);
  table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table->setSelectionMode(QAbstractItemView::NoSelection);
  table->setFocusPolicy(Qt::NoFocus);
  table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  table->setFixedHeight(kRowHeight * table->rowCount() + 30);
  return table;
}

}  // namespace

MeasurePanel::MeasurePanel(Study& study, MeasureSession& session, TextureSession& textures, QWidget* parent)
    : QWidget(parent),
      study_(study),
      session_(session),
      hint_(new QLabel(this)),
      figures_(new QWidget(this)),
      zone_(new QComboBox(this)),
      table_(makeTable(this)),
      box_(new AerationBox(session, this)),
      texture_(new TextureBox(textures, this)),
      aeration_(new QCheckBox(tr("Colour the slices by aeration"), this)) {
  QVBoxLayout* column = makeScrolledColumn(this);
  hint_->setObjectName("measure.hint");
  hint_->setWordWrap(true);
  hint_->setProperty("role", "dim");
  zone_->setObjectName("measure.zone");
  zone_->setToolTip(tr("Which part of each lung: thirds of its own height, halves of its own depth"));
  zone_->addItems({tr("Whole lungs"), tr("Upper thirds"), tr("Middle thirds"), tr("Lower thirds"), tr("Ventral halves"),
                   tr("Dorsal halves")});  // in the order of LungZone
  auto* copy = new QPushButton(tr("Copy table"), figures_);
  copy->setObjectName("measure.copy");
  copy->setToolTip(tr("Copy what is shown as text that a spreadsheet takes"));
  auto* save = new QPushButton(tr("Save all …"), figures_);
  save->setObjectName("measure.save");
  save->setToolTip(tr("Save the figures of both lungs and all zones as CSV or JSON"));
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(copy);
  buttons->addWidget(save);
  auto* all = new QVBoxLayout(figures_);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(zone_);
  all->addWidget(box_);
  all->addWidget(aeration_);
  all->addSpacing(8);
  all->addWidget(table_);
  all->addLayout(buttons);
  all->addSpacing(8);
  all->addWidget(texture_);
  aeration_->setObjectName("measure.aeration");
  aeration_->setToolTip(tr("Lay the classes' colours over the lung in the slices; they follow when the limits rest"));
  column->addWidget(hint_);
  column->addWidget(figures_);
  column->addStretch(1);

  connect(zone_, &QComboBox::currentIndexChanged, this, &MeasurePanel::showRegions);
  connect(copy, &QPushButton::clicked, this, &MeasurePanel::copyTable);
  connect(save, &QPushButton::clicked, this, &MeasurePanel::saveRequested);
  connect(texture_, &TextureBox::saveRequested, this, &MeasurePanel::saveTextureRequested);
  connect(aeration_, &QCheckBox::toggled, this, &MeasurePanel::aerationColoursChanged);
  connect(&session_, &MeasureSession::regionsChanged, this, &MeasurePanel::showRegions);
  connect(&study_, &Study::scanChanged, this, &MeasurePanel::showRegions);
  showRegions();
}

bool MeasurePanel::aerationColours() const {
  return aeration_->isChecked();
}

void MeasurePanel::setAerationColours(bool on) {
  aeration_->setChecked(on);
}

void MeasurePanel::showEvent(QShowEvent*) {
  session_.setWanted(true);
}

void MeasurePanel::hideEvent(QHideEvent*) {
  session_.setWanted(false);
}

void MeasurePanel::showRegions() {
  const NamedMask& mask = session_.mask();
  const auto& regions = session_.regions();
  figures_->setVisible(!regions.empty());
  aeration_->setEnabled(mask.labels != nullptr);
  if (!study_.scan())
    hint_->setText(tr("Open a scan: the density of its lungs is measured here."));
  else if (!mask.labels)
    hint_->setText(tr("No mask yet. Press F5 to find the lungs, or open a mask with Ctrl+M."));
  else if (regions.empty())
    hint_->setText(session_.job().busy() ? tr("Measuring …") : tr("The mask holds no lung that could be measured."));
  else
    hint_->setText(tr("Inside the mask: %1").arg(mask.origin));
  box_->showZone(static_cast<LungZone>(zone_->currentIndex()));
  const auto figures = densityFigures();
  for (int c = 0; c < table_->columnCount(); ++c) {
    const auto zone = static_cast<LungZone>(zone_->currentIndex());
    const auto region = std::find_if(regions.begin(), regions.end(), [&](const MeasuredRegion& r) {
      return r.part == kColumns[static_cast<std::size_t>(c)] && r.zone == zone;
    });
    for (int row = 0; row < table_->rowCount(); ++row) {
      const DensityFigure& figure = figures[static_cast<std::size_t>(row)];
      const auto value = region == regions.end() ? std::nullopt : figure.value(region->density);
      auto* item = new QTableWidgetItem(numberOf(value, figure.decimals));
      item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      table_->setItem(row, c, item);
    }
  }
}

void MeasurePanel::copyTable() const {
  QApplication::clipboard()->setText(tableText(*table_, zone_->currentText()));
}

}  // namespace pulmo
