// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/core/scan.h"

namespace pulmo {

/// Where the edits of a scan are kept: one journal a scan, however it was opened. A DICOM series is the same wherever
/// it lies. Of other files only the place tells them apart: their absolute path, links followed.
[[nodiscard]] std::filesystem::path journalPath(const std::filesystem::path& folder, const Scan& scan);

/// Where earlier versions of the program may have kept them: by the path as it was given, and by the name below the
/// folder that was searched. Not those that were opened by a relative path: nobody knows where that led from.
[[nodiscard]] std::vector<std::filesystem::path> olderJournalPaths(const std::filesystem::path& folder,
                                                                   const Scan& scan);

/// The place that a journal names as its scan's.
[[nodiscard]] std::string placeOf(const Scan& scan);

}  // namespace pulmo
