// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QDateTime>
#include <QObject>
#include <QString>
#include <QTimer>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "models/study/study.h"
#include "models/support/latest_job.h"
#include "pipeline/edit/brush.h"
#include "pipeline/edit/edit_journal.h"
#include "pipeline/edit/mask_editor.h"

namespace pulmo {

/// Edits of the open scan that an earlier session left behind.
struct FoundEdits {
  std::size_t steps = 0;
  QDateTime when;  ///< the last of them
};

/// The one mask that a person corrects: a copy of the prediction, or of the reference where there is no prediction.
///
/// Every change is journalled before its call returns; what was not saved is offered again when the scan is opened the
/// next time, whatever ended the program. The study gets the edited mask, as a snapshot, when the hand rests; panes
/// show the live one. The reference is never changed. GUI thread only.
class EditSession : public QObject {
  Q_OBJECT
 public:
  static constexpr int kRestMs = 400;  ///< from the last change until the study has it
  /// Works out a change on a snapshot, in the background; nullopt = stopped.
  using Operation =
      std::function<std::optional<MaskDifference>(const LabelVolume&, const StopToken&, const ProgressSink&)>;

  /// @param study   outlives the session, or is destroyed together with it
  /// @param folder  of the journals; empty = in the program's data folder
  explicit EditSession(Study& study, std::filesystem::path folder = {}, QObject* parent = nullptr);
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }  ///< of the journals
  ~EditSession() override;  ///< edits that were not saved stay on the disk

  [[nodiscard]] LatestJob& job() { return job_; }                  ///< operations
  [[nodiscard]] LatestJob& recoveryJob() { return recoveryJob_; }  ///< looks for earlier edits, restores them

  [[nodiscard]] bool ready() const;  ///< there is a mask to edit, and nothing to be decided about earlier edits
  bool begin();                      ///< makes the copy unless it is there. @return editing()
  [[nodiscard]] bool editing() const { return editor_.has_value(); }
  /// The edited mask, whose voxels change with each edit: for the panes, on this thread. Null unless editing().
  [[nodiscard]] LabelPtr live() const { return editor_ ? editor_->live() : nullptr; }
  [[nodiscard]] const QString& origin() const { return origin_; }  ///< of the mask before its edits
  [[nodiscard]] bool hasEdits() const;
  [[nodiscard]] bool unsaved() const { return hasEdits() && revision_ != savedRevision_; }
  /// They are neither in a mask file nor in a journal: with the scan they go for good.
  [[nodiscard]] bool wouldBeLost() const { return unsaved() && !problem_.isEmpty(); }
  void giveUp();   ///< the edits, for good: the mask is again as it was before them
  void publish();  ///< the study has all edits now

  // A stroke of the hand. Nothing happens while an operation runs, or outside of a stroke.
  void beginStroke(const QString& name);
  void paint(const Brush& brush, const Point3& from, const Point3& to);  ///< continuous voxel indices
  void endStroke();
  void cancelStroke();

  /// Does an operation in the background, as one step; a newer one takes the place of one that runs.
  /// @param sentence  what to say of it when it is done; absent = the number of voxels
  void run(const QString& name, Operation operation, std::function<QString(const MaskDifference&)> sentence = {});
  void undo();
  void redo();
  void backToStart();  ///< the prediction, or reference, as it is now: a step like any other
  /// The newest last; empty unless editing().
  [[nodiscard]] const std::deque<EditStep>& undoSteps() const;
  [[nodiscard]] const std::deque<EditStep>& redoSteps() const;

  [[nodiscard]] const std::optional<FoundEdits>& found() const { return found_; }
  void restore();  ///< with their undo and redo. @pre found()
  void discard();  ///< for good. @pre found()

  [[nodiscard]] const QString& problem() const { return problem_; }  ///< why edits are not safe; "" if they are

 public Q_SLOTS:
  void noteSaved(const pulmo::LabelPtr& labels);  ///< is in a file now

 Q_SIGNALS:
  void voxelsChanged(const pulmo::VoxelBox& box);  ///< of live()
  void stateChanged();                             ///< anything else that can be asked here
  void handAtWork(bool working);                   ///< from the first touch of a stroke until the study has it
  void said(const QString& sentence);
  void failed(const QString& sentence, const QString& detail);

 private:
  [[nodiscard]] const NamedMask& start() const;
  [[nodiscard]] bool busyWith(const QString& what);
  void lookForEdits();
  void followMasks();
  bool openJournal(std::uint64_t baseChecksum);
  void close();
  void changed(const VoxelBox& box);
  void stepMade(std::size_t stepsBefore);

  Study& study_;
  std::filesystem::path folder_, path_;
  ScanPtr scan_;
  std::optional<MaskEditor> editor_;
  std::unique_ptr<EditJournal> journal_;
  QString origin_, algorithm_, problem_;
  bool painted_ = false;    ///< the open stroke has changed something
  bool unbounded_ = false;  ///< undo does not reach back to the start
  std::optional<FoundEdits> found_;
  std::uint64_t revision_ = 0, publishedRevision_ = 0, savedRevision_ = 0;
  LabelPtr published_;
  QTimer rest_;
  LatestJob job_;
  LatestJob recoveryJob_;
};

}  // namespace pulmo
