// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <vector>

#include "pipeline/imaging/dicom_frame.h"

namespace pulmo {

/// What was done to values on the way to HU.
struct PixelCounts {
  std::atomic<std::uint64_t> padding{0};     ///< not 0: some were "no data here" or below -1024 HU, and are -1024 now
  std::atomic<std::uint64_t> clamped{0};     ///< not 0: some were beyond int16, and are 32767 now
  std::atomic<int> low{32767}, high{-1024};  ///< of all the HU values given
};

/// Where the frames of one file go.
struct FrameTarget {
  const DicomFrame* frame;
  std::int16_t* hu;  ///< columns * rows values, row by row
};

/// Decodes the frames of one file into Hounsfield units. Native little-endian pixels are read straight into their
/// place; everything else goes through DicomUnpacker. HU are rounded to whole numbers; MONOCHROME1 tells how to show a
/// picture and changes no value.
/// @pre all targets name the same file
/// @throws Error{InvalidInput} naming the file
/// @thread any; several files at once
void decodeFrames(const std::vector<FrameTarget>& targets, PixelCounts& counts);

}  // namespace pulmo
