// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "pipeline/core/atomic_file.h"
#include "pipeline/edit/journal_format.h"
#include "pipeline/edit/mask_editor.h"

namespace pulmo {

/// Keeps the edits of a mask in a file as they are made, so that none is lost when the program dies.
///
/// The file holds the mask before the first edit, the edits, undo and redo; it needs no other file to be replayed. Each
/// change, while painting each part of a stroke, is in the hands of the system when the call that made it returns:
/// a kill at any moment loses at most the part that was just being written. sync() makes it safe from a power cut too.
///
/// Where it has grown to twice what the editor's own history takes (and at least compactBytes), it is written anew from
/// the editor, whole or not at all. So it stays below about 2 * (UndoLimits::bytes + the mask's runs) + compactBytes.
///
/// A write that fails (full disk) does not stop editing: problem() says so, and the next finished step tries to write
/// the whole anew.
/// @thread the editor's
class EditJournal : public EditLog {
 public:
  /// Starts a journal from the editor's present state and history, and locks it against other processes. Give it to
  /// the editor with setLog; take it away before it dies.
  /// @pre the editor has no open stroke
  /// @param overwrite  Replace after what is there was recovered, or is not wanted
  /// @throws Error{Io} if the file exists and overwrite is Refuse, if another process has it open, or for a folder that
  ///         cannot be written into or a full disk; what was there is then as it was
  /// @cost a copy of the mask, one pass, and a synced write: about 1 MB for lungs of 512 x 512 x 300
  EditJournal(std::filesystem::path path, JournalIdentity identity, const MaskEditor& editor,
              Overwrite overwrite = Overwrite::Refuse, std::size_t compactBytes = std::size_t{32} << 20);
  ~EditJournal() override;
  EditJournal(const EditJournal&) = delete;
  EditJournal& operator=(const EditJournal&) = delete;

  void painted(const MaskDifference& part, const std::string& step) override;
  void takenBack() override;
  void finished(const MaskEditor& editor) override;
  void undone(const MaskEditor& editor) override;
  void redone(const MaskEditor& editor) override;

  /// Waits until all is on the disk: milliseconds on a solid-state drive, tens of them on others.
  void sync();
  /// A sentence for the person if edits could not be kept; "" if all are.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::size_t fileBytes() const { return end_; }

 private:
  void rewrite(const MaskEditor& editor, Overwrite overwrite);
  void open();
  void append(const Bytes& records);
  void add(RecordKind kind, const MaskEditor& editor);
  void fail(const std::string& sentence);

  std::filesystem::path path_;
  JournalIdentity identity_;
  std::size_t compactBytes_;
  int file_ = -1;
  std::size_t end_ = 0, wholeBytes_ = 0;  ///< file's size now, and after it was last written anew
  std::uint64_t chain_ = 0;
  bool inStep_ = false, broken_ = false;
  std::string problem_;
};

/// What a journal is about, without replaying it: for offering it to the person.
struct JournalFacts {
  JournalIdentity identity;
  std::size_t steps = 0;      ///< finished, not counting those undone; a stroke that was cut off counts as one
  std::size_t lostBytes = 0;  ///< at the end, torn by a kill or damaged
};

/// @throws Error{Io} if it cannot be read, Error{InvalidInput} if it is no journal
[[nodiscard]] JournalFacts peekJournal(const std::filesystem::path& path);

/// Removes a journal that nobody wants.
/// @throws Error{Io} if another process has it open, or it cannot be removed; it is then as it was
void discardJournal(const std::filesystem::path& path);

/// Gives a journal another name in its folder.
/// @throws Error{Io} if another process has it open, or it cannot be renamed; it is then as it was
void moveJournal(const std::filesystem::path& from, const std::filesystem::path& to);

struct RecoveredEdits {
  MaskEditor editor;  ///< the mask as it was, with undo and redo; a stroke that was cut off is its newest step
  JournalIdentity identity;
  std::size_t lostBytes = 0;  ///< at the end, torn by a kill or damaged: what came before them is whole
};

/// Replays a journal. Reads any content: it allocates the mask of the given grid and otherwise no more than twice the
/// file's own size.
///
/// @param seriesUid, grid  of the scan that is open; the mask is put on this grid
/// @param baseChecksum     of the mask that the edits are wanted for; absent = of whichever, it is in the journal
/// @throws Error{Io} if it cannot be read, Error{InvalidInput} if it is no journal, is damaged before its first edit,
/// or
///         belongs to another scan, grid or mask: the sentence says which
[[nodiscard]] RecoveredEdits recoverEdits(const std::filesystem::path& path, const std::string& seriesUid,
                                          const Grid& grid, std::optional<std::uint64_t> baseChecksum,
                                          const UndoLimits& limits = {});

}  // namespace pulmo
