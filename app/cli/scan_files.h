// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/volume.h"

namespace pulmo::cli {

/// Volumes for the commands that exist with and without ITK. With it every format of imaging/; without it .mha alone.

/// A lung mask in canonical orientation.
/// @throws Error as loadMask
[[nodiscard]] LabelVolume loadMaskFile(const std::filesystem::path& path);

/// @param volume on the grid that the file shall have
void saveCtFile(const std::filesystem::path& path, const CtVolume& volume, Overwrite overwrite);
void saveMaskFile(const std::filesystem::path& path, const LabelVolume& volume, Overwrite overwrite);

}  // namespace pulmo::cli
