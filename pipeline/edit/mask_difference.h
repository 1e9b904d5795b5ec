// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pipeline/core/voxel_box.h"

namespace pulmo {

/// What an edit changed in a mask: runs of voxels with the label before and after, in memory order. The form in which
/// edits are undone, journalled and handed from the thread that worked them out to the one that owns the mask.
///
/// Kept coded: a run is its gap from the run before (7 bits a byte), its length (likewise), and one byte with both
/// labels. Neighbours in memory with equal labels are one run.
///
/// @cost at most 7 bytes a run of up to 16383 voxels that starts within 2^28 voxels of the last one, 3 bytes for a run
///       beside another; so between 3 bytes a changed voxel (no two alike in a row) and next to nothing. A lung of
///       512 x 512 x 300 swapped with its neighbour: under 1 MB.
class MaskDifference {
 public:
  MaskDifference() = default;

  /// Reads what bytes() gave.
  /// @param size  of the mask it is meant for
  /// @return nullopt if the bytes are damaged: a run beyond the mask, of no length, that changes nothing or holds
  ///         labels that a mask cannot have. Allocates no more than the bytes' own size.
  [[nodiscard]] static std::optional<MaskDifference> fromBytes(std::span<const std::uint8_t> bytes, const Index3& size);

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] const VoxelBox& box() const { return box_; }  ///< holds every changed voxel, tightly
  [[nodiscard]] std::size_t changedVoxels() const { return voxels_; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
  [[nodiscard]] std::size_t memoryBytes() const { return sizeof(*this) + bytes_.capacity(); }

  /// Whether the mask is in the state before (after, if `forward` is false) this difference.
  [[nodiscard]] bool fits(const LabelVolume& mask, bool forward) const;
  /// Changes the mask from before to after, or back.
  /// @pre fits(mask, forward)
  void apply(LabelVolume& mask, bool forward) const;

  /// The one difference that a sequence of them makes, if no voxel changes twice; else nullopt.
  [[nodiscard]] static std::optional<MaskDifference> joined(std::span<const MaskDifference> parts, const Index3& size);

 private:
  friend class DifferenceWriter;
  std::vector<std::uint8_t> bytes_;
  VoxelBox box_;
  std::size_t voxels_ = 0;
};

/// The highest label a difference can hold.
inline constexpr std::uint8_t kHighestEditedLabel = 15;

/// Makes a difference run by run.
class DifferenceWriter {
 public:
  /// @param size  of the mask
  explicit DifferenceWriter(const Index3& size) : size_(size) {}

  /// @pre runs come in memory order and do not overlap; length > 0; labels differ and are at most kHighestEditedLabel
  void add(std::size_t offset, std::size_t length, std::uint8_t before, std::uint8_t after);
  [[nodiscard]] MaskDifference finish();

 private:
  void flush();
  Index3 size_;
  MaskDifference result_;
  std::size_t codedEnd_ = 0;  ///< of the last run written
  std::size_t begin_ = 0, end_ = 0;
  std::uint8_t before_ = 0, after_ = 0;
};

/// What turns one mask into another.
/// @pre the sizes are equal
/// @throws Error{InvalidInput} if a label is above kHighestEditedLabel
[[nodiscard]] MaskDifference differenceBetween(const LabelVolume& before, const LabelVolume& after);

}  // namespace pulmo
