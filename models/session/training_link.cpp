// SPDX-License-Identifier: Apache-2.0
#include "models/session/training_link.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pulmo {

namespace {

constexpr std::chrono::milliseconds kTellEvery{250};
constexpr WindowHu kAllHu{4096, 1024};  // wider than any network's window: what is cut there carries nothing

}  // namespace

void TrainingLink::beginRun(int run, int size, int epochs, ProgressSink progress) {
  run_ = run;
  size_ = size;
  epochs_ = epochs;
  progress_ = std::move(progress);
  sent_.reset();
  frame_.reset();
}

void TrainingLink::setSlice(CtPtr ct, int z) {
  const std::lock_guard lock(mutex_);
  ct_ = std::move(ct);
  z_ = z;
}

std::vector<TrainingLink::Step> TrainingLink::takeSteps() {
  const std::lock_guard lock(mutex_);
  return std::exchange(steps_, {});
}

void TrainingLink::started(const std::string& device, std::int64_t stepsPerEpoch, int firstEpoch) {
  stepsPerEpoch_ = std::max<std::int64_t>(1, stepsPerEpoch);
  post_([this, device, stepsPerEpoch, firstEpoch] { receiver_.started(device, stepsPerEpoch, firstEpoch); });
}

void TrainingLink::stepDone(const StepReport& report) {
  {
    const std::lock_guard lock(mutex_);
    steps_.push_back({run_, report});
  }
  const auto now = Clock::now();
  if (now - told_ < kTellEvery || !progress_) return;
  told_ = now;
  const double share = static_cast<double>(report.step) / static_cast<double>(stepsPerEpoch_ * std::max(1, epochs_));
  progress_(std::clamp(share, 0.0, 1.0), "epoch " + std::to_string(report.epoch) + " of " + std::to_string(epochs_));
}

void TrainingLink::epochDone(const EpochReport& report) {
  post_([this, report] { receiver_.epochDone(report); });
}

std::vector<std::int16_t> TrainingLink::previewWanted() {
  CtPtr ct;
  {
    const std::lock_guard lock(mutex_);
    ct = ct_;
    sentZ_ = z_;
  }
  if (!ct || ct->grid().voxelCount() == 0) return {};
  if (ct != sent_ || !frame_) {
    frame_ = std::make_unique<SliceFrame>(ct->grid(), squareAround(ct->grid(), findBodyBox(*ct)), size_);
    sent_ = ct;
  }
  sentZ_ = std::clamp(sentZ_, 0, ct->grid().size[2] - 1);
  const std::size_t count = static_cast<std::size_t>(size_) * static_cast<std::size_t>(size_);
  std::vector<float> matrix(count);
  frame_->toNetwork(ct->slice(sentZ_), kAllHu.width, kAllHu.centre, matrix.data());
  std::vector<std::int16_t> hu(count);
  for (std::size_t i = 0; i < count; ++i)
    hu[i] = static_cast<std::int16_t>(std::lround(kAllHu.centre + (matrix[i] - 0.5) * kAllHu.width));
  return hu;
}

void TrainingLink::previewMade(int epoch, const std::vector<std::uint8_t>& labels) {
  const std::size_t count = static_cast<std::size_t>(size_) * static_cast<std::size_t>(size_);
  if (!sent_ || !frame_ || labels.size() != count) return;
  std::vector<float> classes(3 * count, 0.F);
  for (std::size_t i = 0; i < count; ++i) classes[std::min<std::size_t>(2, labels[i]) * count + i] = 1.F;
  Grid flat = sent_->grid();
  flat.originMm = toPatient(flat, Index3{0, 0, sentZ_});
  flat.size[2] = 1;
  auto made = std::make_shared<LabelVolume>(flat);
  frame_->toScan(classes.data(), made->slice(0), nullptr);
  post_([this, preview = NetworkPreview{epoch, sentZ_, sent_, std::move(made)}] { receiver_.previewMade(preview); });
}

}  // namespace pulmo
