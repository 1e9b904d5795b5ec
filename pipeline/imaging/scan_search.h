// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/scan.h"

namespace pulmo {

struct SeriesFiles;  ///< where the pixels are; known to the readers alone

/// One series or volume file that a search has found, described from headers alone.
struct FoundSeries {
  SeriesFacts facts;  ///< uid of a volume file: its path below the folder that was searched
  std::shared_ptr<const SeriesFiles> files;
  double chestScore = 0;  ///< higher = more likely the axial chest CT that the person wants; < 0 = cannot be opened
  bool maskLike = false;  ///< a volume file that is rather a mask than a scan
  std::filesystem::path path;  ///< the volume file, or the folder of a DICOM series' first image
};

struct SkippedFile {
  std::string path;
  std::string reason;  ///< one sentence
};

struct ScanSearch {
  std::vector<FoundSeries> series;   ///< best chest CT first
  std::vector<SkippedFile> skipped;  ///< files that are no scan or cannot be read
};

/// Finds every series below the paths (files, or folders at any depth): DICOM by content, volumes
/// (.nii .nii.gz .nrrd .nhdr .mha .mhd .tif .tiff) by name. No pixel is read; files are read once, in parallel.
///
/// @return nullopt if stopped
/// @throws Error{Io} for a path that does not exist or a folder that may not be read
[[nodiscard]] std::optional<ScanSearch> findScans(const std::vector<std::filesystem::path>& paths,
                                                  const StopToken& stop, const ProgressSink& progress);

/// Which series to open: the one with the UID, else the best.
/// @throws Error{InvalidInput} if there is none (the sentence says what was found instead), or none with that UID
[[nodiscard]] std::size_t chooseSeries(const ScanSearch& search, const std::string& uid = {});

/// Reads the voxels: HU, canonical orientation. Memory is bounded before anything is allocated
/// (64-bit size from the headers against the limit and against the file's own size).
///
/// @return nullopt if stopped
/// @throws Error{InvalidInput, Unsupported, Io, OutOfMemory} with the file and the reason
/// @cost peak memory <= 1.3 times the volume; twice the volume where slices are resampled or axes change places
[[nodiscard]] std::optional<Scan> loadScan(const FoundSeries& series, const StopToken& stop,
                                           const ProgressSink& progress);

/// findScans + chooseSeries + loadScan.
[[nodiscard]] std::optional<Scan> openScan(const std::vector<std::filesystem::path>& paths, const std::string& uid,
                                           const StopToken& stop, const ProgressSink& progress);

}  // namespace pulmo
