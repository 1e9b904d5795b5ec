// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/study_panel.h"

#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QTextEdit>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "models/session/scan_session.h"

namespace pulmo {

namespace {

const QString kDim = QStringLiteral("#8e9aa8"), kWarning = QStringLiteral("#f2c14e");  // the theme's own

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
      facts_(new QTextEdit(this)) {
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
  auto* column = new QVBoxLayout(factsBox);
  column->setContentsMargins(0, 4, 0, 0);
  column->addWidget(facts_);
  facts_->setObjectName("study.facts");
  facts_->setReadOnly(true);
  facts_->setFrameShape(QFrame::NoFrame);
  facts_->setStyleSheet(QStringLiteral("QTextEdit { background: transparent; border: none; }"));
  facts_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  facts_->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);  // identifiers may be long words
  facts_->document()->setDocumentMargin(0);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 0);
  layout->addWidget(series_, 2);
  layout->addWidget(skipped_);
  layout->addWidget(factsBox, 3);

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

void StudyPanel::showFacts() {
  const ScanPtr scan = study_.scan();
  if (!scan) {
    facts_->setPlainText(tr("Nothing open. Open a folder or a file, or drop one here."));
    return;
  }
  const SeriesFacts& f = scan->facts;
  QString html = QStringLiteral("<table width='100%' cellspacing='0' cellpadding='1'>");
  const auto add = [&html](const QString& name, const QString& value) {
    if (!value.isEmpty())
      html += QStringLiteral("<tr><td width='76' style='color: %1'>%2</td><td>%3</td></tr>")
                  .arg(kDim, name.toHtmlEscaped(), value.toHtmlEscaped());
  };
  add(tr("Patient"), text(f.patientName));
  add(tr("Patient ID"), text(f.patientId));
  add(tr("Study"), text(f.studyDescription));
  add(tr("Series"), titleOf(f));
  add(tr("Date"), text(f.date));
  add(tr("Modality"), text(f.modality));
  add(tr("Matrix"), QStringLiteral("%1 × %2 × %3").arg(f.columns).arg(f.rows).arg(f.slices));
  add(tr("Spacing"), spacingOf(f));
  if (f.thicknessMm) add(tr("Thickness"), numberOf(*f.thicknessMm) + QStringLiteral(" mm"));
  add(tr("Orientation"), text(f.orientation));
  if (f.gantryTiltDeg && std::abs(*f.gantryTiltDeg) > 0.05)
    add(tr("Gantry tilt"), numberOf(*f.gantryTiltDeg) + QStringLiteral("°"));
  add(tr("Kernel"), text(f.kernel));
  add(tr("Scanner"), text(f.manufacturer));
  add(tr("Format"),
      f.transferSyntax.empty() ? text(f.format) : text(f.format) + QStringLiteral(", ") + text(f.transferSyntax));
  html += QStringLiteral("</table>");
  QStringList notes;
  for (const std::string& note : scan->notes) notes << text(note);
  for (const std::string& warning : f.warnings) notes << text(warning);
  notes.removeDuplicates();
  for (const QString& note : notes)
    html += QStringLiteral("<p style='color: %1; margin-top: 6px; margin-bottom: 0'>• %2</p>")
                .arg(kWarning, note.toHtmlEscaped());
  facts_->setHtml(html);
}

}  // namespace pulmo
