// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/texture_box.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>

#include "models/session/texture_session.h"
#include "widgets/control/wrapped_label.h"

namespace pulmo {

namespace {

constexpr int kRowHeight = 22;
constexpr std::array<TexturePart, 4> kColumns{TexturePart::Right, TexturePart::Left, TexturePart::Both,
                                              TexturePart::Sphere};

/// With a minus that is as long as a plus; as many digits as there is room for.
QString numberOf(const std::optional<double>& value, int decimals) {
  if (!value) return QStringLiteral("–");
  return QString::number(*value, 'f', std::abs(*value) >= 100 ? 0 : decimals).replace('-', QChar(0x2212));
}

QTableWidget* makeTable(QWidget* parent) {
  const auto figures = textureFigures();
  auto* table = new QTableWidget(static_cast<int>(figures.size()), static_cast<int>(kColumns.size()), parent);
  table->setObjectName("measure.textureTable");
  table->setHorizontalHeaderLabels(
      {TextureBox::tr("Right"), TextureBox::tr("Left"), TextureBox::tr("Both"), TextureBox::tr("Sphere")});
  QStringList names;
  for (const TextureFigure& figure : figures) names << TextureBox::tr(figure.name);
  table->setVerticalHeaderLabels(names);
  table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  table->horizontalHeader()->setMinimumSectionSize(36);
  table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table->setSelectionMode(QAbstractItemView::NoSelection);
  table->setFocusPolicy(Qt::NoFocus);
  table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  table->horizontalHeader()->setStyleSheet("QHeaderView::section { padding: 2px; }");  // five words side by side
  table->setFixedHeight(kRowHeight * table->rowCount() + 36);
  table->setToolTip(
      TextureBox::tr("Mean to P90: of the HU as they are; P10: a tenth of the voxels lies below. Levels: 48 of 25 HU "
                     "from −1000 HU, what "
                     "lies beyond in the first or the last. Contrast to pair entropy: of the levels of neighbours one "
                     "voxel apart in 13 "
                     "directions. All of them depend on voxel size and kernel"));
  return table;
}

}  // namespace

TextureBox::TextureBox(TextureSession& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      head_(new QToolButton(this)),
      body_(new QWidget(this)),
      radius_(new QDoubleSpinBox(this)),
      table_(makeTable(this)),
      save_(new QPushButton(tr("Save texture …"), this)),
      hint_(makeWrappedLabel(this, "dim")) {
  head_->setObjectName("measure.texture");
  head_->setText(tr("Texture"));
  head_->setToolTip(tr("Show or hide the texture of the lungs and of a sphere around the cursor"));
  head_->setCheckable(true);
  head_->setArrowType(Qt::RightArrow);
  head_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  head_->setAutoRaise(true);
  radius_->setObjectName("measure.sphereRadius");
  radius_->setRange(TextureSession::kLeastMm, TextureSession::kMostMm);
  radius_->setDecimals(0);
  radius_->setSuffix(tr(" mm"));
  radius_->setValue(session_.radiusMm());
  radius_->setToolTip(
      tr("Radius of the sphere around the cursor, in mm: what lies in it within the lungs is measured"));
  save_->setObjectName("measure.saveTexture");
  save_->setToolTip(tr("Save the texture of the lungs and of the sphere as CSV or JSON"));
  hint_->setObjectName("measure.textureHint");
  auto* name = new QLabel(tr("Sphere at the cursor, radius"), body_);
  name->setBuddy(radius_);
  auto* line = new QHBoxLayout;
  line->addWidget(name);
  line->addStretch(1);
  line->addWidget(radius_);
  auto* inside = new QVBoxLayout(body_);
  inside->setContentsMargins(0, 0, 0, 0);
  inside->addLayout(line);
  inside->addWidget(hint_);
  inside->addWidget(table_);
  inside->addWidget(save_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(head_);
  column->addWidget(body_);
  connect(head_, &QToolButton::toggled, this, &TextureBox::openChanged);
  connect(radius_, &QDoubleSpinBox::valueChanged, &session_, &TextureSession::setRadiusMm);
  connect(save_, &QPushButton::clicked, this, &TextureBox::saveRequested);
  connect(&session_, &TextureSession::texturesChanged, this, &TextureBox::showTextures);
  openChanged();
}

void TextureBox::openChanged() {
  head_->setArrowType(head_->isChecked() ? Qt::DownArrow : Qt::RightArrow);
  body_->setVisible(head_->isChecked());
  session_.setWanted(head_->isChecked() && isVisible());
  showTextures();
}

void TextureBox::showEvent(QShowEvent*) {
  session_.setWanted(head_->isChecked());
}

void TextureBox::hideEvent(QHideEvent*) {
  session_.setWanted(false);
}

void TextureBox::showTextures() {
  if (!head_->isChecked()) return;
  const std::vector<MeasuredTexture> textures = session_.textures();
  const auto textureOf = [&](TexturePart part) -> const Texture* {
    const auto found =
        std::find_if(textures.begin(), textures.end(), [&](const MeasuredTexture& t) { return t.part == part; });
    return found == textures.end() ? nullptr : &found->texture;
  };
  QString hint;
  if (textures.empty() && session_.lungJob().busy())
    hint = tr("Measuring …");
  else if (!textures.empty() && !textureOf(TexturePart::Sphere))
    hint = tr("No lung lies within the sphere: put the cursor into a lung.");
  hint_->setText(hint);
  hint_->setVisible(!hint.isEmpty());
  save_->setEnabled(!textures.empty());
  const auto figures = textureFigures();
  for (int column = 0; column < table_->columnCount(); ++column) {
    const Texture* texture = textureOf(kColumns[static_cast<std::size_t>(column)]);
    for (int row = 0; row < table_->rowCount(); ++row) {
      const TextureFigure& figure = figures[static_cast<std::size_t>(row)];
      auto* item = new QTableWidgetItem(numberOf(texture ? figure.value(*texture) : std::nullopt, figure.decimals));
      item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      table_->setItem(row, column, item);
    }
  }
}

}  // namespace pulmo
