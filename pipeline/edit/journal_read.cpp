// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "pipeline/edit/checksum.h"
#include "pipeline/edit/edit_journal.h"

namespace pulmo {
namespace {

namespace fs = std::filesystem;

struct Record {
  RecordKind kind{};
  Bytes content;
};

/// The records of a journal up to its end or the first that is not whole.
class JournalReader {
 public:
  explicit JournalReader(const fs::path& path) : path_(path) {
    std::error_code ec;
    if (!fs::is_regular_file(path, ec))
      throw Error(ErrorKind::Io, "There is no journal of edits " + path.string() + ".");
    size_ = fs::file_size(path, ec);
    file_.open(path, std::ios::binary);
    if (ec || !file_) throw Error(ErrorKind::Io, "Could not read " + path.string() + ": " + std::strerror(errno) + ".");
    std::array<std::uint8_t, 12> start{};
    std::uint32_t length = 0;
    if (!read(start.data(), start.size()) || std::memcmp(start.data(), kJournalMagic.data(), 8) != 0)
      throw Error(ErrorKind::InvalidInput, path.string() + " is no journal of edits.");
    std::memcpy(&length, start.data() + 8, sizeof length);
    Bytes block;
    std::optional<JournalIdentity> identity;
    if (readChecked(block, length) && checksum64(block) == chain_) identity = readIdentity(block);
    if (!identity)
      throw Error(ErrorKind::InvalidInput, path.string() + " is damaged where it says what it belongs to.");
    identity_ = *std::move(identity);
    whole_ = position_;
  }

  [[nodiscard]] const JournalIdentity& identity() const { return identity_; }

  std::optional<Record> next() {
    std::array<std::uint8_t, 5> frame{};
    if (!read(frame.data(), frame.size())) return std::nullopt;
    std::uint32_t length = 0;
    std::memcpy(&length, frame.data(), sizeof length);
    const std::uint64_t before = chain_;
    Bytes content;
    if (!readChecked(content, length)) return std::nullopt;
    Record record{static_cast<RecordKind>(frame[4]), content};
    // The checksum runs over the frame as well.
    content.insert(content.begin(), frame.begin(), frame.end());
    if (checksum64(content, before) != chain_) return std::nullopt;
    return record;
  }
  /// The record that next() gave was of use.
  void accept() { whole_ = position_; }
  [[nodiscard]] std::size_t lostBytes() const { return static_cast<std::size_t>(size_ - whole_); }

 private:
  bool read(std::uint8_t* bytes, std::size_t count) {
    if (count > size_ - position_) return false;
    file_.read(reinterpret_cast<char*>(bytes), static_cast<std::streamsize>(count));
    position_ += count;
    return static_cast<bool>(file_);
  }
  /// Content and the checksum behind it, which becomes the chain. Nothing is allocated that the file does not hold.
  bool readChecked(Bytes& content, std::size_t length) {
    if (size_ - position_ < sizeof chain_ || length > size_ - position_ - sizeof chain_) return false;
    content.resize(length);
    std::array<std::uint8_t, sizeof chain_> sum{};
    if (!read(content.data(), length) || !read(sum.data(), sum.size())) return false;
    std::memcpy(&chain_, sum.data(), sizeof chain_);
    return true;
  }

  fs::path path_;
  std::ifstream file_;
  std::uintmax_t size_ = 0, position_ = 0, whole_ = 0;
  JournalIdentity identity_;
  std::uint64_t chain_ = 0;
};

/// Does to an editor what a record says. @return false for one that cannot follow what came before
bool replay(const Record& record, MaskEditor& editor) {
  switch (record.kind) {
    case RecordKind::Begin:
      if (editor.inStroke()) return false;
      editor.beginStroke({record.content.begin(), record.content.end()});
      return true;
    case RecordKind::Part: {
      auto part = MaskDifference::fromBytes(record.content, editor.mask().grid().size);
      if (!editor.inStroke() || !part || !part->fits(editor.mask(), true)) return false;
      editor.paint(*std::move(part));
      return true;
    }
    case RecordKind::Finish:
      if (!editor.inStroke()) return false;
      editor.endStroke();
      return true;
    case RecordKind::Cancel:
      if (!editor.inStroke()) return false;
      editor.cancelStroke();
      return true;
    case RecordKind::Undo:
      if (editor.inStroke() || editor.undoSteps().empty()) return false;
      editor.undo();
      return true;
    case RecordKind::Redo:
      if (editor.inStroke() || editor.redoSteps().empty()) return false;
      editor.redo();
      return true;
    case RecordKind::Mask:
      break;
  }
  return false;
}

void requireFits(const JournalIdentity& journal, const std::string& name, const std::string& seriesUid,
                 const Grid& grid, std::optional<std::uint64_t> baseChecksum) {
  if (journal.seriesUid != seriesUid)
    throw Error(ErrorKind::InvalidInput, "The edits in " + name + " belong to another scan: series " +
                                             journal.seriesUid + ", and the open one is " + seriesUid + ".");
  requireSameGrid(journal.grid, "edits in " + name, grid, "open scan");
  if (baseChecksum && *baseChecksum != journal.baseChecksum)
    throw Error(ErrorKind::InvalidInput,
                "The edits in " + name + " belong to another mask of this scan: it has been made anew since.");
}

}  // namespace

JournalFacts peekJournal(const fs::path& path) {
  JournalReader reader(path);
  JournalFacts facts{reader.identity(), 0, 0};
  bool open = false;
  while (const auto record = reader.next()) {
    if (record->kind == RecordKind::Begin) open = true;
    if (record->kind == RecordKind::Finish || record->kind == RecordKind::Cancel) open = false;
    if (record->kind == RecordKind::Finish || record->kind == RecordKind::Redo) ++facts.steps;
    if (record->kind == RecordKind::Undo && facts.steps > 0) --facts.steps;
    reader.accept();
  }
  if (open) ++facts.steps;
  facts.lostBytes = reader.lostBytes();
  return facts;
}

RecoveredEdits recoverEdits(const fs::path& path, const std::string& seriesUid, const Grid& grid,
                            std::optional<std::uint64_t> baseChecksum, const UndoLimits& limits) {
  JournalReader reader(path);
  requireFits(reader.identity(), path.string(), seriesUid, grid, baseChecksum);
  const auto first = reader.next();
  std::optional<LabelVolume> mask;
  if (first && first->kind == RecordKind::Mask) mask = maskFromRuns(first->content, grid);
  if (!mask) throw Error(ErrorKind::InvalidInput, path.string() + " is damaged before its first edit.");
  reader.accept();
  // Without limits: what could be undone then can be undone now, whatever the limits were.
  constexpr auto kNoLimit = static_cast<std::size_t>(-1);
  MaskEditor editor(*std::move(mask), {.steps = kNoLimit, .bytes = kNoLimit});
  while (const auto record = reader.next()) {
    if (!replay(*record, editor)) break;
    reader.accept();
  }
  editor.endStroke();
  editor.setLimits(limits);
  return {std::move(editor), reader.identity(), reader.lostBytes()};
}

}  // namespace pulmo
