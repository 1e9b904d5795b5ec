// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/resume_settings.h"

#include <string>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

void requireSameLearning(const TrainingConfig& run, const TrainingConfig& wanted) {
  TrainingConfig rest = wanted;
  rest.epochs = run.epochs;
  rest.checkpointEvery = run.checkpointEvery;
  rest.device = run.device;
  rest.precision = run.precision;
  rest.threads = run.threads;
  rest.dataThreads = run.dataThreads;
  const int slicesAStep = run.batchSize * run.accumulate;
  if (wanted.batchSize * wanted.accumulate == slicesAStep) {
    rest.batchSize = run.batchSize;
    rest.accumulate = run.accumulate;
  }
  if (rest == run) return;
  throw Error(
      ErrorKind::InvalidInput,
      "A run that is resumed keeps what it learns by, and \"" + firstDifference(run, rest) +
          "\" differs: only epochs, checkpointEvery, device, precision, threads and dataThreads may change, and "
          "batchSize with accumulate while their product is " +
          std::to_string(slicesAStep) + ".");
}

}  // namespace

void goOnWith(Checkpoint& checkpoint, const TrainingConfig& wanted) {
  validate(wanted);
  const TrainingConfig run = checkpoint.config;
  requireSameLearning(run, wanted);
  checkpoint.config = wanted;
  if (wanted.batchSize == run.batchSize) return;
  const std::int64_t slices = checkpoint.batchesDone * run.batchSize;
  if (slices % wanted.batchSize != 0)
    throw Error(ErrorKind::InvalidInput,
                "The run has done " + std::to_string(slices) + " slices of its epoch, which batches of " +
                    std::to_string(wanted.batchSize) + " do not make up: choose a batch size " + "that divides " +
                    std::to_string(run.batchSize) + ".");
  // The epoch's averages are over batches: one of before counts as so many of now.
  const double share = static_cast<double>(run.batchSize) / wanted.batchSize;
  checkpoint.batchesDone = slices / wanted.batchSize;
  checkpoint.sums.batches = checkpoint.batchesDone;
  for (double* sum : {&checkpoint.sums.total, &checkpoint.sums.diceLoss, &checkpoint.sums.crossEntropy}) *sum *= share;
}

}  // namespace pulmo
