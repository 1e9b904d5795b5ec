// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/edit_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace pulmo {
namespace {

constexpr std::string_view kInUse = " is in use by another window: close the scan there first.";

std::span<const std::uint8_t> bytesOf(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void addStep(Bytes& bytes, const EditStep& step, std::uint64_t& chain) {
  addRecord(bytes, RecordKind::Begin, bytesOf(step.name), chain);
  for (const MaskDifference& part : step.parts) addRecord(bytes, RecordKind::Part, part.bytes(), chain);
  addRecord(bytes, RecordKind::Finish, {}, chain);
}

void requireUnused(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  const bool inUse = file >= 0 && ::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (file >= 0) ::close(file);
  if (inUse) throw Error(ErrorKind::Io, path.string() + std::string(kInUse));
}

/// Whole journal of an editor: the mask before its oldest step, then all it can undo and redo.
Bytes wholeJournal(const JournalIdentity& identity, const MaskEditor& editor, std::uint64_t& chain) {
  Bytes bytes = journalHead(identity, chain);
  {
    LabelVolume oldest = editor.mask();
    for (auto step = editor.undoSteps().rbegin(); step != editor.undoSteps().rend(); ++step)
      for (auto part = step->parts.rbegin(); part != step->parts.rend(); ++part) part->apply(oldest, false);
    addRecord(bytes, RecordKind::Mask, maskRuns(oldest), chain);
  }
  for (const EditStep& step : editor.undoSteps()) addStep(bytes, step, chain);
  const auto& redo = editor.redoSteps();
  for (auto step = redo.rbegin(); step != redo.rend(); ++step) addStep(bytes, *step, chain);
  for (std::size_t i = 0; i < redo.size(); ++i) addRecord(bytes, RecordKind::Undo, {}, chain);
  return bytes;
}

}  // namespace

EditJournal::EditJournal(std::filesystem::path path, JournalIdentity identity, const MaskEditor& editor,
                         Overwrite overwrite, std::size_t compactBytes)
    : path_(std::move(path)), identity_(std::move(identity)), compactBytes_(compactBytes) {
  requireWritable(path_, overwrite);
  requireUnused(path_);
  rewrite(editor, overwrite);
}

EditJournal::~EditJournal() {
  if (file_ >= 0) ::close(file_);
}

void EditJournal::rewrite(const MaskEditor& editor, Overwrite overwrite) {
  std::uint64_t chain = 0;
  const Bytes bytes = wholeJournal(identity_, editor, chain);
  writeAtomically(path_, overwrite, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  open();
  chain_ = chain;
  end_ = wholeBytes_ = bytes.size();
  inStep_ = broken_ = false;
  problem_.clear();
}

void EditJournal::open() {
  if (file_ >= 0) ::close(file_);
  file_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  const int code = errno;
  if (file_ < 0) throw Error(ErrorKind::Io, "Could not write " + path_.string() + ": " + std::strerror(code) + ".");
  // A file system that knows no locks (some network mounts) is no reason to keep no journal.
  if (::flock(file_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ::close(std::exchange(file_, -1));
  throw Error(ErrorKind::Io, path_.string() + std::string(kInUse));
}

void EditJournal::fail(const std::string& sentence) {
  broken_ = true;
  problem_ = "The last edits are not safe from a crash: " + sentence;
}

void EditJournal::append(const Bytes& records) {
  std::size_t done = 0;
  while (done < records.size()) {
    const auto at = static_cast<off_t>(end_ + done);
    const ssize_t wrote = ::pwrite(file_, records.data() + done, records.size() - done, at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0)
      return fail("could not write " + path_.string() + ": " + std::strerror(wrote < 0 ? errno : ENOSPC) + ".");
    done += static_cast<std::size_t>(wrote);
  }
  end_ += done;
}

void EditJournal::painted(const MaskDifference& part, const std::string& step) {
  if (broken_) return;
  Bytes records;
  if (!std::exchange(inStep_, true)) addRecord(records, RecordKind::Begin, bytesOf(step), chain_);
  addRecord(records, RecordKind::Part, part.bytes(), chain_);
  append(records);
}

void EditJournal::takenBack() {
  if (broken_) return;
  inStep_ = false;
  Bytes records;
  addRecord(records, RecordKind::Cancel, {}, chain_);
  append(records);
}

void EditJournal::add(RecordKind kind, const MaskEditor& editor) {
  if (!broken_) {
    inStep_ = false;
    Bytes records;
    addRecord(records, kind, {}, chain_);
    append(records);
  }
  if (!broken_ && end_ <= std::max(compactBytes_, 2 * wholeBytes_)) return;
  try {
    rewrite(editor, Overwrite::Replace);
  } catch (const Error& e) {
    fail(e.what());
  }
}

void EditJournal::finished(const MaskEditor& editor) {
  add(RecordKind::Finish, editor);
}

void EditJournal::undone(const MaskEditor& editor) {
  add(RecordKind::Undo, editor);
}

void EditJournal::redone(const MaskEditor& editor) {
  add(RecordKind::Redo, editor);
}

void discardJournal(const std::filesystem::path& path) {
  requireUnused(path);
  std::error_code code;
  std::filesystem::remove(path, code);
  if (code) throw Error(ErrorKind::Io, "Could not remove " + path.string() + ": " + code.message() + ".");
}

void moveJournal(const std::filesystem::path& from, const std::filesystem::path& to) {
  requireUnused(from);
  std::error_code code;
  std::filesystem::rename(from, to, code);
  if (code) throw Error(ErrorKind::Io, "Could not rename " + from.string() + ": " + code.message() + ".");
}

void EditJournal::sync() {
  if (broken_) return;
  // EINVAL: the file system cannot sync (some network mounts); the bytes are written all the same.
  if (::fdatasync(file_) != 0 && errno != EINVAL)
    fail("could not write " + path_.string() + ": " + std::strerror(errno) + ".");
}

}  // namespace pulmo
