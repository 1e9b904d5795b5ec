// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/mask_editor.h"

#include <algorithm>
#include <utility>

namespace pulmo {
namespace {

void requireFit(const MaskDifference& difference, const LabelVolume& mask) {
  if (difference.fits(mask, true)) return;
  throw Error(ErrorKind::InvalidInput, "The mask was changed while this was worked out; do it once more.");
}

}  // namespace

VoxelBox EditStep::box() const {
  VoxelBox box;
  for (const MaskDifference& part : parts) box.include(part.box());
  return box;
}

std::size_t EditStep::memoryBytes() const {
  std::size_t bytes = sizeof(*this) + name.capacity();
  for (const MaskDifference& part : parts) bytes += part.memoryBytes();
  return bytes;
}

MaskEditor::MaskEditor(LabelVolume mask, const UndoLimits& limits)
    : mask_(std::make_shared<LabelVolume>(std::move(mask))), limits_(limits) {
  const auto& voxels = mask_->voxels();
  if (!voxels.empty() && *std::max_element(voxels.begin(), voxels.end()) > kHighestEditedLabel)
    throw Error(ErrorKind::InvalidInput, "The mask holds labels that cannot be edited.");
}

LabelPtr MaskEditor::snapshot() {
  if (!snapshot_) snapshot_ = std::make_shared<const LabelVolume>(*mask_);
  return snapshot_;
}

void MaskEditor::change(const MaskDifference& difference, bool forward) {
  difference.apply(*mask_, forward);
  snapshot_.reset();
}

void MaskEditor::beginStroke(const std::string& name) {
  endStroke();
  open_ = {name, {}};
  inStroke_ = true;
}

VoxelBox MaskEditor::paint(MaskDifference part) {
  if (!inStroke_) throw Error(ErrorKind::Internal, "Painting outside of a stroke.");
  if (part.empty()) return {};
  requireFit(part, *mask_);
  change(part, true);
  const VoxelBox box = part.box();
  if (log_ != nullptr) log_->painted(part, open_.name);
  open_.parts.push_back(std::move(part));
  return box;
}

void MaskEditor::endStroke() {
  if (!std::exchange(inStroke_, false) || open_.parts.empty()) return;
  if (open_.parts.size() > 1) {
    // Parts of one stroke lie side by side in every row: as one difference they take a fraction.
    if (auto joined = MaskDifference::joined(open_.parts, mask_->grid().size)) {
      open_.parts.clear();
      open_.parts.push_back(*std::move(joined));
    }
  }
  open_.parts.shrink_to_fit();
  push(std::exchange(open_, {}));
}

VoxelBox MaskEditor::cancelStroke() {
  if (!std::exchange(inStroke_, false)) return {};
  const EditStep step = std::exchange(open_, {});
  for (auto part = step.parts.rbegin(); part != step.parts.rend(); ++part) change(*part, false);
  if (log_ != nullptr && !step.parts.empty()) log_->takenBack();
  return step.box();
}

VoxelBox MaskEditor::apply(MaskDifference difference, const std::string& name) {
  beginStroke(name);
  try {
    const VoxelBox box = paint(std::move(difference));
    endStroke();
    return box;
  } catch (...) {
    inStroke_ = false;
    throw;
  }
}

void MaskEditor::push(EditStep step) {
  for (const EditStep& gone : redo_) bytes_ -= gone.memoryBytes();
  redo_.clear();
  bytes_ += step.memoryBytes();
  undo_.push_back(std::move(step));
  keepLimits();
  if (log_ != nullptr) log_->finished(*this);
}

void MaskEditor::setLimits(const UndoLimits& limits) {
  limits_ = limits;
  keepLimits();
}

void MaskEditor::keepLimits() {
  while (undo_.size() + redo_.size() > 1 && (undo_.size() + redo_.size() > limits_.steps || bytes_ > limits_.bytes)) {
    std::deque<EditStep>& steps = undo_.empty() ? redo_ : undo_;
    bytes_ -= steps.front().memoryBytes();
    steps.pop_front();
  }
}

VoxelBox MaskEditor::undo() {
  endStroke();
  if (undo_.empty()) return {};
  // Not copied in between: a copy's capacity, and so its bytes, would differ.
  redo_.push_back(std::move(undo_.back()));
  undo_.pop_back();
  const EditStep& step = redo_.back();
  for (auto part = step.parts.rbegin(); part != step.parts.rend(); ++part) change(*part, false);
  if (log_ != nullptr) log_->undone(*this);
  return step.box();
}

VoxelBox MaskEditor::redo() {
  endStroke();
  if (redo_.empty()) return {};
  undo_.push_back(std::move(redo_.back()));
  redo_.pop_back();
  const EditStep& step = undo_.back();
  for (const MaskDifference& part : step.parts) change(part, true);
  if (log_ != nullptr) log_->redone(*this);
  return step.box();
}

std::vector<int> editedSlices(const std::deque<EditStep>& steps, std::size_t axis) {
  std::vector<int> slices;
  for (const EditStep& step : steps) {
    const VoxelBox box = step.box();
    if (!box.empty() && box.low[axis] == box.high[axis]) slices.push_back(box.low[axis]);
  }
  std::sort(slices.begin(), slices.end());
  slices.erase(std::unique(slices.begin(), slices.end()), slices.end());
  return slices;
}

}  // namespace pulmo
