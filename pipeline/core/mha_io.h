// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/volume.h"

namespace pulmo {

// Single-file MetaImage (.mha), uncompressed, without a toolkit: how a build that has LibTorch alone (a GPU server)
// gets scans and masks. Everything else that MetaImage allows is refused by name, never guessed; pipeline/imaging
// reads it all. Both byte orders are read, the machine's own is written.
//
// The grid is the file's own, axes as they lie in it: nothing is turned to the canonical orientation here. A file
// without ElementSpacing or ElementSize has 1 mm as a stand-in and `spacingKnown` false.
//
// Source: the MetaIO documentation of the Insight Toolkit. TransformMatrix lists the direction of the first axis,
// then of the second, then of the third: the columns of Grid::direction one after the other.

/// HU, from MET_SHORT.
/// @throws Error{Io} if the file cannot be read or ends early; Error{InvalidInput} for a header that is damaged or
///         contradicts the file's size; Error{Unsupported} for another pixel type, compression or a second file
/// @cost the volume and no more; the size is checked against the file's before anything is allocated
[[nodiscard]] CtVolume loadMhaCt(const std::filesystem::path& file);

/// Lung labels 0 to 3, from MET_UCHAR; either sides (1, 2) or kLungUnsided (3).
/// @throws as loadMhaCt; Error{InvalidInput} too for a value that is no lung label, or sides and no sides in one file
[[nodiscard]] LabelVolume loadMhaLabels(const std::filesystem::path& file);

/// Any ids 0 to 255, from MET_UCHAR: for lesion masks.
[[nodiscard]] LabelVolume loadMhaBytes(const std::filesystem::path& file);

/// Whole or not at all, see writeAtomically. Coordinates survive to the last bit.
/// @throws Error{Io} if the target exists and overwrite is Refuse, or it cannot be written;
///         Error{InvalidInput} for an empty volume
void saveMha(const std::filesystem::path& target, const CtVolume& volume, Overwrite overwrite);
void saveMha(const std::filesystem::path& target, const LabelVolume& volume, Overwrite overwrite);

}  // namespace pulmo
