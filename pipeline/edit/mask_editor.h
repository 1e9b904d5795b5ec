// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/edit/mask_difference.h"

namespace pulmo {

/// What one undo takes back.
struct EditStep {
  std::string name;                   ///< for the person: "Brush"
  std::vector<MaskDifference> parts;  ///< in the order they were made; mostly one

  [[nodiscard]] VoxelBox box() const;
  [[nodiscard]] std::size_t memoryBytes() const;
};

/// How much is kept for undo and redo together. The oldest undo steps go first, without a word; the newest step stays
/// whatever its size.
///
/// A step on a lung mask of 512 x 512 x 300 takes 0.3 to 0.7 MB even where it changes every lung voxel or the whole
/// border (bench_edit), so the default holds 50 of the largest and thousands of strokes.
struct UndoLimits {
  std::size_t steps = 1000;
  std::size_t bytes = std::size_t{128} << 20;
};

class MaskEditor;

/// Is told of each change of a mask as it is made, on the same thread: the journal. Must not throw.
class EditLog {
 public:
  virtual ~EditLog() = default;
  /// One more part of the step that is being made, by the step's name.
  virtual void painted(const MaskDifference& part, const std::string& step) = 0;
  virtual void takenBack() = 0;  ///< the open stroke was cancelled
  /// A step was finished, undone or redone. The parts of a finished one have been told.
  virtual void finished(const MaskEditor& editor) = 0;
  virtual void undone(const MaskEditor& editor) = 0;
  virtual void redone(const MaskEditor& editor) = 0;
};

/// Owns the one mask that is edited, and what is needed to undo it.
///
/// A stroke is begun, painted in parts and ended, and is one step; other operations come as one whole difference.
/// Whatever changes the mask returns the box of the voxels that changed, empty if none did.
///
/// @thread one: the window's. What works long takes a snapshot() and hands back a MaskDifference.
class MaskEditor {
 public:
  /// @throws Error{InvalidInput} if a label is above kHighestEditedLabel
  explicit MaskEditor(LabelVolume mask, const UndoLimits& limits = {});

  [[nodiscard]] const LabelVolume& mask() const { return *mask_; }
  /// The same, shared: its voxels change with each edit. For readers on the editor's own thread.
  [[nodiscard]] LabelPtr live() const { return mask_; }
  /// The mask as it is now, never changing: for other threads. @cost a copy of the mask, once per change
  [[nodiscard]] LabelPtr snapshot();

  /// Ends a stroke that is open. @param name of the step
  void beginStroke(const std::string& name);
  /// @pre a stroke is open
  /// @throws Error{InvalidInput} if the difference was made from another state of the mask, which is then unchanged
  VoxelBox paint(MaskDifference part);
  /// Makes the stroke one step, unless it changed nothing. Does nothing if none is open.
  void endStroke();
  VoxelBox cancelStroke();  ///< puts back what the open stroke changed

  /// A whole step; ends a stroke that is open. One that changes nothing is no step.
  /// @throws Error{InvalidInput} if the difference was made from another state of the mask, which is then unchanged
  VoxelBox apply(MaskDifference difference, const std::string& name);

  /// Both end a stroke that is open, and do nothing where there is nothing to undo or redo. A new step ends redo.
  VoxelBox undo();
  VoxelBox redo();

  [[nodiscard]] const std::deque<EditStep>& undoSteps() const { return undo_; }  ///< the newest last
  [[nodiscard]] const std::deque<EditStep>& redoSteps() const { return redo_; }  ///< the next to be redone last
  [[nodiscard]] bool inStroke() const { return inStroke_; }
  [[nodiscard]] std::size_t undoBytes() const { return bytes_; }
  void setLimits(const UndoLimits& limits);
  void setLog(EditLog* log) { log_ = log; }  ///< not owned; null = none

 private:
  void change(const MaskDifference& difference, bool forward);
  void push(EditStep step);
  void keepLimits();

  std::shared_ptr<LabelVolume> mask_;
  LabelPtr snapshot_;
  UndoLimits limits_;
  std::deque<EditStep> undo_, redo_;
  EditStep open_;
  bool inStroke_ = false;
  std::size_t bytes_ = 0;
  EditLog* log_ = nullptr;
};

/// The slices along an axis that were painted one by one: those of the steps that reach over a single slice. What
/// fillBetween takes as given.
/// @return ascending; empty if no step is of that kind
[[nodiscard]] std::vector<int> editedSlices(const std::deque<EditStep>& steps, std::size_t axis);

}  // namespace pulmo
