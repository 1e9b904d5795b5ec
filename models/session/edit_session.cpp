// SPDX-License-Identifier: Apache-2.0
#include "models/session/edit_session.h"

#include <QFileInfo>
#include <QStandardPaths>
#include <utility>

#include "models/session/journal_place.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

fs::path journalFolder() {
  return fs::path(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation).toStdString()) / "edits";
}

/// @return nullopt if there are none
/// @throws Error as peekJournal
std::optional<FoundEdits> editsIn(const fs::path& path) {
  if (!fs::exists(path)) return std::nullopt;
  const JournalFacts facts = peekJournal(path);
  if (facts.steps == 0) return std::nullopt;
  return FoundEdits{facts.steps, QFileInfo(QString::fromStdString(path.string())).lastModified()};
}

/// Puts edits that an earlier version has kept elsewhere where this one looks for them, if there are none.
void bringOlderEdits(const std::vector<fs::path>& older, const fs::path& path) {
  if (fs::exists(path)) return;
  for (const fs::path& each : older) {
    try {
      if (!editsIn(each)) continue;
      moveJournal(each, path);
      return;
    } catch (const Error&) {
      // Not readable, or open in a window of that version: there it can be offered, here it is not missed.
    }
  }
}

}  // namespace

EditSession::EditSession(Study& study, fs::path folder, QObject* parent)
    : QObject(parent),
      study_(study),
      folder_(folder.empty() ? journalFolder() : std::move(folder)),
      job_(tr("Editing")),
      recoveryJob_(tr("Looking for earlier edits")) {
  rest_.setSingleShot(true);
  rest_.setInterval(kRestMs);
  connect(&rest_, &QTimer::timeout, this, [this] {
    publish();
    Q_EMIT handAtWork(false);
  });
  connect(&study_, &Study::scanChanged, this, &EditSession::lookForEdits);
  connect(&study_, &Study::predictionChanged, this, &EditSession::followMasks);
  connect(&study_, &Study::referenceChanged, this, &EditSession::followMasks);
  connect(&recoveryJob_, &LatestJob::ended, this, &EditSession::stateChanged);
  connect(&job_, &LatestJob::ended, this, &EditSession::stateChanged);
}

EditSession::~EditSession() {
  blockSignals(true);  // whoever could be told may be gone
  close();
}

const NamedMask& EditSession::start() const {
  return study_.prediction().labels ? study_.prediction() : study_.reference();
}

bool EditSession::ready() const {
  return scan_ && (editor_ || start().labels) && !found_ && !recoveryJob_.busy();
}

bool EditSession::hasEdits() const {
  return editor_ && (painted_ || unbounded_ || !editor_->undoSteps().empty());
}

const std::deque<EditStep>& EditSession::undoSteps() const {
  static const std::deque<EditStep> kNone;
  return editor_ ? editor_->undoSteps() : kNone;
}

const std::deque<EditStep>& EditSession::redoSteps() const {
  static const std::deque<EditStep> kNone;
  return editor_ ? editor_->redoSteps() : kNone;
}

bool EditSession::begin() {
  if (editor_ || !ready()) return editor_.has_value();
  try {
    found_ = editsIn(path_);  // another window may have left some since the scan was opened
    if (found_) {
      Q_EMIT stateChanged();
      return false;
    }
    editor_.emplace(LabelVolume(*start().labels));
  } catch (const Error& e) {
    Q_EMIT failed(QString::fromUtf8(e.what()), QString::fromStdString(e.detail()));
    return false;
  }
  origin_ = start().origin;
  algorithm_ = start().algorithm;
  if (!openJournal(maskChecksum(editor_->mask()))) editor_.reset();
  Q_EMIT stateChanged();
  return editor_.has_value();
}

bool EditSession::openJournal(std::uint64_t baseChecksum) {
  problem_.clear();
  std::error_code code;
  fs::create_directories(path_.parent_path(), code);
  try {
    requireWritable(path_, Overwrite::Replace);
  } catch (const Error& e) {  // there is no place to keep them: better than not to edit at all
    problem_ = tr("Edits are not safe from a crash: %1").arg(QString::fromUtf8(e.what()));
    Q_EMIT failed(problem_, QString::fromStdString(e.detail()));
    return true;
  }
  try {
    const JournalIdentity identity{placeOf(*scan_), scan_->facts.uid, editor_->mask().grid(), baseChecksum};
    journal_ = std::make_unique<EditJournal>(path_, identity, *editor_, Overwrite::Replace);
  } catch (const Error& e) {
    Q_EMIT failed(QString::fromUtf8(e.what()), QString::fromStdString(e.detail()));
    return false;
  }
  editor_->setLog(journal_.get());
  return true;
}

