// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/scan.h"
#include "pipeline/imaging/coded_volume.h"
#include "pipeline/imaging/mask_io.h"

namespace pulmo {

/// A DICOM SEG as the integers of a mask file: each voxel holds the number of its segment, 0 where there is none.
struct SegVolume {
  CodedVolume segments;                       ///< values are the segments' numbers
  std::optional<MaskValues> meaning;          ///< as the codes say it; absent: no segment is coded as lung
  std::map<std::int64_t, std::string> names;  ///< of the segments, as their maker called them
  std::vector<std::string> notes;             ///< sentences: what had to be assumed
};

/// Whether the file is DICOM, by its content.
/// @throws Error{Io} if it cannot be opened
[[nodiscard]] bool isDicomFile(const std::filesystem::path& path);

/// Reads a segmentation of BINARY or FRACTIONAL type (a voxel counts from half of the greatest value on), not packed.
/// Frames that are not there are empty. Where segments overlap, those coded as lung come before others, and of two
/// lungs the first.
///
/// @param scan  how the scan lies; if given, each frame must lie on the scan's own slices (along the normal within 0.3
/// of their distance,
///              within the plane 0.1 pixel) or, for a scan that was not resampled, on its voxels in whatever direction;
///              the result is on its source grid. Without it, on the grid that the frames span.
/// @return nullopt if stopped
/// @throws Error{InvalidInput, Unsupported, Io} with one sentence; also if the frame of reference is not the scan's
/// @cost memory one byte a voxel, of the scan's grid or at most 2^31 voxels and 8 times as many slices as frames
[[nodiscard]] std::optional<SegVolume> loadSegmentation(const std::filesystem::path& path, const SourceGeometry* scan,
                                                        const StopToken& stop);

}  // namespace pulmo
