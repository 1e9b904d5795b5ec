// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "pipeline/learn/body_crop.h"
#include "pipeline/learn/training.h"

namespace pulmo {

/// What the network made of one slice of the open scan.
struct NetworkPreview {
  int epoch = 0;
  int z = 0;
  CtPtr ct;         ///< the scan
  LabelPtr labels;  ///< one slice on the scan's matrix
};

/// Between the training thread and the window: gathers step losses so that they cross twenty times a second and not at
/// every step, and takes the slice in view to the network and its labels back.
///
/// The observer's calls belong to the training thread; the rest may be called from any. What is handed to `post` runs
/// on the window's thread.
class TrainingLink final : public TrainingObserver {
 public:
  struct Receiver {
    std::function<void(const std::string& device, std::int64_t stepsPerEpoch, int firstEpoch)> started;
    std::function<void(const EpochReport&)> epochDone;
    std::function<void(const NetworkPreview&)> previewMade;
  };
  using Post = std::function<void(std::function<void()>)>;

  TrainingLink(Post post, Receiver receiver) : post_(std::move(post)), receiver_(std::move(receiver)) {}

  struct Step {
    int run = 0;
    StepReport report;
  };
  /// Before each run. @param run  its id; @param size  of the network's matrix
  void beginRun(int run, int size, int epochs, ProgressSink progress);
  void setSlice(CtPtr ct, int z);               ///< in view; null = none
  [[nodiscard]] std::vector<Step> takeSteps();  ///< gathered since the last call

  void started(const std::string& device, std::int64_t stepsPerEpoch, int firstEpoch) override;
  void stepDone(const StepReport& report) override;
  void epochDone(const EpochReport& report) override;
  void checkpointWritten(const std::filesystem::path&) override {}
  std::vector<std::int16_t> previewWanted() override;
  void previewMade(int epoch, const std::vector<std::uint8_t>& labels) override;

 private:
  using Clock = std::chrono::steady_clock;
  Post post_;
  Receiver receiver_;
  std::mutex mutex_;  ///< of the next three
  std::vector<Step> steps_;
  CtPtr ct_;
  int z_ = 0;

  // Of the training thread.
  ProgressSink progress_;
  int run_ = 0, size_ = 0, epochs_ = 0;
  std::int64_t stepsPerEpoch_ = 0;
  Clock::time_point told_{};
  CtPtr sent_;
  int sentZ_ = 0;
  std::unique_ptr<SliceFrame> frame_;
};

}  // namespace pulmo
