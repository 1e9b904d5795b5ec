// SPDX-License-Identifier: Apache-2.0
// What a person decides about a scan of the list, and how it is kept.
#include <QUuid>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "models/session/list_session.h"
#include "models/session/weights_name.h"
#include "pipeline/dicomseg/segmentation_file.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

bool sameBytes(const fs::path& one, const fs::path& other) {
  std::ifstream a(one, std::ios::binary), b(other, std::ios::binary);
  return std::equal(std::istreambuf_iterator<char>(a), {}, std::istreambuf_iterator<char>(b), {});
}

void copyWhole(const fs::path& from, const fs::path& to, Overwrite overwrite) {
  writeAtomically(to, overwrite, [&](const fs::path& temporary) {
    fs::copy_file(from, temporary, fs::copy_options::overwrite_existing);
  });
}

/// What was signed before is not lost when another mask is signed in its place: "anna.nii.gz" becomes "anna.1.nii.gz",
/// or the next number that is free.
void keepEarlier(const fs::path& target, const fs::path& next) {
  std::error_code code;
  if (!fs::exists(target, code) || sameBytes(target, next)) return;
  const std::string name = target.filename().string(), ending = ".nii.gz";
  const std::string start = name.substr(0, name.size() - ending.size()) + ".";
  for (int n = 1;; ++n) {
    const fs::path kept = target.parent_path() / std::string(start).append(std::to_string(n)).append(ending);
    if (fs::exists(kept, code)) continue;
    return copyWhole(target, kept, Overwrite::Refuse);
  }
}

}  // namespace

/// A mask on its way to the list.
struct ListSession::Signing {
  std::shared_ptr<ReviewList> list;
  ReviewEntry entry;  ///< as it shall be
  fs::path staged, target;
  LabelPtr labels;
  QString note;  ///< what is to be told with the file, see exportMask
  qint64 next = 0;
};

bool ListSession::flush() {
  if (!draft_) return true;
  if (signJob_.busy()) {  // its entry is on the way: what is typed comes after it
    rest_.start();
    return true;
  }
  return change([](ReviewEntry&) {});
}

bool ListSession::change(const Change& change) {
  if (!list_) return false;
  rest_.stop();
  const auto draft = std::exchange(draft_, std::nullopt);
  const qint64 id = draft ? draft->id : current_.value_or(0);
  const ReviewEntry* seen = find(id);
  if (!seen) return false;
  ReviewEntry entry = *seen;
  if (draft) {
    entry.version = draft->version;
    entry.comment = draft->comment;
    if (entry.state == ReviewState::New) entry.state = ReviewState::InReview;
  }
  change(entry);
  entry.who = who_;  // counts if the state is another one
  try {
    const ReviewEntry before = *seen;
    if (!list_->update(entry)) {
      refresh();
      tellConflict(before, draft ? draft->comment : QString());
      return false;
    }
    refresh();
    return true;
  } catch (const Error& e) {
    draft_ = draft;  // nothing typed is lost to a full disk
    tell(e);
    return false;
  }
}

void ListSession::tellConflict(const ReviewEntry& seen, const QString& typed) {
  const ReviewEntry* entry = find(seen.id);
  if (!entry) return;
  const bool decided = entry->when != seen.when && !entry->who.isEmpty();  // who only noted something is not known
  QString text = tr("%1 was changed by %2 in another window meanwhile. It is shown as it is now, and nothing was "
                    "written over it.")
                     .arg(fileName(*entry), decided ? entry->who : tr("somebody"));
  if (!typed.isEmpty()) text += ' ' + tr("Your comment was: \"%1\".").arg(typed);
  Q_EMIT failed(text, {});
  if (current_ == seen.id) Q_EMIT currentChanged();
}

QString ListSession::comment() const {
  if (draft_ && current_ == draft_->id) return draft_->comment;
  const ReviewEntry* entry = currentEntry();
  return entry ? entry->comment : QString();
}

void ListSession::noteComment(const QString& comment) {
  const ReviewEntry* entry = currentEntry();
  if (!entry || comment == this->comment()) return;
  if (!draft_) draft_ = Draft{entry->id, entry->version, {}};
  draft_->comment = comment;
  rest_.start();
}

