// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <itkImageIOBase.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "pipeline/core/volume.h"

namespace pulmo {

/// The most that a file may ask for: 4 GiB of int16 voxels, three times the largest chest CT known to us.
inline constexpr std::uint64_t kMostVoxels = std::uint64_t{1} << 31;

/// An opened header: checked, nothing of its voxels read.
struct ImageHeader {
  itk::ImageIOBase::Pointer io;
  Grid grid;          ///< in the file's own axis order
  std::string format; ///< "NIfTI", ...
};

/// Reads and checks a header.
/// @throws Error{InvalidInput, Unsupported, Io}
[[nodiscard]] ImageHeader openImage(const std::filesystem::path& path);

/// Reads all voxels and hands them on as doubles, in pieces: visit(firstIndex, values, count).
/// @throws Error{InvalidInput, OutOfMemory}
void readVoxels(const ImageHeader& header, const std::filesystem::path& path,
                const std::function<void(std::size_t, const double*, std::size_t)>& visit);

/// The IO for writing, by extension.
/// @throws Error{Unsupported}
[[nodiscard]] itk::ImageIOBase::Pointer writerFor(const std::filesystem::path& path);

}  // namespace pulmo
