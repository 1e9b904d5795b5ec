// SPDX-License-Identifier: Apache-2.0
// The list, and its scans being opened. What is decided about them: list_decisions.cpp.
#include "models/session/list_session.h"

#include <QFile>
#include <algorithm>
#include <utility>

#include "models/review/review_csv.h"
#include "models/review/review_scan.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

constexpr int kRestMs = 1500;  // from the last key until a comment is written
constexpr qint64 kLargestTable = 64 << 20;

}  // namespace

ListSession::ListSession(Study& study, ScanSession& scans, MaskSession& masks, QObject* parent)
    : QObject(parent),
      study_(study),
      scans_(scans),
      masks_(masks),
      addJob_(tr("Looking for scans")),
      maskJob_(tr("Opening the list's mask")),
      signJob_(tr("Saving the signed mask"), LatestJob::Requests::All) {
  rest_.setSingleShot(true);
  rest_.setInterval(kRestMs);
  connect(&rest_, &QTimer::timeout, this, &ListSession::flush);
  connect(&study_, &Study::scanChanged, this, &ListSession::follow);
  connect(&scans_.job().job(), &Job::failed, this, [this](const QString& sentence) {
    if (wanted_) problem_ = sentence;
  });
  connect(&scans_.job(), &LatestJob::ended, this, &ListSession::openEnded);
  connect(&signJob_, &LatestJob::ended, this, [this](Job::State state) {
    const qint64 id = std::exchange(afterSigning_, 0);
    if (id != 0 && state == Job::State::Completed) openEntry(id);
  });
}

ListSession::~ListSession() {
  blockSignals(true);  // whoever could be told may be gone
  if (draft_) (void)change([](ReviewEntry&) {});
}

void ListSession::openList(const fs::path& file) {
  auto opened = std::make_shared<ReviewList>(file);
  closeList();
  list_ = std::move(opened);
  file_ = absolutePath(file);
  entries_ = list_->entries();
  Q_EMIT listChanged();
  follow();
}

void ListSession::closeList() {
  (void)flush();
  addJob_.cancel();
  maskJob_.cancel();
  afterSigning_ = 0;
  list_.reset();
  file_.clear();
  entries_.clear();
  current_.reset();
  wanted_.reset();
  removed_.reset();
  shown_ = false;
  problem_.clear();
  Q_EMIT listChanged();
  Q_EMIT currentChanged();
}

const ReviewEntry* ListSession::find(qint64 id) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [id](const ReviewEntry& e) { return e.id == id; });
  return found == entries_.end() ? nullptr : &*found;
}

std::map<ReviewState, int> ListSession::progress() const {
  std::map<ReviewState, int> counts;
  for (const ReviewState state : kReviewStates) counts[state] = 0;
  for (const ReviewEntry& entry : entries_) ++counts[entry.state];
  return counts;
}

void ListSession::refresh() {
  if (!list_) return;
  try {
    entries_ = list_->entries();
  } catch (const Error& e) {
    tell(e);
  }
  Q_EMIT listChanged();
}

fs::path ListSession::fileOf(const QString& relative) const {
  return relative.isEmpty() ? fs::path() : file_.parent_path() / relative.toStdString();
}

QString ListSession::fileName(const ReviewEntry& entry) {
  // The list may be a stranger's: no name leads out of the folder.
  const bool safe = !entry.name.isEmpty() && !entry.name.startsWith('.') && !entry.name.contains('/');
  return safe ? entry.name : QStringLiteral("scan-%1").arg(entry.id);
}

