// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "pipeline/core/atomic_file.h"
#include "pipeline/core/volume.h"

namespace pulmo::cli {

/// Which values of a mask file mean what; all empty: decided from the file.
struct MaskMeaning {
  std::vector<std::int64_t> right, left, unsided;
  bool lowByteOnly = false;
  std::string prefix;  ///< of the options that say it
};

/// --right, --left, --lungs, --low-byte, each with the prefix.
void addMaskMeaning(CLI::App& command, MaskMeaning& meaning, const std::string& prefix);

// Volumes for the commands that exist with and without ITK. With it every format of imaging/; without it .mha alone.

/// A lung mask in canonical orientation.
/// @throws Error as loadMask
[[nodiscard]] LabelVolume loadMaskFile(const std::filesystem::path& path, const MaskMeaning& meaning,
                                       const Context& context);

/// For asking early, before work whose result could not be saved.
/// @throws as refuseUsage if no volume can be written with that extension; as requireWritable
void requireVolumeWritable(const std::filesystem::path& path, Overwrite overwrite);

/// Whether a file within a folder is part of the scan that would be read from there: written anew, it would be lost.
/// Without ITK no folder is read.
/// @param series  SeriesInstanceUID; "" = the best
[[nodiscard]] bool isPartOfScan(const std::filesystem::path& folder, const std::string& series,
                                const std::filesystem::path& file);

/// @param volume on the grid that the file shall have
void saveCtFile(const std::filesystem::path& path, const CtVolume& volume, Overwrite overwrite);
void saveMaskFile(const std::filesystem::path& path, const LabelVolume& volume, Overwrite overwrite);

/// A scan with its lungs, and how results go out on exactly the scan's own grid.
struct MaskedScan {
  CtPtr ct;
  LabelVolume lungs;
  std::function<void(const std::filesystem::path&, const CtVolume&, Overwrite)> saveCt;
  std::function<void(const std::filesystem::path&, const LabelVolume&, Overwrite)> saveLabels;
};

/// @param series  SeriesInstanceUID or empty; without ITK there are no series
/// @return nullopt if stopped; the context then holds the exit code
/// @throws Error as openScan and loadMask; Error{InvalidInput} if the mask lies on another grid
[[nodiscard]] std::optional<MaskedScan> loadMaskedScan(const std::string& scan, const std::string& series,
                                                       const std::filesystem::path& mask, const MaskMeaning& meaning,
                                                       Context& context);

struct MaskFile {
  std::filesystem::path path;
  MaskMeaning meaning;
};

struct MasksOfScan {
  std::string series;              ///< SeriesInstanceUID of the scan, or its file's name
  std::vector<LabelVolume> masks;  ///< in the order of the files
};

/// Masks on their scan's grid, also where a file holds a part of its slices only, as a DICOM SEG may.
/// @return nullopt as loadMaskedScan
/// @throws as loadMaskedScan
[[nodiscard]] std::optional<MasksOfScan> loadMasksOfScan(const std::string& scan, const std::string& series,
                                                         const std::vector<MaskFile>& files, Context& context);

}  // namespace pulmo::cli
