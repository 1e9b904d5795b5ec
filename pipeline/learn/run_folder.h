// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/core/folder_lock.h"
#include "pipeline/learn/slice_feed.h"
#include "pipeline/learn/training.h"

namespace pulmo {

/// The files of a run that other tools read: config.json, epochs.csv, steps.csv, samples/.
///
/// Lines are flushed as they come, so that a run that goes on can be followed.
/// One program at a time writes there.
class RunFolder {
 public:
  static constexpr const char* kLock = ".train.lock";

  /// @throws Error{Io} if the folder holds a run already
  static void requireNone(const std::filesystem::path& folder);
  /// A new run. What fails on the way leaves the folder as it was, so that its name can be used again.
  /// @param firstCheckpoint  writes lastCheckpoint(); comes first: whatever is cut off later, there is a run to resume
  /// @throws Error{Io} if the folder holds a run already or cannot be written; what firstCheckpoint throws
  static RunFolder create(const std::filesystem::path& folder, const TrainingConfig& config,
                          const std::function<void(const std::filesystem::path&)>& firstCheckpoint);
  /// A run's folder, kept from other programs before its checkpoint is read.
  /// @throws Error{Io} if there is no run to go on with, or another training is at work there
  static RunFolder open(const std::filesystem::path& folder);
  /// The run goes on: what was written after the checkpoint is cut off, since it will come again.
  /// @throws Error{Io}
  void goOn(const TrainingConfig& config, const std::vector<EpochReport>& reports, std::int64_t stepsDone);

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  [[nodiscard]] std::filesystem::path lastCheckpoint() const { return folder_ / "checkpoint-last.pt"; }
  [[nodiscard]] std::filesystem::path bestCheckpoint() const { return folder_ / "checkpoint-best.pt"; }
  [[nodiscard]] std::filesystem::path lastModel() const { return folder_ / "model-last.pth"; }
  [[nodiscard]] std::filesystem::path bestModel() const { return folder_ / "model-best.pth"; }

  void addStep(const StepReport& report);    ///< @throws Error{Io} when the disk is full
  void addEpoch(const EpochReport& report);  ///< @throws Error{Io}
  /// Pictures of slices as the network sees them, with their labels beside.
  void addSamples(const Batch& batch, int neighbours, int size, int limit);

 private:
  explicit RunFolder(std::filesystem::path folder);  ///< made and locked
  void writeConfig(const TrainingConfig& config) const;
  void openCsv(bool fresh);
  void undoCreation(bool folderToo);

  std::filesystem::path folder_;
  std::unique_ptr<FolderLock> lock_;
  std::ofstream epochs_, steps_;
  int samples_ = 0;
};

}  // namespace pulmo
