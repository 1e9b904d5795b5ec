// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <vector>

#include "pipeline/imaging/dicom_frame.h"

namespace pulmo {

/// What was done to values on the way to HU.
struct PixelCounts {
  std::atomic<std::uint64_t> padding{0};    ///< "no data here" or below -1024 HU: now -1024
  std::atomic<std::uint64_t> clamped{0};    ///< beyond int16
};

/// Where the frames of one file go.
struct FrameTarget {
  const DicomFrame* frame;
  std::int16_t* hu;  ///< columns * rows values, row by row
};

/// Decodes the frames of one file into Hounsfield units. Native little-endian pixels are read straight into their place;
/// everything else goes through GDCM.
/// @pre all targets name the same file
/// @throws Error{InvalidInput} naming the file
/// @thread any; several files at once
void decodeFrames(const std::vector<FrameTarget>& targets, PixelCounts& counts);

}  // namespace pulmo
