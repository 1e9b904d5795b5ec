// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QList>
#include <QString>
#include <QtGlobal>
#include <array>
#include <optional>

namespace pulmo {

enum class ReviewState { New, InReview, Accepted, Corrected, Rejected };
inline constexpr std::array<ReviewState, 5> kReviewStates{
    ReviewState::New, ReviewState::InReview, ReviewState::Accepted, ReviewState::Corrected, ReviewState::Rejected};
inline constexpr int kHardest = 5;

/// As files name it: "in_review"; and back, absent for anything else.
[[nodiscard]] QString keyOf(ReviewState state);
[[nodiscard]] std::optional<ReviewState> reviewStateOf(const QString& key);

/// How much was unusual about a mask, by severity.
struct AlarmCounts {
  int serious = 0, warnings = 0, notes = 0;
  friend bool operator==(const AlarmCounts&, const AlarmCounts&) = default;
};

/// What came of segmenting a scan of the list in the background.
struct ReviewResult {
  QString prediction;                 ///< the mask's file, relative to the list's folder; "" = none
  QString weights;                    ///< that made it
  std::optional<AlarmCounts> alarms;  ///< about it; absent: nobody has looked
  QString problem;                    ///< why there is no mask, in a sentence
};

/// One scan of a review list and what was decided about its mask.
struct ReviewEntry {
  qint64 id = 0;   ///< within the list; 0 = not in it yet
  QString uid;     ///< of the series
  QString source;  ///< file or folder; with the uid it tells scans apart
  QString description;
  ReviewState state = ReviewState::New;
  int difficulty = 0;  ///< 1 easy .. 5 hard; 0 = not said
  QString comment;
  QString who;         ///< who decided last: has brought it into its state
  QString when;        ///< and when: UTC, ISO 8601 with milliseconds; "" = nobody yet
  QString noted;       ///< when difficulty or comment were last changed, likewise
  QString weights;     ///< that made the prediction
  qint64 version = 0;  ///< counts the changes; told apart by it is whether somebody else was here meanwhile
  QString name;        ///< safe for a file's name, and no other entry's; "" = it has none
  QString mask;        ///< that was signed: a file relative to the list's folder; "" = none
  QString signer;      ///< who signed it; "" = not known
  QString prediction;  ///< as in ReviewResult, like the two below
  std::optional<AlarmCounts> alarms;
  QString problem;
};

/// New or in review.
[[nodiscard]] constexpr bool isUndecided(ReviewState state) {
  return state == ReviewState::New || state == ReviewState::InReview;
}

/// Whether the mask beside the list is the one that was accepted or corrected: a decision may have come in from another
/// list, where it was about another mask.
[[nodiscard]] inline bool isAboutItsMask(const ReviewEntry& entry) {
  return !isUndecided(entry.state) && entry.state != ReviewState::Rejected && !entry.mask.isEmpty() &&
         entry.signer == entry.who;
}

/// What is shown of a list. Nothing set: all of it.
struct ReviewFilter {
  std::optional<ReviewState> state;
  bool undecidedOnly = false;
  int leastDifficulty = 0;
  QString text;  ///< within name, uid, source, description, comment or who decided, whatever the case
};

/// Whether the filter lets the entry through.
[[nodiscard]] bool passes(const ReviewEntry& entry, const ReviewFilter& filter);

}  // namespace pulmo
