// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/core/volume.h"
#include "pipeline/imaging/image_values.h"

namespace pulmo {

/// What a NIfTI-1 or NIfTI-2 header says, checked.
struct NiftiHeader {
  Grid grid;  ///< LPS: NIfTI's x and y are turned
  NumberType type = NumberType::Int16;
  bool swapped = false;  ///< stored in the other byte order
  std::uint64_t voxelsAt = 352;
  double slope = 1, intercept = 0;
  bool placeKnown = true;  ///< false: neither qform nor sform
  std::string description;
  std::vector<std::string> notes;
};

inline constexpr std::size_t kNiftiHeaderBytes = 540;  ///< NIfTI-2's; NIfTI-1 has 348

/// @param bytes     the first bytes of the file, up to kNiftiHeaderBytes
/// @throws Error{InvalidInput, Unsupported}
/// @source nifti1.h and nifti2.h of the NIfTI Data Format Working Group. The sform is taken where its code is set,
///         else the qform, else "method 1" (axes along RAS); so do nibabel and ITK.
[[nodiscard]] NiftiHeader parseNiftiHeader(const std::vector<char>& bytes, const std::string& fileName);

/// Stands in the description, with units of 0, where the spacing is not known: NIfTI has no field that says so, and
/// units of 0 alone stand in many files whose spacing is good.
inline constexpr const char* kNiftiNoSpacing = "; voxel spacing not known";

/// A NIfTI-1 header with its four bytes of (no) extensions, for uint8 or int16 voxels on the grid; qform and sform both
/// say the same.
/// @throws Error{Unsupported} for a side of more than 32767 voxels
[[nodiscard]] std::array<char, 352> makeNiftiHeader(const Grid& grid, NumberType type, const std::string& description);

}  // namespace pulmo
