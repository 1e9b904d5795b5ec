// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/activity_log.h"

#include <unistd.h>

#include <QLoggingCategory>
#include <QThread>

#include "models/review/review_list.h"
#include "models/session/list_session.h"
#include "models/session/scan_session.h"
#include "models/study/study.h"
#include "models/support/latest_job.h"
#include "models/support/state_folder.h"
#include "pipeline/dicomseg/dicomseg_libraries.h"
#include "pipeline/imaging/imaging_libraries.h"
#include "pipeline/imaging/imaging_messages.h"
#include "pipeline/learn/learn_libraries.h"
#include "widgets/scene/scene_libraries.h"
#include "widgets/scene/scene_messages.h"

namespace pulmo {

namespace {

LogWord kindOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::InvalidInput:
      return "invalid input";
    case ErrorKind::Unsupported:
      return "unsupported";
    case ErrorKind::Io:
      return "file";
    case ErrorKind::OutOfMemory:
      return "memory";
    case ErrorKind::Numerical:
      return "numerical";
    case ErrorKind::Internal:
      return "internal";
  }
  return "other";
}

LogWord endOf(Job::State state) {
  return state == Job::State::Completed ? LogWord("completed")
         : state == Job::State::Stopped ? LogWord("stopped")
                                        : LogWord("failed");
}

const EventLog* messagesGoTo = nullptr;  // a handler of Qt is a bare function
QtMessageHandler handlerBefore = nullptr;

void logQtMessage(QtMsgType type, const QMessageLogContext& context, const QString& text) {
  if (type == QtDebugMsg || type == QtInfoMsg) return;
  messagesGoTo->write("message", {{"from", "Qt"},
                                  {"kind", type == QtWarningMsg ? LogWord("warning") : LogWord("error")},
                                  {"category", LogWord::ofProgram(QLatin1String(context.category))}});
  if (isatty(STDERR_FILENO) != 0 || type == QtFatalMsg) handlerBefore(type, context, text);
}

}  // namespace

ActivityLog::ActivityLog(QObject* parent) : QObject(parent), log_(stateFolder()) {
  since_.start();
}

void ActivityLog::logStart() const {
  log_.write("start", {{"version", LogWord::ofProgram(QStringLiteral(PULMO_VERSION))},
                       {"processors", QThread::idealThreadCount()}});
  log_.write("library", {{"name", "Qt"}, {"version", LogWord::ofProgram(QString::fromLatin1(qVersion()))}});
  for (const auto& some : {sceneLibraries(), imagingLibraries(), dicomSegLibraries(), learnLibraries()})
    for (const LibraryVersion& library : some)
      log_.write("library", {{"name", LogWord::ofProgram(QString::fromStdString(library.name))},
                             {"version", LogWord::ofProgram(QString::fromStdString(library.version))}});
}

void ActivityLog::watch(LatestJob& job) {
  LatestJob* watched = &job;
  const LogWord title = LogWord::ofProgram(job.title());
  connect(watched, &LatestJob::started, this, [this, watched] { running_[watched].start(); });
  connect(watched, &LatestJob::ended, this, [this, watched, title](Job::State state) {
    const auto since = running_.constFind(watched);
    const double seconds = since == running_.constEnd() ? 0 : static_cast<double>(since->elapsed()) / 1000;
    log_.write("job", {{"title", title}, {"end", endOf(state)}, {"seconds", seconds}});
  });
  connect(&watched->job(), &Job::failed, this, [this, title](const QString&, const QString&, ErrorKind kind) {
    log_.write("error", {{"in", title}, {"kind", kindOf(kind)}});
  });
}

void ActivityLog::watch(const Study& study, const ScanSession& scans, const ListSession& list) {
  connect(&study, &Study::scanChanged, this, [this, &study] {
    if (!study.scan()) return;
    const SeriesFacts& facts = study.scan()->facts;
    const auto& size = study.scan()->ct->grid().size;
    log_.write("scan opened",
               {{"format", LogWord::oneOf({"DICOM", "NIfTI", "NRRD", "MetaImage", "TIFF", "Phantom"},
                                          QString::fromStdString(facts.format))},
                {"modality", LogWord::oneOf({"CT", "MR", "PT", "CR", "DX"}, QString::fromStdString(facts.modality))},
                {"columns", size[0]},
                {"rows", size[1]},
                {"slices", size[2]},
                {"resampled", study.scan()->source.resampled ? 1 : 0},
                {"notes", static_cast<int>(study.scan()->notes.size() + facts.warnings.size())}});
  });
  connect(&scans, &ScanSession::searchChanged, this, [this, &scans] {
    log_.write("search", {{"series", static_cast<int>(scans.search().series.size())},
                          {"skipped", static_cast<int>(scans.search().skipped.size())}});
  });
  connect(&list, &ListSession::failed, this, [this] {
    log_.write("error", {{"in", "Review list"}, {"kind", "shown"}});
  });
  connect(&list, &ListSession::listChanged, this, [this, &list] {
    log_.write("list", {{"open", list.list() ? 1 : 0}, {"entries", static_cast<int>(list.entries().size())}});
  });
}

void ActivityLog::logDevice(const QString& name) const {
  const bool cuda = name.startsWith(QLatin1String("CUDA")), cpu = name.startsWith(QLatin1String("CPU"));
  log_.write("device", {{"kind", cuda ? LogWord("CUDA") : cpu ? LogWord("CPU") : LogWord("none")}});
}

void ActivityLog::logEnd() const {
  log_.write("end", {{"seconds", static_cast<double>(since_.elapsed()) / 1000}});
}

void logLibraryMessages(const EventLog& log) {
  messagesGoTo = &log;
  handlerBefore = qInstallMessageHandler(logQtMessage);
  redirectSceneMessages([&log](bool error) {
    log.write("message", {{"from", "VTK"}, {"kind", error ? LogWord("error") : LogWord("warning")}});
  });
  redirectImagingMessages([&log](bool error) {
    log.write("message", {{"from", "ITK"}, {"kind", error ? LogWord("error") : LogWord("warning")}});
  });
}

}  // namespace pulmo
