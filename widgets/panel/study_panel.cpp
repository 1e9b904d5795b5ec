// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/study_panel.h"

#include <QFormLayout>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "models/session/scan_session.h"

namespace pulmo {

namespace {

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

QString numberOf(double value) {
  return QString::number(value, 'g', 4);
}

QString spacingOf(const SeriesFacts& f) {
  if (f.pixelSpacingMm[0] <= 0) return StudyPanel::tr("not given");
  QString spacing = QStringLiteral("%1 × %2").arg(numberOf(f.pixelSpacingMm[0]), numberOf(f.pixelSpacingMm[1]));
  if (f.sliceSpacingMm) spacing += QStringLiteral(" × ") + numberOf(*f.sliceSpacingMm);
  return spacing + QStringLiteral(" mm");
}

QString titleOf(const SeriesFacts& f) {
  return f.description.empty() ? StudyPanel::tr("(no description)") : text(f.description);
}

}  // namespace

StudyPanel::StudyPanel(Study& study, ScanSession& session, QWidget* parent)
    : QWidget(parent),
      study_(study),
      session_(session),
      series_(new QTreeWidget(this)),
      skipped_(new QLabel(this)),
      facts_(nullptr),
      notes_(new QLabel(this)) {
  series_->setObjectName("study.series");
  series_->setHeaderLabels({tr("Series"), tr("Slices")});
  series_->setRootIsDecorated(false);
  series_->setUniformRowHeights(true);
  series_->header()->setStretchLastSection(false);
  series_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  series_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  series_->setToolTip(tr("Double-click or Enter opens another series"));
  connect(series_, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
    const auto index = static_cast<std::size_t>(item->data(0, Qt::UserRole).toInt());
    if (session_.current() != index) session_.openSeries(index);
  });
  skipped_->setProperty("role", "dim");
  skipped_->setWordWrap(true);

  auto* factsBox = new QGroupBox(tr("Scan"), this);
  facts_ = new QFormLayout(factsBox);
  facts_->setContentsMargins(0, 4, 0, 0);
  facts_->setVerticalSpacing(3);
  facts_->setLabelAlignment(Qt::AlignLeft);
  notes_->setObjectName("study.notes");
  notes_->setWordWrap(true);
  notes_->setProperty("role", "warning");
  notes_->setTextInteractionFlags(Qt::TextSelectableByMouse);

  auto* content = new QWidget;
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(8, 8, 8, 8);
  column->addWidget(factsBox);
  column->addWidget(notes_);
  column->addStretch(1);
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setWidget(content);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 0);
  layout->addWidget(series_, 2);
  layout->addWidget(skipped_);
  layout->addWidget(scroll, 3);

  connect(&session_, &ScanSession::searchChanged, this, &StudyPanel::showSeries);
  connect(&study_, &Study::scanChanged, this, &StudyPanel::showFacts);
  showSeries();
  showFacts();
}

void StudyPanel::showSeries() {
  series_->clear();
  const ScanSearch& search = session_.search();
  for (std::size_t i = 0; i < search.series.size(); ++i) {
    const SeriesFacts& f = search.series[i].facts;
    auto* item = new QTreeWidgetItem(series_, {titleOf(f), QString::number(f.slices)});
    item->setData(0, Qt::UserRole, static_cast<int>(i));
    QStringList tip{titleOf(f), spacingOf(f), text(f.orientation), text(f.uid)};
    for (const std::string& warning : f.warnings) tip << text(warning);
    if (!f.refusal.empty()) {
      item->setFlags(Qt::NoItemFlags);
      tip << tr("Cannot be opened: %1").arg(text(f.refusal));
    }
    for (int column = 0; column < 2; ++column) item->setToolTip(column, tip.join('\n'));
    if (session_.current() == i) {
      QFont bold = item->font(0);
      bold.setBold(true);
      item->setFont(0, bold);
      series_->setCurrentItem(item);
    }
  }
  const auto skipped = static_cast<int>(search.skipped.size());
  QStringList reasons;
  for (const SkippedFile& file : search.skipped) {
    reasons << text(file.path) + QStringLiteral(": ") + text(file.reason);
    if (reasons.size() == 20) break;  // a tool tip, not a log
  }
  skipped_->setVisible(skipped > 0);
  skipped_->setText(skipped == 1 ? tr("1 file is no scan or could not be read")
                                 : tr("%1 files are no scans or could not be read").arg(skipped));
  skipped_->setToolTip(reasons.join('\n'));
}

void StudyPanel::addFact(const QString& name, const QString& value) {
  if (value.isEmpty()) return;
  auto* label = new QLabel(name);
  label->setProperty("role", "dim");
  auto* content = new QLabel(value);
  content->setWordWrap(true);
  content->setTextInteractionFlags(Qt::TextSelectableByMouse);
  facts_->addRow(label, content);
}

void StudyPanel::showFacts() {
  while (facts_->rowCount() > 0) facts_->removeRow(0);
  notes_->clear();
  notes_->hide();
  const ScanPtr scan = study_.scan();
  if (!scan) {
    addFact(tr("Nothing open"), tr("Open a folder or a file, or drop one here."));
    return;
  }
  const SeriesFacts& f = scan->facts;
  addFact(tr("Patient"), text(f.patientName));
  addFact(tr("Patient ID"), text(f.patientId));
  addFact(tr("Study"), text(f.studyDescription));
  addFact(tr("Series"), titleOf(f));
  addFact(tr("Date"), text(f.date));
  addFact(tr("Modality"), text(f.modality));
  addFact(tr("Matrix"), QStringLiteral("%1 × %2 × %3").arg(f.columns).arg(f.rows).arg(f.slices));
  addFact(tr("Spacing"), spacingOf(f));
  if (f.thicknessMm) addFact(tr("Thickness"), numberOf(*f.thicknessMm) + QStringLiteral(" mm"));
  addFact(tr("Orientation"), text(f.orientation));
  if (f.gantryTiltDeg && std::abs(*f.gantryTiltDeg) > 0.05)
    addFact(tr("Gantry tilt"), numberOf(*f.gantryTiltDeg) + QStringLiteral("°"));
  addFact(tr("Kernel"), text(f.kernel));
  addFact(tr("Scanner"), text(f.manufacturer));
  addFact(tr("Format"),
          f.transferSyntax.empty() ? text(f.format) : text(f.format) + QStringLiteral(", ") + text(f.transferSyntax));
  QStringList notes;
  for (const std::string& note : scan->notes) notes << QStringLiteral("• ") + text(note);
  for (const std::string& warning : f.warnings) notes << QStringLiteral("• ") + text(warning);
  notes.removeDuplicates();
  notes_->setText(notes.join('\n'));
  notes_->setVisible(!notes.isEmpty());
}

}  // namespace pulmo
