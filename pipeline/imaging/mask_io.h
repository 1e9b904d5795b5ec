// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/scan.h"

namespace pulmo {

/// Which values of a mask file mean what. Empty lists: decided from the file, see loadMask.
struct MaskValues {
  std::vector<std::int64_t> right;    ///< values that are right lung
  std::vector<std::int64_t> left;     ///< values that are left lung
  std::vector<std::int64_t> unsided;  ///< values that are lung, side not told
  bool lowByteOnly = false;           ///< 16-bit chest-region/type files (Chest Imaging Platform): region = value & 255
  [[nodiscard]] bool empty() const { return right.empty() && left.empty() && unsided.empty(); }
};

/// What the values mean of a mask that this program has written: 1 is right and 2 is left, also where only one of them
/// is there. Nothing for a DICOM SEG: its values number its segments, and its codes tell what they are.
[[nodiscard]] MaskValues ownValues(const std::filesystem::path& path);

/// What a mask file holds, for asking the person which value is which side.
struct MaskInspection {
  Grid grid;                                   ///< as in the file
  std::map<std::int64_t, std::size_t> voxels;  ///< value -> count, background included
  std::map<std::int64_t, std::string> names;   ///< of a DICOM SEG's segments, which are its values; else empty
  std::optional<MaskValues> suggestion;  ///< one non-zero value: unsided; {1, 2} exactly, 1 to the patient's right
                                         ///< of 2: 1 right, 2 left (this program's own files); a DICOM SEG: what
                                         ///< its codes say; else nothing
  std::string doubt;                     ///< a sentence: why {1, 2} are not taken for right and left; mostly ""
};

/// @throws Error{InvalidInput, Io} not a mask (fractions, more than 256 values, ...) or not readable
[[nodiscard]] MaskInspection inspectMask(const std::filesystem::path& path);

/// A mask, or what has to be asked before it can be one.
struct MaskAnswer {
  std::optional<LabelVolume> labels;  ///< absent: the values need an answer that was not given
  MaskInspection inspection;          ///< of the file
  std::vector<std::string> notes;     ///< sentences: what had to be assumed
};

/// Loads a mask as labels of label_set.h, canonical orientation. The file is read once, whatever the answer. A DICOM
/// file must be a segmentation (SEG), see dicom_seg.h.
///
/// @param scan   if given, the mask must lie on the scan's source grid or canonical grid (sameGrid after turning) and
///               takes the scan's canonical grid; for a resampled scan a mask on the source slices is brought over by
///               nearest neighbour. A file that does not say how it lies is taken to lie as the scan's source does, of
///               which it must have the size.
/// @param values which value is what; empty() = the inspection's suggestion
/// @return nullopt if stopped
/// @throws Error{InvalidInput} if the grids differ, if nothing in it is lung, or if values turn round a side that a
/// DICOM SEG's codes tell
[[nodiscard]] std::optional<MaskAnswer> loadOrInspectMask(const std::filesystem::path& path, const Scan* scan,
                                                          const MaskValues& values, const StopToken& stop);

/// What has to be asked, as a sentence. @param name  of the file
[[nodiscard]] std::string questionOf(const MaskInspection& inspection, const std::string& name);

/// The same for callers that cannot ask and do not stop.
/// @param notes  if given, gets the answer's sentences
/// @throws Error{InvalidInput} also if the values need an answer that was not given (the sentence lists the values)
[[nodiscard]] LabelVolume loadMask(const std::filesystem::path& path, const Scan* scan, const MaskValues& values = {},
                                   std::vector<std::string>* notes = nullptr);

/// Writes labels on exactly the source's grid (geometry, orientation, size), uint8, compressed where the format can.
/// The format comes from the extension: .nii .nii.gz .nrrd .mha .mhd (with .raw/.zraw beside it).
/// @param labels on the scan's canonical grid
/// @throws Error as writeAtomically; Error{Unsupported} for an unknown extension
void saveMask(const std::filesystem::path& path, const LabelVolume& labels, const SourceGeometry& source,
              Overwrite overwrite);

/// What a file on the source's grid cannot say of where its slices lie, as a sentence; "" where it says all. To be told
/// with every saved mask.
[[nodiscard]] std::string exportNote(const SourceGeometry& source);

/// The canonical grid as a place to save on: regular, also where the source's slices are not.
[[nodiscard]] SourceGeometry canonicalGeometry(const Grid& canonical);

/// The scan's voxels (or a simulated scan's) as int16 HU, likewise on the source's grid; for a resampled source on the
/// canonical grid, since its CT values exist there only.
void saveCt(const std::filesystem::path& path, const CtVolume& ct, const SourceGeometry& source, Overwrite overwrite);

/// Labels brought to the source's voxel order and grid: permuted, flipped, and by nearest neighbour onto the source's
/// slices where the scan was resampled.
[[nodiscard]] LabelVolume toSourceGrid(const LabelVolume& labels, const SourceGeometry& source);

}  // namespace pulmo
