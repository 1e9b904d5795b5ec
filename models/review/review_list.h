// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "models/review/review_entry.h"

namespace pulmo {

/// A review list in an SQLite file, one connection to it.
///
/// Safe under a kill: each change is one transaction in a write-ahead log. Several windows may have one list open: a
/// change is written only onto the version of the entry that its maker has seen.
///
/// @thread the one that made it
class ReviewList {
 public:
  /// Opens a list or makes one. A list of an older version of the program is upgraded, in one transaction.
  /// @throws Error{Io} if the file cannot be opened or written; Error{InvalidInput} if it is no review list, or one of
  /// a
  ///         newer version
  explicit ReviewList(const std::filesystem::path& file);
  ~ReviewList();
  ReviewList(const ReviewList&) = delete;
  ReviewList& operator=(const ReviewList&) = delete;

  /// In the order in which they came in.
  [[nodiscard]] QList<ReviewEntry> entries(const ReviewFilter& filter = {}) const;
  [[nodiscard]] std::optional<ReviewEntry> entry(qint64 id) const;
  /// The entry after (step 1) or before (step -1) one among those that the filter lets through; absent at the end.
  [[nodiscard]] std::optional<ReviewEntry> neighbour(qint64 id, int step, const ReviewFilter& filter = {}) const;
  /// How many are in which state: the whole list's progress.
  [[nodiscard]] std::map<ReviewState, int> progress() const;

  /// Puts a scan on the list. One that is on it already (uid and source) stays as it is. A name that another entry has
  /// gets a number.
  /// @return its id
  qint64 add(const ReviewEntry& scan);
  /// The same for many, all or none. @return how many were not on it yet
  int add(const QList<ReviewEntry>& scans);

  /// Takes an entry and what was decided about it off the list; its files stay. Neither its id nor its name is given to
  /// another one: somebody else may be at work on it.
  /// @return false, and it stays, if somebody else has changed or removed it since it was read
  [[nodiscard]] bool remove(const ReviewEntry& entry);
  /// Puts an entry back as it was when it was removed, with its id, its name and what was decided about it.
  /// @return false, and nothing is done, if it is back already or its scan has come onto the list again
  [[nodiscard]] bool putBack(const ReviewEntry& entry);

  /// Writes state, difficulty, comment, weights, mask and signer of an entry. Who decided, and when, is written with
  /// another state or a mask that is signed, and only then: a comment does not put another name under a decision.
  /// @param entry   as read from the list, changed; gets the new version and what was written
  /// @param within  done if the entry may be written, before it is: what belongs to a mask that is signed, its file.
  ///                If it throws, nothing is written.
  /// @return false, and nothing is written or done, if somebody else has changed it since it was read
  /// @throws Error{InvalidInput} for a difficulty outside 0..5
  [[nodiscard]] bool update(ReviewEntry& entry, const std::function<void()>& within = {});

  /// Notes what came of segmenting a scan. No decision, so that it gets in nobody's way: the version stays. The weights
  /// of a mask that was signed stay, too.
  void noteResult(qint64 id, const ReviewResult& result);

  struct Import {
    int added = 0, updated = 0, kept = 0;  ///< kept: what the list has is as new or newer
  };
  /// Takes over what reviewCsv has written elsewhere, all or nothing. Scans that are not on the list are added. Of two
  /// decisions the newer one counts, and any before none; of comments and difficulties the newer ones. Masks that were
  /// signed here stay, with who signed them.
  /// @throws as parseReviewCsv
  Import importCsv(const QString& text);

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace pulmo
