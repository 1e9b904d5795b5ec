// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/aeration_box.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>

#include "pipeline/core/label_set.h"
#include "widgets/control/colour_key.h"
#include "widgets/control/histogram_plot.h"
#include "widgets/scene/aeration_colours.h"

namespace pulmo {

namespace {

constexpr std::array<LungPart, 3> kColumns{LungPart::Right, LungPart::Left, LungPart::Both};
constexpr Pixel kBothColour = pixelOfRgb(150, 158, 168);

Pixel colourOf(LungPart part) {
  if (part == LungPart::Both) return kBothColour;
  const auto& rgb = labelInfo(part == LungPart::Right ? kRightLung : kLeftLung).rgb;
  return pixelOfRgb(rgb[0], rgb[1], rgb[2]);
}

const MeasuredRegion* regionOf(const std::vector<MeasuredRegion>& regions, LungPart part, LungZone zone) {
  const auto found = std::find_if(regions.begin(), regions.end(),
                                  [&](const MeasuredRegion& r) { return r.part == part && r.zone == zone; });
  return found == regions.end() ? nullptr : &*found;
}

}  // namespace

AerationBox::AerationBox(MeasureSession& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      plot_(new HistogramPlot(this)),
      reset_(new QPushButton(tr("Published limits"), this)) {
  plot_->setObjectName("measure.histogram");
  plot_->setAccessibleName(tr("Histogram of the lungs in HU, with the limits of aeration"));
  plot_->setToolTip(
      tr("Drag a line to move a limit. With the keyboard: up and down choose one, left and right move it by 5 HU, with "
         "Shift by 50"));
  reset_->setObjectName("measure.resetLimits");
  reset_->setToolTip(tr("Back to −950, −750, −400 and 0 HU, the limits of Lung CT Analyzer for 3D Slicer"));
  auto* key = makeColourKey({{colourOf(LungPart::Right), tr("right")},
                             {colourOf(LungPart::Left), tr("left")},
                             {colourOf(LungPart::Both), tr("both")}},
                            this);
  auto* grid = new QGridLayout;
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(6);
  grid->setVerticalSpacing(2);
  makeTable(grid);
  grid->setRowMinimumHeight(1, from_[0]->sizeHint().height());  // as tall as the rows with a box
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(plot_);
  column->addWidget(key);
  column->addLayout(grid);
  column->addWidget(reset_);
  connect(plot_, &HistogramPlot::limitsChanged, this, &AerationBox::setLimits);
  connect(reset_, &QPushButton::clicked, this, [this] { setLimits({}); });
  showLimits();
}

void AerationBox::makeTable(QGridLayout* grid) {
  const QStringList headings{tr("Aeration, %"), tr("From, HU"), tr("Right"), tr("Left"), tr("Both")};
  for (int c = 0; c < headings.size(); ++c) {
    auto* heading = new QLabel(headings[c], this);
    heading->setProperty("role", "dim");
    grid->addWidget(heading, 0, c, c < 1 ? Qt::AlignLeft : Qt::AlignRight);
    grid->setColumnStretch(c, c < 1 ? 0 : 1);
  }
  for (std::size_t i = 0; i < kAerationClasses; ++i) {
    const int row = static_cast<int>(i) + 1;
    const AerationColour& look = kAerationColours[i];
    auto* name = makeColourKey({{look.colour, QString::fromUtf8(look.name)}}, this);
    name->setWordWrap(false);
    grid->addWidget(name, row, 0);
    for (std::size_t part = 0; part < kParts; ++part) {
      percent_[i][part] = new QLabel(this);
      grid->addWidget(percent_[i][part], row, static_cast<int>(part) + 2, Qt::AlignRight);
    }
    if (i == 0) continue;
    auto* from = new QSpinBox(this);
    from_[i - 1] = from;
    from->setObjectName(QStringLiteral("measure.limit%1").arg(i));
    from->setAccessibleName(tr("%1 from, HU").arg(QString::fromUtf8(look.name)));
    from->setToolTip(tr("From how many HU on lung counts as %1. Published: %2 HU (Lung CT Analyzer for 3D Slicer)")
                         .arg(QString::fromUtf8(look.name))
                         .arg(AerationLimits().fromHu[i - 1]));
    from->setSingleStep(5);
    from->setAlignment(Qt::AlignRight);
    from->setButtonSymbols(QAbstractSpinBox::NoButtons);
    from->setKeyboardTracking(false);  // a number half typed is no limit
    grid->addWidget(from, row, 1);
    connect(from, &QSpinBox::valueChanged, this, [this, i](int hu) {
      AerationLimits limits = session_.limits();
      limits.fromHu[i - 1] = hu;
      setLimits(limits);
    });
  }
}

void AerationBox::setLimits(const AerationLimits& limits) {
  session_.setLimits(limits);
  showLimits();
}

void AerationBox::showLimits() {
  const AerationLimits& limits = session_.limits();
  plot_->setLimits(limits);
  for (std::size_t i = 0; i < from_.size(); ++i) {
    const QSignalBlocker quiet(from_[i]);
    from_[i]->setRange(i > 0 ? limits.fromHu[i - 1] + 1 : AerationLimits::kLeastHu,
                       i + 1 < from_.size() ? limits.fromHu[i + 1] - 1 : AerationLimits::kMostHu);
    from_[i]->setValue(limits.fromHu[i]);
  }
  reset_->setEnabled(limits != AerationLimits());
}

void AerationBox::showZone(LungZone zone) {
  showLimits();
  std::vector<HistogramPlot::Line> lines;
  std::optional<double> voxelMl;
  for (std::size_t part = 0; part < kParts; ++part) {
    const MeasuredRegion* region = regionOf(session_.regions(), kColumns[part], zone);
    for (std::size_t i = 0; i < kAerationClasses; ++i)
      percent_[i][part]->setText(region ? QString::number(region->density.aerationPercent()[i], 'f', 1)
                                        : QStringLiteral("–"));
    if (!region) continue;
    if (region->density.ml) voxelMl = *region->density.ml / static_cast<double>(region->density.voxels);
    lines.push_back({region->histogram, colourOf(kColumns[part]), kColumns[part] == LungPart::Both});
  }
  std::reverse(lines.begin(), lines.end());  // the filled area below the lines
  plot_->setLines(std::move(lines), voxelMl);
}

}  // namespace pulmo
