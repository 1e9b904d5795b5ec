// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/samples_window.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <cmath>

#include "widgets/control/sample_grid.h"

namespace pulmo {

namespace {

SamplePicture pictureOf(const SampleSheet& sheet, std::size_t i) {
  const auto pixels = static_cast<std::size_t>(sheet.size) * static_cast<std::size_t>(sheet.size);
  const auto planes = static_cast<std::size_t>(sheet.neighbours);
  const auto part = [pixels](const auto& values, std::size_t index) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(index * pixels);
    return std::vector(begin, begin + static_cast<std::ptrdiff_t>(pixels));
  };
  return {sheet.size, part(sheet.batch.images, i * planes + planes / 2), part(sheet.batch.labels, i),
          part(sheet.batch.lesions, i)};
}

}  // namespace

SamplesWindow::SamplesWindow(SampleSession& session, QWidget* parent)
    : QDialog(parent),
      session_(session),
      grid_(new SampleGrid(this)),
      outlines_(new QCheckBox(tr("Outlines of the lungs"), this)),
      disease_(new QCheckBox(tr("Disease in colour"), this)),
      others_(new QPushButton(tr("Another epoch"), this)),
      facts_(new QLabel(this)) {
  setObjectName("samples");
  setWindowTitle(tr("Training slices as the network sees them"));
  outlines_->setObjectName("samples.outlines");
  outlines_->setChecked(true);
  outlines_->setToolTip(tr("What the network is taught: right and left lung"));
  disease_->setObjectName("samples.disease");
  disease_->setToolTip(tr("Where disease was drawn in, in the colours of its kinds"));
  others_->setObjectName("samples.others");
  others_->setToolTip(tr("The first slices of the next epoch: other slices, disease and augmentation"));
  facts_->setObjectName("samples.facts");
  facts_->setProperty("role", "dim");
  auto* row = new QHBoxLayout;
  row->setSpacing(14);
  row->addWidget(others_);
  row->addWidget(outlines_);
  row->addWidget(disease_);
  row->addStretch(1);
  row->addWidget(facts_);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(10, 10, 10, 10);
  all->addWidget(grid_, 1);
  all->addLayout(row);
  connect(others_, &QPushButton::clicked, this, [this] {
    ++epoch_;
    request();
  });
  for (QCheckBox* box : {outlines_, disease_}) connect(box, &QCheckBox::toggled, this, &SamplesWindow::showSheet);
  connect(&session_, &SampleSession::changed, this, &SamplesWindow::showSheet);
  showSheet();
}

void SamplesWindow::setSource(const TrainingConfig& config, const std::filesystem::path& store) {
  if (config == config_ && store == store_) return;
  config_ = config;
  store_ = store;
  if (isVisible()) request();
}

void SamplesWindow::showEvent(QShowEvent* event) {
  QDialog::showEvent(event);
  request();
}

void SamplesWindow::request() {
  if (!store_.empty()) session_.make(config_, store_, epoch_, kCount);
  showSheet();
}

void SamplesWindow::showSheet() {
  others_->setEnabled(!store_.empty());
  facts_->clear();
  if (store_.empty()) return grid_->setMessage(tr("Open a dataset in the tab Train first."));
  if (!session_.failure().isEmpty()) return grid_->setMessage(session_.failure());
  const auto& sheet = session_.sheet();
  if (!sheet) return grid_->setMessage(tr("Making training slices …"));
  std::vector<QImage> pictures;
  for (std::size_t i = 0; i < static_cast<std::size_t>(sheet->batch.count); ++i)
    pictures.push_back(imageOf(pictureOf(*sheet, i), outlines_->isChecked(), disease_->isChecked()));
  grid_->setPictures(std::move(pictures), sheet->captions);
  facts_->setText(tr("epoch %1, disease in %2 % of the lung").arg(epoch_).arg(sheet->diseasedShare * 100, 0, 'f', 0));
}

}  // namespace pulmo
