// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>

#include "pipeline/imaging/coded_volume.h"
#include "pipeline/imaging/mask_io.h"

namespace pulmo {

// Behind mask_io: what the integers of a mask file may mean, and labels made of them.

/// How many voxels have which value; values that no voxel has are left out.
[[nodiscard]] std::map<std::int64_t, std::size_t> voxelsOfValues(const CodedVolume& mask);

/// The inspection of a file that names nothing.
/// @param ours  this program has written it: a lone 1 is then the right lung, a lone 2 the left one, not both as one
[[nodiscard]] MaskInspection inspectedValues(const CodedVolume& mask, const std::string& name, bool ours);

/// The values but 0, with the names they have: "1 (Lung), 2, 3"; "" if there are none. Twelve at most.
[[nodiscard]] std::string valuesAsText(const MaskInspection& inspection);

/// What a DICOM SEG's codes say of sides, nobody may turn round: values that were meant for another file would.
/// @throws Error{InvalidInput} if the values take a segment for the right lung that is coded as left, or the other way
void requireCodedSides(const MaskInspection& inspection, const MaskValues& values, const std::string& name);

/// @param inspection  of the mask @param name  of the file
/// @throws Error{InvalidInput} if nothing in it is lung
[[nodiscard]] LabelVolume labelsOf(CodedVolume&& mask, const MaskInspection& inspection, const MaskValues& values,
                                   const std::string& name);

}  // namespace pulmo
