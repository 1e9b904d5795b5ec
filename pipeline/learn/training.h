// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"
#include "pipeline/learn/slice_store.h"
#include "pipeline/learn/training_config.h"

namespace pulmo {

/// Averages of one pass. Total = Dice loss + cross-entropy, normalised by the number of batches, as in the source.
struct PassFigures {
  double total = 0, diceLoss = 0, crossEntropy = 0;
  std::optional<double> diceRight, diceLeft;  ///< scores 0 .. 1, intersections and sums gathered over the whole pass
};

/// One record an epoch: the only source of curves, CSV and checkpoint log.
struct EpochReport {
  int epoch = 0;  ///< from 1
  PassFigures training;
  std::optional<PassFigures> validation;  ///< absent: no validation slices
  double learningRate = 0;
  double seconds = 0, slicesPerSecond = 0;
  double waitingShare = 0;  ///< of the time the network waited for data, 0 .. 1
  bool best = false;        ///< lowest validation total so far (training total without validation)
};

struct StepReport {
  int epoch = 0;
  std::int64_t step = 0;  ///< batches since the start of the run
  double total = 0, diceLoss = 0, crossEntropy = 0;
};

/// What the trainer tells. Called on the training thread; must return fast and not throw.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  virtual void started(const std::string& device, std::int64_t stepsPerEpoch, int firstEpoch) = 0;
  virtual void stepDone(const StepReport& report) = 0;
  virtual void epochDone(const EpochReport& report) = 0;
  virtual void checkpointWritten(const std::filesystem::path& file) = 0;
  /// Asked after each epoch; an HU slice of the network's matrix size whose labels are wanted then, [N, N] or empty.
  virtual std::vector<std::int16_t> previewWanted() { return {}; }
  virtual void previewMade(int /*epoch*/, const std::vector<std::uint8_t>& /*labels*/) {}
};

/// Trains, and leaves in `runFolder`: config.json, epochs.csv, steps.csv, checkpoint-last.pt, checkpoint-best.pt,
/// model-best.pth and model-last.pth (see weights_file.h), samples of the training slices as seen by the network
/// (samples/*.pgm with labels beside).
///
/// Seeded: the same store, configuration, thread count and processor give equal reports. A stop is obeyed within one
/// step and writes a checkpoint; resume() goes on as if nothing had happened.
///
/// @throws Error{InvalidInput} for a bad configuration, a store of another matrix size, without usable training slices,
///         or with a validation side of which none is usable (sides not known);
///         Error{Numerical} if the loss is no number any more (the last good checkpoint stays);
///         Error{OutOfMemory} with what to lower; Error{Io} if the folder exists with a run in it, cannot be written,
///         or another program trains there. A start that is refused leaves nothing on the disk
/// @thread any, one training at a time a process
Outcome train(const TrainingConfig& config, const SliceStore& store, const std::filesystem::path& runFolder,
              const StopToken& stop, TrainingObserver& observer);

/// Goes on from the last checkpoint in a run folder.
/// @param epochs  0 = as configured, else the new total
/// @throws as train; Error{InvalidInput} if the store is not the run's
Outcome resume(const SliceStore& store, const std::filesystem::path& runFolder, int epochs, const StopToken& stop,
               TrainingObserver& observer);

/// The same with other settings than the run's: those of configToResume(), changed. What does not change what is
/// learned may differ: epochs, checkpointEvery, device, precision, threads, dataThreads; and batchSize with accumulate
/// while their product stays.
/// @throws likewise; Error{InvalidInput} naming the first other setting that differs
Outcome resume(const SliceStore& store, const std::filesystem::path& runFolder, const TrainingConfig& wanted,
               const StopToken& stop, TrainingObserver& observer);
/// The settings of a run's last checkpoint. @throws Error{InvalidInput}, Error{Io}
[[nodiscard]] TrainingConfig configToResume(const std::filesystem::path& runFolder);

/// What a run folder says; readable while the run goes on.
struct RunRecord {
  TrainingConfig config;
  std::vector<EpochReport> epochs;
};
[[nodiscard]] RunRecord loadRun(const std::filesystem::path& runFolder);

}  // namespace pulmo
