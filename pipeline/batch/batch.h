// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/batch/batch_plan.h"
#include "pipeline/batch/batch_table.h"
#include "pipeline/core/segmenter.h"

namespace pulmo {

struct BatchSettings {
  std::filesystem::path output;    ///< a folder: new, empty, or of an earlier run of the same batch
  std::string ending = ".nii.gz";  ///< of the masks, in a format that exportMask knows
  std::string weights;             ///< what the segmenter is made from, for the table; "" = nothing
  bool retryFailed = false;        ///< try again what failed in an earlier run
  bool startOver = false;          ///< forget an earlier run, replace its files
};

struct BatchResult {
  Outcome outcome = Outcome::Completed;
  BatchTable table;
  std::size_t failed = 0;  ///< of the items
  std::size_t left = 0;    ///< of the items, not done yet (stopped)
};

/// Called when an item is done. @param earlier  it was done by an earlier run
using BatchRowSink = std::function<void(const BatchRow& row, bool earlier)>;

/// Segments one scan after the other. What is wrong with one is written into its row and does not keep the rest; a mask
/// or a state that cannot be written does.
///
/// Into the output folder go a mask a scan, `batch.json` (the state, written anew after each scan) and `batch.csv` (the
/// same as a table), each whole or not at all. A run that was stopped or killed goes on with the scan that it was at.
///
/// @throws Error{Io} for the folder: it cannot be written, holds something else, or another run is at work in it;
///         Error{InvalidInput} if an earlier run had other settings; Error{Unsupported} for an unknown ending
/// @thread any
[[nodiscard]] BatchResult runBatch(const std::vector<BatchItem>& items, const Segmenter& segmenter,
                                   const BatchSettings& settings, const StopToken& stop, const ProgressSink& progress,
                                   const BatchRowSink& onRow);

}  // namespace pulmo
