// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/segment_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>
#include <vector>

#include "models/session/comparison_session.h"
#include "models/session/mask_session.h"
#include "models/session/volume_session.h"
#include "pipeline/core/label_set.h"
#include "widgets/control/scrolled_column.h"
#include "widgets/control/table_text.h"
#include "widgets/control/wrapped_label.h"
#include "widgets/panel/methods_box.h"

namespace pulmo {

namespace {

/// The rows of the table: there is room for the brief ones.
const std::vector<MetricFigure>& rowFigures() {
  static const std::vector<MetricFigure> rows = [] {
    std::vector<MetricFigure> brief;
    std::copy_if(kMetricFigures.begin(), kMetricFigures.end(), std::back_inserter(brief),
                 [](const MetricFigure& figure) { return figure.brief; });
    return brief;
  }();
  return rows;
}

QString textOf(const std::optional<LungVolumes>& volumes) {
  if (!volumes) return {};
  const struct {
    std::uint8_t label;
    std::uint64_t voxels;
    std::optional<double> ml;
  } rows[] = {{kRightLung, volumes->rightVoxels, volumes->rightMl},
              {kLeftLung, volumes->leftVoxels, volumes->leftMl},
              {kLungUnsided, volumes->unsidedVoxels, volumes->bothMl}};
  QStringList parts;
  for (const auto& row : rows) {
    if (row.voxels == 0) continue;
    const std::string_view label = labelInfo(row.label).name;
    const QString name = QString::fromUtf8(label.data(), static_cast<int>(label.size()));
    parts << (row.ml ? SegmentPanel::tr("%1 %2 ml").arg(name).arg(*row.ml, 0, 'f', 0) : name);
  }
  return parts.join(QStringLiteral(" · "));
}

}  // namespace

SegmentPanel::SegmentPanel(Study& study, MaskSession& masks, MethodsSession& methods, VolumeSession& volumes,
                           ComparisonSession& comparison, QWidget* parent)
    : QWidget(parent),
      study_(study),
      masks_(masks),
      volumes_(volumes),
      comparison_(comparison),
      method_(new QComboBox(this)),
      several_(new MethodsBox(study, masks, methods, this)),
      run_(new QPushButton(tr("Segment"), this)),
      save_(new QPushButton(tr("Save mask …"), this)),
      openReference_(new QPushButton(tr("Open reference mask …"), this)),
      copy_(new QPushButton(tr("Copy table"), this)),
      saveAgreement_(new QPushButton(tr("Save …"), this)),
      prediction_(makeWrappedLabel(this, "dim")),
      notes_(makeWrappedLabel(this, "warning")),
      reference_(makeWrappedLabel(this, "dim")),
      referenceNotes_(makeWrappedLabel(this, "warning")),
      agreementHint_(makeWrappedLabel(this, "dim")),
      agreement_(new QTableWidget(static_cast<int>(rowFigures().size()), 3, this)) {
  QVBoxLayout* column = makeScrolledColumn(this);

  auto* predictionBox = new QGroupBox(tr("Prediction"), this);
  auto* predictionColumn = new QVBoxLayout(predictionBox);
  predictionColumn->setContentsMargins(0, 6, 0, 0);
  method_->setObjectName("segment.method");
  method_->setToolTip(tr("How the lungs are found"));
  listMethods();
  run_->setObjectName("segment.run");
  run_->setProperty("primary", true);
  run_->setToolTip(tr("Find the lungs on the open scan (F5)"));
  save_->setObjectName("segment.save");
  save_->setToolTip(tr("Save the mask, as edited, on exactly the scan's grid (Ctrl+S)"));
  predictionColumn->addWidget(method_);
  predictionColumn->addWidget(run_);
  predictionColumn->addWidget(prediction_);
  predictionColumn->addWidget(notes_);
  predictionColumn->addWidget(save_);

  auto* referenceBox = new QGroupBox(tr("Reference"), this);
  auto* referenceColumn = new QVBoxLayout(referenceBox);
  referenceColumn->setContentsMargins(0, 6, 0, 0);
  openReference_->setObjectName("segment.openReference");
  openReference_->setToolTip(tr("Load an expert's mask to compare with (Ctrl+M)"));
  referenceColumn->addWidget(reference_);
  referenceColumn->addWidget(referenceNotes_);
  referenceColumn->addWidget(openReference_);

  auto* agreementBox = new QGroupBox(tr("Agreement"), this);
  auto* agreementColumn = new QVBoxLayout(agreementBox);
  agreementColumn->setContentsMargins(0, 6, 0, 0);
  agreement_->setObjectName("segment.agreement");
  agreement_->setHorizontalHeaderLabels({tr("Right"), tr("Left"), tr("Both")});
  QStringList names;
  for (const MetricFigure& figure : rowFigures()) names << tr(figure.name);
  agreement_->setVerticalHeaderLabels(names);
  for (int i = 0; i < agreement_->rowCount(); ++i)
    agreement_->verticalHeaderItem(i)->setToolTip(tr(rowFigures()[static_cast<std::size_t>(i)].meaning));
  agreement_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  agreement_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  agreement_->verticalHeader()->setDefaultSectionSize(24);
  agreement_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  agreement_->setSelectionMode(QAbstractItemView::NoSelection);
  agreement_->setFocusPolicy(Qt::NoFocus);
  agreement_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  agreement_->setFixedHeight(24 * agreement_->rowCount() + 30);
  copy_->setToolTip(tr("Copy as text that a spreadsheet takes"));
  agreementColumn->addWidget(agreementHint_);
  agreementColumn->addWidget(agreement_);
  saveAgreement_->setObjectName("segment.saveAgreement");
  saveAgreement_->setToolTip(tr("Save the table, with all figures, as CSV or JSON"));
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(copy_);
  buttons->addWidget(saveAgreement_);
  agreementColumn->addLayout(buttons);

  column->addWidget(predictionBox);
  column->addWidget(several_);
  column->addWidget(referenceBox);
  column->addWidget(agreementBox);
  column->addStretch(1);

  connect(&masks_, &MaskSession::segmentersChanged, this, &SegmentPanel::listMethods);
  connect(run_, &QPushButton::clicked, this, &SegmentPanel::segmentRequested);
  connect(save_, &QPushButton::clicked, this, &SegmentPanel::saveMaskRequested);
  connect(openReference_, &QPushButton::clicked, this, &SegmentPanel::openReferenceRequested);
  connect(copy_, &QPushButton::clicked, this, &SegmentPanel::copyMetrics);
  connect(saveAgreement_, &QPushButton::clicked, this, &SegmentPanel::saveAgreementRequested);
  connect(&study_, &Study::scanChanged, this, &SegmentPanel::showMasks);
  connect(&study_, &Study::referenceChanged, this, &SegmentPanel::showMasks);
  connect(&study_, &Study::predictionChanged, this, &SegmentPanel::showMasks);
  connect(&study_, &Study::editedChanged, this, &SegmentPanel::showMasks);
  connect(&masks_, &MaskSession::segmented, this, [this] {
    made_ = study_.prediction().labels;
    showMasks();
  });
  connect(&volumes_, &VolumeSession::volumesChanged, this, &SegmentPanel::showMasks);
  connect(&comparison_, &ComparisonSession::metricsChanged, this, &SegmentPanel::showMetrics);
  showMasks();
  showMetrics();
}

void SegmentPanel::listMethods() {
  const int chosen = std::max(0, method_->currentIndex());
  method_->clear();
  for (const auto& segmenter : masks_.segmenters()) method_->addItem(QString::fromStdString(segmenter->name()));
  method_->setCurrentIndex(chosen);
}

int SegmentPanel::method() const {
  return method_->currentIndex();
}

void SegmentPanel::showMasks() {
  const bool open = study_.scan() != nullptr;
  const NamedMask& result = study_.result();
  const NamedMask& reference = study_.reference();
  if (made_ != study_.prediction().labels) made_.reset();
  run_->setEnabled(open);
  openReference_->setEnabled(open);
  save_->setVisible(result.labels != nullptr);
  prediction_->setVisible(result.labels != nullptr);
  if (result.labels) {
    const QString from =
        result.labels == made_ ? tr("%1, %2 s").arg(result.origin).arg(masks_.seconds(), 0, 'f', 1) : result.origin;
    prediction_->setText(from + '\n' + textOf(volumes_.result()));
  }
  notes_->setText(result.notes.join('\n'));
  notes_->setVisible(!result.notes.isEmpty());
  reference_->setText(reference.labels ? tr("%1\n%2").arg(reference.origin, textOf(volumes_.reference()))
                                       : tr("None. An expert's mask of this scan can be opened and compared."));
  referenceNotes_->setText(reference.notes.join('\n'));
  referenceNotes_->setVisible(!reference.notes.isEmpty());
  showMetrics();
}

void SegmentPanel::showMetrics() {
  const auto& metrics = comparison_.metrics();
  const bool both = study_.reference().labels && study_.result().labels;
  agreement_->setVisible(metrics.has_value());
  copy_->setVisible(metrics.has_value());
  saveAgreement_->setVisible(metrics.has_value());
  agreementHint_->setVisible(!metrics || !metrics->right);
  if (!metrics) {
    agreementHint_->setText(!both                     ? tr("Appears when there are a prediction and a reference.")
                            : comparison_.computing() ? tr("Being computed …")
                                                      : tr("Not computed. Open the reference again to start it."));
    return;
  }
  if (!metrics->right)
    agreementHint_->setText(tr("The reference does not tell right from left: figures for both lungs."));
  const std::optional<LabelMetrics> columns[] = {metrics->right, metrics->left, metrics->both};
  for (int row = 0; row < agreement_->rowCount(); ++row) {
    const MetricFigure& figure = rowFigures()[static_cast<std::size_t>(row)];
    for (int c = 0; c < 3; ++c) {
      const auto value = columns[c] ? (*columns[c]).*(figure.value) : std::optional<double>();
      auto* item = new QTableWidgetItem(value ? QString::number(*value, 'f', figure.decimals) : QStringLiteral("–"));
      item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      agreement_->setItem(row, c, item);
    }
  }
}

void SegmentPanel::copyMetrics() const {
  QApplication::clipboard()->setText(tableText(*agreement_, {}));
}

}  // namespace pulmo