void ListSession::addScans(const Paths& paths) {
  if (!list_ || paths.empty()) return;
  struct Result {
    QList<ReviewEntry> found;
    QStringList problems;
  };
  auto result = std::make_shared<Result>();
  addJob_.run(
      [paths, result](const StopToken& stop, const ProgressSink& progress) {
        for (std::size_t i = 0; i < paths.size(); ++i) {
          const ProgressSink part = [&](double fraction, const std::string& step) {
            progress((static_cast<double>(i) + fraction) / static_cast<double>(paths.size()), step);
          };
          try {
            const auto items = planBatch(absolutePath(paths[i]), false, stop, part);
            if (!items) return Outcome::Stopped;
            for (const BatchItem& item : *items) result->found << pulmo::entryOf(item);
          } catch (const Error& e) {
            if (paths.size() == 1) throw;
            result->problems << QString::fromUtf8(e.what());  // the other folders count all the same
          }
        }
        return Outcome::Completed;
      },
      [this, list = list_, result] {
        try {
          const int added = list->add(result->found);
          if (list == list_) refresh();
          follow();
          const auto known = static_cast<int>(result->found.size()) - added;
          QString text = tr("%1 scans added to the list").arg(added);
          text += known > 0 ? tr(", %1 were on it already.").arg(known) : tr(".");
          Q_EMIT said(text);
          if (!result->problems.isEmpty()) Q_EMIT failed(result->problems.join(' '), {});
        } catch (const Error& e) {
          tell(e);
        }
      });
}

void ListSession::remove(qint64 id) {
  const ReviewEntry* entry = list_ ? find(id) : nullptr;
  if (!entry) return;
  if (signJob_.busy()) return Q_EMIT said(tr("The mask is being saved: a moment, please."));
  if (wanted_ == id) return Q_EMIT said(tr("%1 is still being opened.").arg(fileName(*entry)));
  try {
    const ReviewEntry seen = *entry;
    if (!list_->remove(seen)) {
      refresh();
      return Q_EMIT failed(tr("%1 was changed in another window meanwhile, and stays on the list.").arg(fileName(seen)),
                           {});
    }
    if (draft_ && draft_->id == id) draft_.reset();
    if (current_ == id) {
      current_.reset();
      problem_.clear();
    }
    removed_ = seen;
    refresh();
    follow();
    Q_EMIT said(tr("%1 is no longer on the list. Its files are where they were. The menu List can put it back.")
                    .arg(fileName(seen)));
  } catch (const Error& e) {
    tell(e);
  }
}

void ListSession::putBack() {
  if (!list_ || !removed_) return;
  try {
    const ReviewEntry entry = *removed_;
    const bool back = list_->putBack(entry);
    removed_.reset();
    refresh();
    follow();
    if (back)
      Q_EMIT said(tr("%1 is on the list again, as it was.").arg(fileName(entry)));
    else
      Q_EMIT failed(tr("The scan of %1 has come onto the list again meanwhile.").arg(fileName(entry)), {});
  } catch (const Error& e) {
    tell(e);
  }
}

void ListSession::exportCsv(const fs::path& path, Overwrite overwrite) const {
  writeAtomically(path, overwrite, reviewCsv(entries_).toStdString());
}

QString ListSession::importCsv(const fs::path& path) {
  QFile file(QString::fromStdString(path.string()));
  if (!file.open(QIODevice::ReadOnly))
    throw Error(ErrorKind::Io, path.string() + " cannot be read: " + file.errorString().toStdString() + ".");
  if (file.size() > kLargestTable) throw Error(ErrorKind::InvalidInput, path.string() + " is too large for a table.");
  const ReviewList::Import result = list_->importCsv(QString::fromUtf8(file.readAll()));
  refresh();
  follow();
  return tr("%1 scans added, %2 decisions or comments taken over, %3 kept as they are here.")
      .arg(result.added)
      .arg(result.updated)
      .arg(result.kept);
}

const ReviewEntry* ListSession::entryOf(const Scan& scan) const {
  const auto same = [&](const ReviewEntry& e) {
    if (scan.facts.format == "DICOM" && hasSeriesUid(e))
      return e.uid.toStdString() == scan.facts.uid;  // wherever it is
    return e.source.toStdString() == absolutePath(scan.source.path).string();
  };
  // A series may be on the list from two places: then it is the one that was asked for.
  const ReviewEntry* asked = current_ ? find(*current_) : nullptr;
  if (asked && same(*asked)) return asked;
  const auto found = std::find_if(entries_.begin(), entries_.end(), same);
  return found == entries_.end() ? nullptr : &*found;
}

