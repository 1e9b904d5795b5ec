// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/core/scan.h"

namespace pulmo {

/// Whether the name has the extension of a volume format: .nii .nii.gz .nrrd .nhdr .mha .mhd .tif .tiff
[[nodiscard]] bool isVolumeFileName(const std::filesystem::path& path);

/// Facts from the header alone. What cannot be opened carries a refusal; this throws nothing for bad content.
[[nodiscard]] SeriesFacts describeVolumeFile(const std::filesystem::path& path);

/// @return nullopt if stopped
/// @throws Error{InvalidInput, Unsupported, Io, OutOfMemory}
[[nodiscard]] std::optional<Scan> loadVolumeFile(const std::filesystem::path& path, const StopToken& stop,
                                                 const ProgressSink& progress);

/// Integer voxels of a mask file in source orientation; fractions are refused.
[[nodiscard]] Volume<std::int32_t> loadIntegerVolume(const std::filesystem::path& path);

/// Sentences about a scan's least and most value that cannot be Hounsfield units; empty if nothing is odd.
[[nodiscard]] std::vector<std::string> oddHuValues(int low, int high);

}  // namespace pulmo
