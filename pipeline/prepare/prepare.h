// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/progress.h"
#include "pipeline/learn/slice_store.h"

namespace pulmo {

struct PrepareOptions {
  int size = 256;  ///< of the training matrix: 256 or 512
  bool thresholdMasks =
      false;         ///< cases without a mask get one by the threshold method, marked as such; never diseased
  int phantoms = 0;  ///< seeded phantoms of varied sizes and spacings, with their exact masks
  std::uint64_t phantomSeed = 1;
  std::uint64_t splitSeed = 1;
  // Names of cases or patients ("P002", or "folder/P002" to be exact).
  std::vector<std::string> diseased;
  std::vector<std::string> train, validation, test;  ///< the rest is split 70/20/10
  Overwrite overwrite = Overwrite::Refuse;
};

/// In the sentence about a case that PrepareOptions::thresholdMasks would help.
inline constexpr const char* kHasNoMask = " has no mask: put one beside it";

struct PrepareReport {
  std::vector<StoredCase> cases;
  std::vector<std::string> problems;  ///< sentences: cases that were left out, and why
  std::vector<std::string> notes;     ///< about the dataset as a whole
};

/// Makes a slice store of datasets: finds the cases, checks and orients them, tells right from left where a mask has
/// one value, resamples to the training matrix and splits by patient.
///
/// A dataset is one of
///   - a folder in nnU-Net's layout (imagesTr, labelsTr, dataset.json; imagesTs and labelsTs are for testing),
///   - a folder with folders of patients, or with volumes or single slices; masks lie beside them, known by their name
///     (mask, seg, label, lung) and paired by what is left of it,
///   - a manifest: a .json file, see loadManifest.
///
/// Cases whose lungs cannot be told apart are stored without sides: they serve evaluation, never training. Phantoms
/// are for training, unless there is nothing else. A case that cannot be used is listed and left out.
///
/// @return nullopt if stopped; then there is no store
/// @throws Error{InvalidInput} for a bad manifest, a name that matches nothing, a patient on two sides, or if no case
///         at all is left (the sentence holds the first reason); Error{Io}
/// @cost  one case in memory at a time
std::optional<PrepareReport> prepareDataset(const std::vector<std::filesystem::path>& datasets,
                                            const std::filesystem::path& store, const PrepareOptions& options,
                                            const StopToken& stop, const ProgressSink& progress);

}  // namespace pulmo
