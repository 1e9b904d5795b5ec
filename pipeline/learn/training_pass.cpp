// SPDX-License-Identifier: Apache-2.0
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "pipeline/learn/augment.h"
#include "pipeline/learn/training_pass_torch.h"

namespace pulmo {

namespace {

using torch::Tensor;

constexpr double kEarlierStageWeight = 0.5;

/// Puts the network into another mode while it lives.
class ModeGuard {
 public:
  ModeGuard(SegmentationNet& net, bool training) : net_(net), before_(net.is_training()) { net.train(training); }
  ~ModeGuard() { net_.train(before_); }
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;

 private:
  SegmentationNet& net_;
  bool before_;
};

StepFigures figuresOf(const LossParts& parts) {
  const Tensor all =
      torch::stack({parts.total.detach(), parts.diceLoss.detach(), parts.crossEntropy.detach()}).to(torch::kCPU);
  const float* value = all.data_ptr<float>();
  return {value[0], value[1], value[2]};
}

void add(PassSums& sums, const StepFigures& figures, std::int64_t slices) {
  sums.total += figures.total;
  sums.diceLoss += figures.diceLoss;
  sums.crossEntropy += figures.crossEntropy;
  ++sums.batches;
  sums.slices += slices;
}

}  // namespace

bool StepFigures::finite() const {
  return std::isfinite(total) && std::isfinite(diceLoss) && std::isfinite(crossEntropy);
}

DeviceBatch onDevice(const Batch& batch, const NetworkDescription& network, torch::Device device) {
  // from_blob wants a pointer to non-const; nothing writes through it.
  auto* images = const_cast<float*>(batch.images.data());
  auto* labels = const_cast<std::uint8_t*>(batch.labels.data());
  const std::int64_t size = network.size;
  DeviceBatch result;
  result.images = torch::from_blob(images, {batch.count, network.neighbours, size, size}, torch::kFloat32)
                      .to(device)
                      .contiguous(torch::MemoryFormat::ChannelsLast);
  result.labels = torch::from_blob(labels, {batch.count, size, size}, torch::kUInt8).to(device).to(torch::kInt64);
  return result;
}

StepFigures learnFrom(SegmentationNet& net, const DeviceBatch& batch, const Compute& compute, double scale,
                      PassSums& sums) {
  std::vector<Tensor> stages;
  {
    const AutocastGuard autocast(compute);
    stages = net.stages(batch.images);
  }
  const LossParts parts = segmentationLoss(stages.front(), batch.labels);
  const StepFigures figures = figuresOf(parts);
  if (!figures.finite()) return figures;
  Tensor objective = parts.total;
  for (std::size_t i = 1; i < stages.size(); ++i)
    objective = objective + kEarlierStageWeight * segmentationLoss(stages[i], batch.labels).total;
  (objective * scale).backward();
  add(sums, figures, batch.labels.size(0));
  addOverlap(sums, stages.front(), batch.labels);
  return figures;
}

std::optional<PassFigures> validatePass(SegmentationNet& net, const Compute& compute, const NetworkDescription& network,
                                        SliceFeed& feed, const StopToken& stop) {
  const torch::InferenceMode inference;
  const ModeGuard mode(net, false);
  PassSums sums;
  while (const auto batch = feed.next(stop)) {
    const DeviceBatch there = onDevice(*batch, network, compute.device);
    Tensor logits;
    {
      const AutocastGuard autocast(compute);
      logits = net.forward(there.images);
    }
    add(sums, figuresOf(segmentationLoss(logits, there.labels)), batch->count);
    addOverlap(sums, logits, there.labels);
    if (stop.stop_requested()) return std::nullopt;
  }
  if (stop.stop_requested()) return std::nullopt;
  return figuresOf(sums);
}

std::vector<std::uint8_t> labelsOf(SegmentationNet& net, const Compute& compute, const NetworkDescription& network,
                                   const std::vector<std::int16_t>& hu) {
  const torch::InferenceMode inference;
  const ModeGuard mode(net, false);
  const std::int64_t size = network.size;
  std::vector<float> plane(hu.begin(), hu.end());
  if (network.denoise) denoise(plane.data(), network.size);
  throughWindow(plane.data(), plane.size(), network.inputWindow, plane.data());
  const Tensor image = torch::from_blob(plane.data(), {1, 1, size, size}).expand({1, network.neighbours, size, size});
  Tensor logits;
  {
    const AutocastGuard autocast(compute);
    logits = net.forward(image.to(compute.device).contiguous(torch::MemoryFormat::ChannelsLast));
  }
  const Tensor labels = logits.argmax(1).to(torch::kCPU, torch::kUInt8).contiguous();
  const std::uint8_t* values = labels.data_ptr<std::uint8_t>();
  return {values, values + labels.numel()};
}

}  // namespace pulmo