void EditSession::close() {
  job_.cancel();
  recoveryJob_.cancel();
  rest_.stop();
  if (!editor_) return;
  editor_->endStroke();
  painted_ = false;
  const bool keep = unsaved();
  editor_->setLog(nullptr);
  if (journal_ && keep) journal_->sync();
  if (std::exchange(journal_, nullptr) && !keep) {
    std::error_code code;  // one that stays is offered once too often
    fs::remove(path_, code);
  }
  editor_.reset();
  Q_EMIT handAtWork(false);
  published_.reset();
  unbounded_ = false;
  problem_.clear();
}

void EditSession::lookForEdits() {
  close();
  scan_ = study_.scan();
  found_.reset();
  if (scan_) {
    path_ = journalPath(folder_, *scan_);
    struct Result {
      std::optional<FoundEdits> found;
      QString unreadable;
    };
    auto result = std::make_shared<Result>();
    recoveryJob_.run(
        [path = path_, older = olderJournalPaths(folder_, *scan_), result](const StopToken&, const ProgressSink&) {
          bringOlderEdits(older, path);
          try {
            result->found = editsIn(path);
          } catch (const Error& e) {
            if (e.kind() != ErrorKind::InvalidInput) throw;
            const fs::path aside = path.string() + ".unreadable";  // kept, and out of the way of new edits
            fs::rename(path, aside);
            result->unreadable = tr("Earlier edits of this scan cannot be read. They were kept as %1.")
                                     .arg(QString::fromStdString(aside.string()));
          }
          return Outcome::Completed;
        },
        [this, result] {
          found_ = result->found;
          if (!result->unreadable.isEmpty()) Q_EMIT failed(result->unreadable, {});
        });
  }
  Q_EMIT stateChanged();
}

void EditSession::restore() {
  if (!found_ || !scan_) return;
  auto result = std::make_shared<std::optional<RecoveredEdits>>();
  recoveryJob_.run(
      [path = path_, scan = scan_, result](const StopToken&, const ProgressSink& progress) {
        progress(0, "Restoring edits");
        // How a file's series is called depends on how it was opened; its place has led to the journal.
        const bool byUid = scan->facts.format == "DICOM";
        const std::string uid = byUid ? scan->facts.uid : peekJournal(path).identity.seriesUid;
        result->emplace(recoverEdits(path, uid, scan->ct->grid(), std::nullopt));
        return Outcome::Completed;
      },
      [this, scan = scan_, result] {
        if (scan != scan_) return;
        editor_.emplace(std::move((*result)->editor));
        if (!openJournal((*result)->identity.baseChecksum)) {
          editor_.reset();
          return;
        }
        found_.reset();
        origin_ = tr("earlier edits");
        algorithm_.clear();
        unbounded_ = true;  // what the mask was before is not known here
        const Index3& size = editor_->mask().grid().size;
        changed({{0, 0, 0}, {size[0] - 1, size[1] - 1, size[2] - 1}});
        publish();
        Q_EMIT said(tr("Earlier edits are restored: %1 to undo.").arg(undoSteps().size()));
      });
}

void EditSession::discard() {
  if (!found_) return;
  try {
    discardJournal(path_);
    found_.reset();
  } catch (const Error& e) {
    Q_EMIT failed(QString::fromUtf8(e.what()), QString::fromStdString(e.detail()));
  }
  Q_EMIT stateChanged();
}

void EditSession::followMasks() {
  if (editor_ && !hasEdits()) {  // nothing is lost: the copy is made anew
    close();
    begin();
  } else if (editor_) {
    Q_EMIT said(tr("The edited mask stays in view. The tab Edit can put the new one in its place."));
  }
  Q_EMIT stateChanged();
}

void EditSession::giveUp() {
  if (!editor_) return;
  savedRevision_ = revision_;  // so that their journal goes, too
  close();
  study_.setEdited({});
  Q_EMIT stateChanged();
}

