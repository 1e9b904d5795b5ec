// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/report_work.h"

#include <QAction>
#include <QDir>
#include <QFileInfo>
#include <QMenu>
#include <QSettings>
#include <algorithm>

#include "pipeline/learn/file_segmenter.h"
#include "widgets/control/status_strip.h"
#include "widgets/report/report_maker.h"
#include "widgets/report/report_pdf.h"
#include "widgets/scene/movie_file.h"
#include "widgets/scene/turning_lungs.h"

namespace pulmo {

namespace {

QString inLastFolder(const char* name) {
  return QDir(QSettings().value("lastFolder").toString()).filePath(QLatin1String(name));
}

}  // namespace

ReportWork::ReportWork(Study& study, const MaskSession& masks, const SurfaceSession& surfaces, const EditSession& edit,
                       const ListSession& list, StatusStrip& status, const FileDialogs& dialogs, QWidget* parent)
    : QObject(parent),
      study_(study),
      masks_(masks),
      surfaces_(surfaces),
      edit_(edit),
      list_(list),
      status_(status),
      dialogs_(dialogs),
      window_(parent),
      report_(new QAction(tr("Save &report …"), this)),
      namedReport_(new QAction(tr("Save report that &names the patient …"), this)),
      turning_(new QAction(tr("Save &turning lungs …"), this)),
      reportJob_(tr("Making the report"), LatestJob::Requests::All),
      turningJob_(tr("Turning the lungs"), LatestJob::Requests::All) {
  report_->setToolTip(tr("Pictures, figures and alarms on one page, as PDF or HTML; figures as JSON or CSV"));
  namedReport_->setToolTip(tr("The same with the patient's name, number, birth date and the scan's date"));
  turning_->setToolTip(tr("The 3-D lungs once around, as a movie"));
  connect(report_, &QAction::triggered, this, [this] { saveReport(false); });
  connect(namedReport_, &QAction::triggered, this, [this] { saveReport(true); });
  connect(turning_, &QAction::triggered, this, &ReportWork::saveTurningLungs);
  for (const auto changed :
       {&Study::scanChanged, &Study::referenceChanged, &Study::predictionChanged, &Study::editedChanged})
    connect(&study_, changed, this, &ReportWork::followStudy);
  connect(&surfaces_, &SurfaceSession::surfacesChanged, this, &ReportWork::followStudy);
  followStudy();
}

void ReportWork::addTo(QMenu* menu) {
  menu->addActions({report_, namedReport_, turning_});
}

void ReportWork::followStudy() {
  const bool any = study_.result().labels || study_.reference().labels;
  report_->setEnabled(any);
  namedReport_->setEnabled(any);
  turning_->setEnabled(surfaces_.surfaces() != nullptr);
}

ReportRequest ReportWork::request(bool withIdentity) const {
  ReportRequest request;
  request.scan = study_.scan();
  const bool result = study_.result().labels != nullptr;
  const NamedMask& mask = result ? study_.result() : study_.reference();
  request.mask = mask.labels;
  for (const QString& note : mask.notes) request.notes.push_back(note.toStdString());
  (result ? request.about.method : request.about.file) = mask.origin.toStdString();
  if (result && study_.prediction().labels)
    for (const MaskSession::SegmenterPtr& segmenter : masks_.segmenters()) {
      const auto* network = dynamic_cast<const FileSegmenter*>(segmenter.get());
      if (network && study_.prediction().origin.toStdString() == network->name())
        request.about.weights = network->weights().filename().string();
    }
  if (result && study_.reference().labels) {
    request.reference = study_.reference().labels;
    request.referenceName = study_.reference().origin.toStdString();
  }
  request.hidden = {study_.reference().origin.toStdString()};
  if (request.scan->facts.format != "DICOM")
    request.hidden.push_back(std::filesystem::path(request.scan->source.path).filename().string());
  // What was decided on the review list, while the mask is the one that it was decided about.
  const ReviewEntry* entry = list_.currentEntry();
  const bool about = entry != nullptr && (entry->state == ReviewState::Rejected || isAboutItsMask(*entry));
  if (about && list_.shown() && result && !edit_.unsaved())
    request.decision = ReportDecision{keyOf(entry->state).toStdString(), entry->comment.toStdString(),
                                      entry->who.toStdString(), entry->when.toStdString()};
  request.withIdentity = withIdentity;
  if (surfaces_.mask() == mask.labels) request.lungs = surfaces_.surfaces();
  request.madeAt = timeNow();
  request.version = PULMO_VERSION;
  return request;
}

void ReportWork::saveReport(bool withIdentity) {
  Q_EMIT aboutToRead();
  if (!study_.result().labels && !study_.reference().labels) return;
  // As it is now: the dialog may stay open while other masks come.
  auto request = std::make_shared<ReportRequest>(this->request(withIdentity));
  const auto target = askSaveTarget(dialogs_, window_, tr("Save the report"), inLastFolder("report.pdf"),
                                    tr("PDF (*.pdf);;Web page (*.html);;Figures as JSON (*.json);;Figures as CSV "
                                       "(*.csv)"),
                                    {".pdf", ".html", ".htm", ".json", ".csv"});
  if (!target) return;
  const ReportFormat format = reportFormatOf(target->path);
  request->pictures = format == ReportFormat::Pdf || format == ReportFormat::Html;
  reportJob_.run(
      [request, target = *target](const StopToken& stop, const ProgressSink& progress) {
        const auto content = makeReport(*request, stop, progress);
        if (!content) return Outcome::Stopped;
        progress(0.95, "Writing " + target.path.filename().string());
        writeReport(*content, target.path, target.overwrite);
        return Outcome::Completed;
      },
      [this, path = target->path] { status_.showMessage(tr("Report saved to %1.").arg(toText(path))); });
}

void ReportWork::saveTurningLungs() {
  const SurfacesPtr surfaces = surfaces_.surfaces();
  if (!surfaces) return;
  std::optional<SaveTarget> target;
  if (moviesAreWritten()) {
    target = askSaveTarget(dialogs_, window_, tr("Save the turning lungs"), inLastFolder("turning-lungs.ogv"),
                           tr("Movie (*.ogv)"), {".ogv"});
  } else {
    const QString folder = dialogs_.folder(window_, tr("Where to put the folder turning-lungs"), inLastFolder(""));
    if (!folder.isEmpty()) target = SaveTarget{toPath(folder) / "turning-lungs", Overwrite::Refuse};
  }
  if (!target) return;
  turningJob_.run(
      [surfaces, target = *target](const StopToken& stop, const ProgressSink& progress) {
        return writeTurningLungs(target.path, *surfaces, {}, target.overwrite, stop, progress);
      },
      [this, path = target->path] { status_.showMessage(tr("Turning lungs saved to %1.").arg(toText(path))); });
}

}  // namespace pulmo
