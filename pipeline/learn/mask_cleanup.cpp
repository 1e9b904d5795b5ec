// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/mask_cleanup.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/core/label_set.h"
#include "pipeline/learn/label_parts.h"

namespace pulmo {

namespace {

constexpr double kBigShare = 0.1, kBigShareThin = 0.02;
constexpr int kThinSlices = 4;
constexpr double kSmallHoleMl = 1.0;
constexpr double kThinHoleShare = 0.02;  ///< of the lungs' voxels
constexpr double kWorthSaying = 0.005;   ///< of the lungs' voxels

std::uint8_t other(std::uint8_t side) {
  return side == kRightLung ? kLeftLung : kRightLung;
}

struct Sides {
  std::vector<std::uint8_t> of;  ///< the parts' new labels
  std::vector<std::string> notes;
};

/// Voxels and centre of the large parts of a class.
struct ClassCentre {
  std::uint64_t voxels = 0;
  double x = 0;
  void add(const LabelPart& part) {
    x = (x * static_cast<double>(voxels) + part.meanX * static_cast<double>(part.voxels)) /
        static_cast<double>(voxels + part.voxels);
    voxels += part.voxels;
  }
};

class SideChooser {
 public:
  SideChooser(const std::vector<LabelPart>& parts, double bigShare, std::optional<double> midlineX)
      : parts_(parts), midlineX_(midlineX) {
    for (const LabelPart& part : parts_)
      if (part.value != 0) {
        largest_ = std::max(largest_, part.voxels);
        lungs_ += part.voxels;
      }
    smallest_ = bigShare * static_cast<double>(largest_);
    for (const LabelPart& part : parts_) sides_.of.push_back(part.value);
    joined_.assign(parts_.size(), false);
  }

  Sides choose() {
    orderClasses();
    std::uint64_t moved = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i].value == 0) continue;
      const std::uint8_t wanted = wantedSide(i);
      if (wanted == sides_.of[i]) continue;
      // A small part comes over to the other lung only if it touches it; else it stays, and goes with the crumbs.
      if (!isBig(i) && facesWith(i, wanted) == 0) continue;
      sides_.of[i] = wanted;
      joined_[i] = !isBig(i);
      moved += parts_[i].voxels;
    }
    if (static_cast<double>(moved) > kWorthSaying * static_cast<double>(lungs_))
      sides_.notes.emplace_back(
          "The network took parts of one lung for the other; their side was set by where they lie. Check right and "
          "left.");
    dropCrumbs();
    return std::move(sides_);
  }

 private:
  /// Shared by part i with parts whose class now is `side`.
  [[nodiscard]] std::uint64_t facesWith(std::size_t i, std::uint8_t side) const {
    return parts_[i].touches[exchanged_ ? other(side) : side];
  }
  [[nodiscard]] bool isBig(std::size_t i) const { return static_cast<double>(parts_[i].voxels) >= smallest_; }

  /// Finds the middle between the lungs; exchanges the classes if they lie the wrong way round.
  void orderClasses() {
    std::array<ClassCentre, 3> centre;
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (parts_[i].value != 0 && isBig(i)) centre[parts_[i].value].add(parts_[i]);
    const ClassCentre &right = centre[kRightLung], &left = centre[kLeftLung];
    if (right.voxels == 0 || left.voxels == 0) {
      middle_ = midlineX_;
      return;
    }
    middle_ = (right.x + left.x) / 2;
    exchanged_ = right.x > left.x;
    if (!exchanged_) return;
    for (std::uint8_t& side : sides_.of)
      if (side != 0) side = other(side);
    sides_.notes.emplace_back(
        "The network saw right and left exchanged; the sides were set by where the lungs lie. Check them.");
  }

  /// The side by place, for parts that lie clearly on one; else the side they have.
  [[nodiscard]] std::uint8_t wantedSide(std::size_t i) const {
    if (!middle_) return sides_.of[i];
    return parts_[i].meanX < *middle_ ? kRightLung : kLeftLung;
  }

  void dropCrumbs() {
    std::array<std::uint64_t, 3> main{0, 0, 0};
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (sides_.of[i] != 0) main[sides_.of[i]] = std::max(main[sides_.of[i]], parts_[i].voxels);
    std::uint64_t dropped = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i].value == 0 || isBig(i)) continue;
      // The largest of a side is that side's lung, unless it is a crumb: no lung is a hundredth of the other one.
      const bool whole = parts_[i].voxels == main[sides_.of[i]] &&
                         static_cast<double>(parts_[i].voxels) >= 0.01 * static_cast<double>(largest_);
      if (joined_[i] || whole) continue;
      sides_.of[i] = 0;
      dropped += parts_[i].voxels;
    }
    if (static_cast<double>(dropped) > 2 * kWorthSaying * static_cast<double>(lungs_))
      sides_.notes.push_back(
          "Separate pieces that are no part of the lungs were removed (" +
          std::to_string(std::lround(100.0 * static_cast<double>(dropped) / static_cast<double>(lungs_))) +
          " % of what the network marked).");
  }

  const std::vector<LabelPart>& parts_;
  std::optional<double> midlineX_, middle_;
  std::uint64_t largest_ = 0, lungs_ = 0;
  double smallest_ = 0;
  bool exchanged_ = false;
  std::vector<bool> joined_;  ///< small, and taken over by the lung they touch
  Sides sides_;
};

std::vector<std::uint8_t> filledHoles(const std::vector<LabelPart>& parts, const Grid& grid) {
  // In a thin stack lung may lie all around what is no hole: the dome of the diaphragm, a loop of the heart's border.
  const bool thin = grid.size[2] <= kThinSlices;
  double lungs = 0;
  for (const LabelPart& part : parts)
    if (part.value != 0) lungs += static_cast<double>(part.voxels);
  std::vector<std::uint8_t> labels;
  labels.reserve(parts.size());
  for (const LabelPart& part : parts) {
    std::uint8_t value = part.value;
    if (value == 0 && !part.open && !(thin && static_cast<double>(part.voxels) > kThinHoleShare * lungs)) {
      const std::uint64_t right = part.touches[kRightLung], left = part.touches[kLeftLung];
      const bool small = static_cast<double>(part.voxels) * grid.voxelMl() <= kSmallHoleMl;
      if (right == 0 || left == 0 || small) value = right >= left ? kRightLung : kLeftLung;
    }
    labels.push_back(value);
  }
  return labels;
}

}  // namespace

std::optional<std::vector<std::string>> cleanMask(LabelVolume& labels, std::optional<double> midlineX,
                                                  const StopToken& stop) {
  const int slices = labels.grid().size[2];
  std::vector<std::string> notes;
  {
    const LabelParts parts(labels, slices <= kThinSlices, stop);
    if (stop.stop_requested()) return std::nullopt;
    Sides sides = SideChooser(parts.parts(), slices <= kThinSlices ? kBigShareThin : kBigShare, midlineX).choose();
    parts.write(labels, sides.of);
    notes = std::move(sides.notes);
  }
  const LabelParts parts(labels, slices <= kThinSlices, stop);
  if (stop.stop_requested()) return std::nullopt;
  parts.write(labels, filledHoles(parts.parts(), labels.grid()));
  return notes;
}

}  // namespace pulmo