void EditSession::publish() {
  if (!editor_ || publishedRevision_ == revision_) return;
  publishedRevision_ = revision_;
  published_ = hasEdits() ? editor_->snapshot() : nullptr;
  NamedMask edited;
  if (published_) edited = {published_, tr("Edited, from %1").arg(origin_), {}, nullptr, algorithm_, true};
  study_.setEdited(std::move(edited));
}

void EditSession::noteSaved(const LabelPtr& labels) {
  if (!labels || labels != published_) return;
  savedRevision_ = publishedRevision_;
  Q_EMIT stateChanged();
}

void EditSession::changed(const VoxelBox& box) {
  if (journal_ && problem_ != QString::fromStdString(journal_->problem())) {
    problem_ = QString::fromStdString(journal_->problem());
    if (!problem_.isEmpty()) Q_EMIT failed(problem_, {});
  }
  if (!box.empty()) {
    ++revision_;
    rest_.start();
    Q_EMIT voxelsChanged(box);
  }
  Q_EMIT stateChanged();
}

bool EditSession::busyWith(const QString& what) {
  if (!job_.busy()) return false;
  Q_EMIT said(tr("%1 has to wait until what runs is done; Esc stops it.").arg(what));
  return true;
}

void EditSession::stepMade(std::size_t stepsBefore) {
  if (editor_->undoSteps().size() <= stepsBefore) unbounded_ = true;  // the oldest step has gone
}

void EditSession::beginStroke(const QString& name) {
  if (!editor_ || busyWith(name)) return;
  endStroke();
  rest_.stop();
  editor_->beginStroke(name.toStdString());
  Q_EMIT handAtWork(true);
}

void EditSession::paint(const Brush& brush, const Point3& from, const Point3& to) {
  if (!editor_ || !editor_->inStroke()) return;
  const VoxelBox box = editor_->paint(paintLine(editor_->mask(), scan_->ct.get(), brush, from, to));
  if (box.empty()) return;
  const bool first = !std::exchange(painted_, true);
  ++revision_;
  Q_EMIT voxelsChanged(box);
  if (first) Q_EMIT stateChanged();
}

void EditSession::endStroke() {
  if (!editor_ || !editor_->inStroke()) return;
  const std::size_t before = editor_->undoSteps().size();
  editor_->endStroke();
  rest_.start();
  if (!std::exchange(painted_, false)) return;
  stepMade(before);
  changed({});
}

void EditSession::cancelStroke() {
  if (!editor_ || !editor_->inStroke()) return;
  painted_ = false;
  rest_.start();
  changed(editor_->cancelStroke());
}

void EditSession::run(const QString& name, Operation operation,
                      std::function<QString(const MaskDifference&)> sentence) {
  if (!begin()) return;
  endStroke();
  auto result = std::make_shared<std::optional<MaskDifference>>();
  job_.run(
      [mask = editor_->snapshot(), name = name.toStdString(), operation = std::move(operation), result](
          const StopToken& stop, const ProgressSink& progress) {
        progress(0, name);
        *result = operation(*mask, stop, progress);
        return *result ? Outcome::Completed : Outcome::Stopped;
      },
      [this, scan = scan_, name, sentence = std::move(sentence), result] {
        if (scan != scan_ || !editor_) return;
        const MaskDifference& difference = **result;
        const QString text =
            sentence ? sentence(difference) : tr("%1: %L2 voxels changed.").arg(name).arg(difference.changedVoxels());
        const std::size_t before = editor_->undoSteps().size();
        const bool any = !difference.empty();
        try {
          const VoxelBox box = editor_->apply(std::move(**result), name.toStdString());
          if (any) stepMade(before);
          changed(box);
          Q_EMIT said(text);
        } catch (const Error& e) {
          Q_EMIT failed(QString::fromUtf8(e.what()), QString::fromStdString(e.detail()));
        }
      });
}

void EditSession::undo() {
  if (!editor_ || busyWith(tr("Undo"))) return;
  endStroke();
  changed(editor_->undo());
}

void EditSession::redo() {
  if (!editor_ || busyWith(tr("Redo"))) return;
  endStroke();
  changed(editor_->redo());
}

void EditSession::backToStart() {
  const LabelPtr wanted = start().labels;
  if (!wanted) return;
  run(tr("Back to %1").arg(start().origin),
      [wanted](const LabelVolume& mask, const StopToken&, const ProgressSink&) -> std::optional<MaskDifference> {
        return differenceBetween(mask, *wanted);
      });
}

}  // namespace pulmo
