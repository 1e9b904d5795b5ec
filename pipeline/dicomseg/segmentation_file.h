// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/scan.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// How much a person had to do with a mask, as DICOM's Segment Algorithm Type asks.
enum class MaskOrigin { Automatic, SemiAutomatic, Manual };

struct SegmentationOptions {
  MaskOrigin origin = MaskOrigin::SemiAutomatic;
  std::string algorithm;      ///< of a mask that is not wholly manual: "unet"; "" = not known
  bool withIdentity = false;  ///< copy the patient, the study's date and numbers from the source images
};

/// Whether the name asks for DICOM SEG: it ends in .dcm
[[nodiscard]] bool isSegmentationFileName(const std::filesystem::path& path);

/// For asking early, before work whose result could not be saved.
/// @throws Error{InvalidInput} if the scan does not come from DICOM slices that say what they are and where they lie
void requireSegmentationSource(const SourceGeometry& source);

/// Writes a mask as DICOM SEG (BINARY): a segment a lung, coded in SNOMED CT, a frame for each lung and source image
/// that holds some of it, with a reference to that image and at exactly its place. Scans that were resampled go back to
/// their slices. What was written is read again and compared before it takes its name.
///
/// Study, frame of reference and source images keep their UIDs: without them nobody could put the mask on its scan.
/// The patient's name, number, birth date and sex, and the study's date, time and numbers are left empty unless asked
/// for; such a file says that identity was removed.
///
/// @param labels on the scan's canonical grid
/// @throws Error{InvalidInput} for an empty mask, as requireSegmentationSource; Error as writeAtomically
/// @thread any
/// @cost memory 6 bytes a voxel: the mask on its slices, and what was read again
/// @source DICOM PS3.3 A.51, C.8.20; codes PS3.16 CID 7150 (category) and 7151 (type)
void saveSegmentation(const std::filesystem::path& path, const LabelVolume& labels, const SourceGeometry& source,
                      const SegmentationOptions& options, Overwrite overwrite);

/// saveSegmentation or saveMask, by the name's ending.
/// @return what is to be told with the file, as a sentence; "" if nothing
[[nodiscard]] std::string exportMask(const std::filesystem::path& path, const LabelVolume& labels,
                                     const SourceGeometry& source, const SegmentationOptions& options,
                                     Overwrite overwrite);

}  // namespace pulmo