void ListSession::openEntry(qint64 id) {
  if (!list_ || !find(id) || !flush()) return;
  if (signJob_.busy()) {  // edits count as saved when their mask is: only then may the scan go
    afterSigning_ = id;
    return;
  }
  if (shown_ && current_ == id && !wanted_) return;
  if (!scans_.mayLeave([this, id] { openEntry(id); })) return;
  const ReviewEntry* left = shown_ ? currentEntry() : nullptr;
  if (left && left->state == ReviewState::New && study_.edited().labels)  // the edits themselves are in the journal
    (void)change([](ReviewEntry& e) { e.state = ReviewState::InReview; });
  refresh();
  const ReviewEntry* entry = find(id);
  if (!entry) return;
  maskJob_.cancel();
  current_ = wanted_ = id;
  shown_ = false;
  problem_.clear();
  const fs::path source = entry->source.toStdString();
  const QString uid = hasSeriesUid(*entry) ? entry->uid : QString();
  Q_EMIT currentChanged();
  scans_.open({source}, uid);
}

void ListSession::openEnded(Job::State state) {
  if (!wanted_) return;
  wanted_.reset();
  if (state == Job::State::Failed && !shown_)
    study_.setScan(nullptr);  // a decision must never be about a scan that is not the one in view
  follow();                   // stopped: what was open before is still open
}

void ListSession::follow() {
  (void)flush();
  const ScanPtr scan = study_.scan();
  const ReviewEntry* entry = list_ && scan ? entryOf(*scan) : nullptr;
  const bool before = std::exchange(followed_, scan) == scan && shown_ && entry && current_ == entry->id;
  shown_ = entry != nullptr;
  if (entry)
    current_ = entry->id;
  else if (scan)
    current_.reset();
  if (entry && !before) {
    problem_.clear();
    loadMask();
  }
  Q_EMIT currentChanged();
}

void ListSession::loadMask() {
  const ReviewEntry* entry = currentEntry();
  if (!entry || !shown_ || study_.prediction().labels) return;
  std::error_code code;
  const bool wasSigned = !entry->mask.isEmpty() && fs::exists(fileOf(entry->mask), code);
  if (!entry->mask.isEmpty() && !wasSigned)
    Q_EMIT failed(tr("The signed mask of %1 is not beside the list any more.").arg(fileName(*entry)),
                  QString::fromStdString(fileOf(entry->mask).string()));
  const fs::path path = fileOf(wasSigned ? entry->mask : entry->prediction);
  if (path.empty() || !fs::exists(path, code)) return;
  const QString origin = !wasSigned                ? tr("%1, from the list").arg(entry->weights.section(',', 0, 0))
                         : entry->signer.isEmpty() ? tr("signed mask")
                                                   : tr("signed by %1").arg(entry->signer);
  auto result = std::make_shared<NamedMask>();
  maskJob_.run(
      [scan = study_.scan(), path, origin, result](const StopToken& stop, const ProgressSink& progress) {
        progress(0, "Reading " + path.filename().string());
        auto answer = loadOrInspectMask(path, scan.get(), ownValues(path), stop);
        if (!answer) return Outcome::Stopped;
        if (!answer->labels)  // a DICOM SEG that is not ours
          throw Error(ErrorKind::InvalidInput,
                      "The codes in " + path.filename().string() +
                          " do not say which segment is which lung. Open it as the reference mask: there you can say.");
        QStringList notes;
        for (const std::string& note : answer->notes) notes << QString::fromStdString(note);
        *result = {std::make_shared<const LabelVolume>(std::move(*answer->labels)), origin, notes};
        return Outcome::Completed;
      },
      [this, scan = study_.scan(), wasSigned, algorithm = entry->weights.section(',', 0, 0), result] {
        if (study_.scan() != scan || study_.prediction().labels) return;  // one was made by hand meanwhile
        result->byPerson = wasSigned;
        result->algorithm = algorithm;
        fromList_ = result->labels;
        study_.setPrediction(*result);
      });
}

void ListSession::noteResult(const std::shared_ptr<ReviewList>& list, qint64 id, const ReviewResult& result) {
  try {
    list->noteResult(id, result);
    if (list != list_) return;
    refresh();
    if (current_ == id && !maskJob_.busy()) loadMask();
  } catch (const Error& e) {
    tell(e);
  }
}

void ListSession::tell(const Error& error) {
  Q_EMIT failed(QString::fromUtf8(error.what()), QString::fromStdString(error.detail()));
}

}  // namespace pulmo
