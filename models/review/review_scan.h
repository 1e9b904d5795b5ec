// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

#include "models/review/review_entry.h"
#include "pipeline/batch/batch_plan.h"
#include "pipeline/batch/batch_table.h"

namespace pulmo {

/// A scan that was found, as an entry of a list: its source is absolute, no patient is named.
[[nodiscard]] ReviewEntry entryOf(const BatchItem& item);
/// Whether the entry's uid is a DICOM series' own; else it is its file's or folder's name.
[[nodiscard]] bool hasSeriesUid(const ReviewEntry& entry);
/// The entry as a batch wants it, before its series is looked for.
[[nodiscard]] BatchItem itemOf(const ReviewEntry& entry, const QString& name);

/// What a batch says of a scan. @param folder  of the batch's masks. @param list  the list's file
/// @param weights  that made the mask
[[nodiscard]] ReviewResult resultOf(const BatchRow& row, const std::filesystem::path& folder,
                                    const std::filesystem::path& list, const QString& weights);

/// The path without "." and "..", and without a slash at its end.
[[nodiscard]] std::filesystem::path absolutePath(const std::filesystem::path& path);

}  // namespace pulmo
