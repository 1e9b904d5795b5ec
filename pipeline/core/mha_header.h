// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "pipeline/core/volume.h"

namespace pulmo {

/// What stands before the voxels of a .mha file.
struct MhaHeader {
  Grid grid;
  std::string elementType;  ///< "MET_SHORT", ...
  bool bigEndian = false;
  std::uint64_t dataOffset = 0;  ///< bytes from the file's start to the first voxel
};

/// The longest header that is looked at, in bytes.
inline constexpr std::size_t kMhaHeaderLimit = 64 * 1024;

/// @param head  the file's first bytes, up to kMhaHeaderLimit
/// @param name  of the file, for the messages
/// @throws Error{InvalidInput} for what is damaged, Error{Unsupported} for what is sound but not read here
[[nodiscard]] MhaHeader parseMhaHeader(std::string_view head, const std::string& name);

/// The text of a header up to and including its last line break.
[[nodiscard]] std::string mhaHeaderText(const Grid& grid, std::string_view elementType, bool bigEndian);

}  // namespace pulmo
