// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QList>
#include <QObject>
#include <QString>
#include <QTimer>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "models/review/review_list.h"
#include "models/session/mask_session.h"
#include "models/session/scan_session.h"

namespace pulmo {

/// The review list that is open, and the scan of it that is being judged.
///
/// A scan is opened with its own mask: the one that was signed, else the one that a batch made. Signing writes the
/// study's result beside the list and then the decision, both or neither. Several windows may have one list open: what
/// another one has changed meanwhile is told and shown, never written over. GUI thread only.
class ListSession : public QObject {
  Q_OBJECT
 public:
  static constexpr const char* kEnding = ".pulmolist";
  using Paths = std::vector<std::filesystem::path>;

  /// What is passed outlives this.
  ListSession(Study& study, ScanSession& scans, MaskSession& masks, QObject* parent = nullptr);
  ~ListSession() override;

  [[nodiscard]] LatestJob& addJob() { return addJob_; }
  [[nodiscard]] LatestJob& maskJob() { return maskJob_; }
  [[nodiscard]] LatestJob& signJob() { return signJob_; }  ///< of these none is dropped, whatever happens meanwhile

  void openList(const std::filesystem::path& file);  ///< opens or makes one. @throws as ReviewList
  void closeList();
  [[nodiscard]] const std::shared_ptr<ReviewList>& list() const { return list_; }  ///< null: none is open
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  /// As last read, in the order in which they came onto the list.
  [[nodiscard]] const QList<ReviewEntry>& entries() const { return entries_; }
  [[nodiscard]] const ReviewEntry* find(qint64 id) const;  ///< null: none of this list
  [[nodiscard]] std::map<ReviewState, int> progress() const;
  void refresh();  ///< what other windows have changed
  /// Where a file of the list is, such as an entry's mask; empty for "".
  [[nodiscard]] std::filesystem::path fileOf(const QString& relative) const;
  /// The name that an entry's files have.
  [[nodiscard]] static QString fileName(const ReviewEntry& entry);

  /// Looks for scans in folders, files or lists of them (see planBatch), headers alone, and puts them on the list.
  void addScans(const Paths& paths);
  /// Takes an entry off the list, with what was decided about it; its scan and its files stay where they are, and a
  /// scan that is open stays open. Tells why, if it stays.
  void remove(qint64 id);
  /// What was removed last, while the list is open.
  [[nodiscard]] const std::optional<ReviewEntry>& removed() const { return removed_; }
  void putBack();  ///< removed(), with what was decided about it. Tells why, if it cannot be
  void exportCsv(const std::filesystem::path& path, Overwrite overwrite) const;  ///< @throws Error{Io}
  /// @return what came in, as a sentence. @throws Error{Io, InvalidInput} as ReviewList::importCsv
  QString importCsv(const std::filesystem::path& path);

  /// The entry that is being judged; absent: none, and the open scan is not on the list.
  [[nodiscard]] std::optional<qint64> current() const { return current_; }
  [[nodiscard]] const ReviewEntry* currentEntry() const { return current_ ? find(*current_) : nullptr; }
  [[nodiscard]] bool shown() const { return shown_; }  ///< the current entry's scan is the one that is open
  [[nodiscard]] bool opening() const { return wanted_.has_value(); }
  [[nodiscard]] const QString& problem() const { return problem_; }  ///< why it could not be opened; "" = it could
  /// Waits for a mask that is being signed; then what is typed is saved and the scan opened, with its mask.
  void openEntry(qint64 id);

  [[nodiscard]] const QString& who() const { return who_; }
  void setWho(const QString& who) { who_ = who; }  ///< for the changes from now on
  void noteComment(const QString& comment);        ///< of the current entry; saved when the hand rests, or by flush()
  [[nodiscard]] QString comment() const;           ///< as typed so far
  void setDifficulty(int difficulty);
  /// @param next  opened when that is done and only if it is; 0 = none
  void decide(ReviewState state, qint64 next = 0);
  /// What is typed but not written yet. @return false if it could not be: then it has been told
  bool flush();

  /// For what works in the background. @param list  that it was begun for
  void noteResult(const std::shared_ptr<ReviewList>& list, qint64 id, const ReviewResult& result);

 Q_SIGNALS:
  void listChanged();     ///< another list, or its entries
  void currentChanged();  ///< another entry is current, or whether its scan is open
  void resultSaved(const pulmo::LabelPtr& labels);
  void said(const QString& sentence);
  void failed(const QString& sentence, const QString& detail);

 private:
  struct Draft {
    qint64 id = 0, version = 0;  ///< of the entry on which it was begun
    QString comment;
  };
  struct Signing;
  using Change = std::function<void(ReviewEntry&)>;
  bool change(const Change& change);
  void follow();
  void loadMask();
  void openEnded(Job::State state);
  void sign(ReviewState state, qint64 next);
  void signedAndSaved(const Signing& signing);
  void tellConflict(const ReviewEntry& seen, const QString& typed);
  void tell(const Error& error);
  [[nodiscard]] const ReviewEntry* entryOf(const Scan& scan) const;

  Study& study_;
  ScanSession& scans_;
  MaskSession& masks_;
  std::shared_ptr<ReviewList> list_;
  std::filesystem::path file_;
  QList<ReviewEntry> entries_;
  std::optional<qint64> current_, wanted_;  ///< wanted: being opened
  bool shown_ = false;
  ScanPtr followed_;  ///< that shown_ is about
  QString problem_, who_;
  std::optional<Draft> draft_;
  std::optional<ReviewEntry> removed_;
  QTimer rest_;
  LabelPtr fromList_;  ///< the prediction that this has loaded
  qint64 afterSigning_ = 0;
  LatestJob addJob_;
  LatestJob maskJob_;
  LatestJob signJob_;
};

}  // namespace pulmo
