// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/core/scan.h"
#include "pipeline/imaging/coded_volume.h"

namespace pulmo {

/// Whether the name has the extension of a volume format: .nii .nii.gz .nrrd .nhdr .mha .mhd .tif .tiff
[[nodiscard]] bool isVolumeFileName(const std::filesystem::path& path);

/// Facts from the header alone. What cannot be opened carries a refusal; this throws nothing for bad content.
/// @param maskLike  set if the file is rather a mask than a CT, by its name or its voxels of one byte
[[nodiscard]] SeriesFacts describeVolumeFile(const std::filesystem::path& path, bool* maskLike = nullptr);

/// @return nullopt if stopped
/// @throws Error{InvalidInput, Unsupported, Io, OutOfMemory}
[[nodiscard]] std::optional<Scan> loadVolumeFile(const std::filesystem::path& path, const StopToken& stop,
                                                 const ProgressSink& progress);

struct IntegerVolume {
  CodedVolume volume;      ///< in the file's own axis order
  bool placeKnown = true;  ///< false: the file does not say how its axes lie in the patient
  bool ours = false;       ///< this program has written it
};

/// Integer voxels of a mask file in source orientation; fractions and more than 256 different values are refused.
/// @param require  gets the header's grid before any memory is taken for voxels; throws what is wrong with it
/// @return nullopt if stopped
/// @cost memory one byte a voxel
[[nodiscard]] std::optional<IntegerVolume> loadIntegerVolume(const std::filesystem::path& path,
                                                             const std::function<void(const Grid&)>& require,
                                                             const StopToken& stop);

/// Sentences about a scan's least and most value that cannot be Hounsfield units; empty if nothing is odd.
[[nodiscard]] std::vector<std::string> oddHuValues(int low, int high);

}  // namespace pulmo