void ListSession::setDifficulty(int difficulty) {
  const ReviewEntry* entry = currentEntry();
  if (!entry || entry->difficulty == difficulty) return;
  if (signJob_.busy()) {
    Q_EMIT said(tr("The mask is being saved: a moment, please."));
    return Q_EMIT currentChanged();
  }
  (void)change([difficulty](ReviewEntry& e) {
    e.difficulty = difficulty;
    if (e.state == ReviewState::New) e.state = ReviewState::InReview;
  });
}

void ListSession::decide(ReviewState state, qint64 next) {
  const ReviewEntry* entry = currentEntry();
  if (!entry) return;
  if (signJob_.busy()) return Q_EMIT said(tr("The mask is being saved: a moment, please."));
  if (opening()) return Q_EMIT said(tr("%1 is still being opened.").arg(fileName(*entry)));
  if (!isUndecided(state) && who_.isEmpty())
    return Q_EMIT failed(tr("Say first who decides: your name or initials, beside the difficulty."), {});
  if (state == ReviewState::Accepted || state == ReviewState::Corrected) return sign(state, next);
  if (change([state](ReviewEntry& e) { e.state = state; }) && next != 0) openEntry(next);
}

void ListSession::sign(ReviewState state, qint64 next) {
  const LabelPtr labels = study_.result().labels;
  if (!shown_ || !labels)
    return Q_EMIT failed(shown_ ? tr("There is no mask to sign yet: press F5 to find the lungs.")
                                : tr("The scan is not open, so there is no mask to sign."),
                         {});
  if (!flush()) return;
  auto signing = std::make_shared<Signing>();
  signing->list = list_;
  signing->entry = *currentEntry();
  signing->entry.state = state;
  signing->entry.who = signing->entry.signer = who_;
  signing->labels = labels;
  signing->next = next;
  const QString folder = QString::fromStdString(file_.filename().string()) + ".masks/", name = fileName(signing->entry);
  signing->entry.mask = folder + name + ".nii.gz";
  signing->target = fileOf(signing->entry.mask);
  // Beside its place first: should another window have been quicker, its mask is still there.
  signing->staged = fileOf(folder + '.' + name + '-' + QUuid::createUuid().toString(QUuid::Id128) + ".nii.gz");
  std::shared_ptr<const Segmenter> maker;
  if (study_.prediction().labels != fromList_) {
    signing->entry.weights.clear();
    for (const auto& each : masks_.segmenters())
      if (QString::fromStdString(each->name()) == study_.prediction().origin) maker = each;
  }
  signJob_.run(
      [signing, maker, scan = study_.scan()](const StopToken&, const ProgressSink& progress) {
        progress(0, "Writing " + signing->target.filename().string());
        std::error_code code;
        fs::create_directories(signing->target.parent_path(), code);
        if (maker) signing->entry.weights = makerOf(*maker).text();
        signing->note =
            QString::fromStdString(exportMask(signing->staged, *signing->labels, scan->source, {}, Overwrite::Replace));
        return Outcome::Completed;
      },
      [this, signing] { signedAndSaved(*signing); });
}

void ListSession::signedAndSaved(const Signing& signing) {
  ReviewEntry entry = signing.entry;
  std::error_code code;
  try {
    const bool written = signing.list->update(entry, [&] {
      keepEarlier(signing.target, signing.staged);
      copyWhole(signing.staged, signing.target, Overwrite::Replace);
    });
    if (signing.list == list_) refresh();
    if (!written) {
      tellConflict(signing.entry, {});
    } else {
      if (draft_ && draft_->id == entry.id) draft_->version = entry.version;
      Q_EMIT resultSaved(signing.labels);
      const QString state = entry.state == ReviewState::Accepted ? tr("accepted") : tr("corrected");
      const QString file = QString::fromStdString(signing.target.string());
      Q_EMIT said(tr("%1: %2, mask saved to %3. %4").arg(fileName(entry), state, file, signing.note).trimmed());
      if (signing.next != 0 && afterSigning_ == 0) afterSigning_ = signing.next;
    }
  } catch (const Error& e) {
    tell(e);
  }
  fs::remove(signing.staged, code);
}

}  // namespace pulmo
