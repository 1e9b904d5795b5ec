// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "pipeline/learn/network_description.h"
#include "pipeline/learn/pass_sums.h"
#include "pipeline/learn/training.h"

namespace pulmo {

/// All of a run at one moment between two steps: going on from it equals never having stopped. There is no random
/// state, since every random number is a function of seed, epoch and slice.
struct Checkpoint {
  TrainingConfig config;
  std::uint64_t storeFingerprint = 0;
  int epoch = 1;                    ///< in progress, from 1; config.epochs + 1 = done
  std::int64_t batchesDone = 0;     ///< of that epoch
  std::int64_t stepsDone = 0;       ///< batches since the start of the run
  std::int64_t optimizerSteps = 0;  ///< weight changes since the start of the run
  PassSums sums;                    ///< of the epoch in progress
  double epochSeconds = 0, epochWaited = 0;
  double learningRate = 0;  ///< of the last optimizer step
  std::vector<EpochReport> reports;
  std::vector<NamedTensor> weights;
  std::vector<NamedTensor> first, second;  ///< the optimizer's moments
  std::vector<NamedTensor> gradients;      ///< empty between two optimizer steps
};

/// One file: "pulmo-checkpoint 1\n", the length of a JSON header as 16 hexadecimal digits and "\n", the header, then
/// the tensors' values one after the other, float32, little-endian. Whole or not at all.
/// @throws Error{Io}
void saveCheckpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

/// @throws Error{InvalidInput} for a file that is damaged, cut off or of another version; Error{Io}
[[nodiscard]] Checkpoint loadCheckpoint(const std::filesystem::path& file);

}  // namespace pulmo
