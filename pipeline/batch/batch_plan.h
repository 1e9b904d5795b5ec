// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/imaging/scan_search.h"

namespace pulmo {

/// One scan that a batch is to segment.
struct BatchItem {
  std::string name;              ///< of its result: safe for a file's name, and no other item's
  std::filesystem::path source;  ///< as the person would find it again
  std::string uid;               ///< of the series; "" if there is none
  std::optional<FoundSeries> series;
  std::string problem;  ///< why there is no series, in a sentence
};

/// What a batch over a folder, a list or one scan consists of. Headers alone are read.
///
/// - A folder: of each study the best axial chest CT, each volume file (not masks), in the order of their paths.
///   Studies are told apart by their UID and by the patient's number and name, where the headers have none by the
///   folder they lie in; neither gets into an item. A study of which no CT can be opened is an item with a problem; one
///   without any CT is none.
/// - A list (.txt .csv .lst): a folder or file a line, relative to the list; # begins a comment. Each line is one item.
/// - Anything else: that scan.
///
/// @param everySeries  of a folder each series that can be opened, not the best of each study alone
/// @return nullopt if stopped
/// @throws Error{Io, InvalidInput} if the input cannot be read or there is nothing in it
[[nodiscard]] std::optional<std::vector<BatchItem>> planBatch(const std::filesystem::path& input, bool everySeries,
                                                              const StopToken& stop, const ProgressSink& progress);

}  // namespace pulmo
