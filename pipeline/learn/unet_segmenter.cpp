// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/unet_segmenter.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/learn/allocator.h"
#include "pipeline/learn/augment.h"
#include "pipeline/learn/body_crop.h"
#include "pipeline/learn/compute_torch.h"
#include "pipeline/learn/mask_cleanup.h"
#include "pipeline/learn/network_torch.h"
#include "pipeline/learn/outside_body.h"

namespace pulmo {

namespace {

/// Bytes of activations a pixel and base channel: the two widest levels with what convolutions keep beside.
constexpr double kActivationBytes = 64;
constexpr double kMemoryCpu = 400e6, kMemoryCuda = 3e9;
constexpr int kLargestBatch = 16;
constexpr double kNoLungsMl = 10, kNoLungsShare = 2e-4, kLeastAirShare = 0.002, kSmallLungsMl = 800;
constexpr int kWholeScanSlices = 20;

int batchSizeOf(const NetworkDescription& d, bool cuda) {
  const double bytes = kActivationBytes * d.baseChannels * d.size * d.size;
  return std::clamp(static_cast<int>((cuda ? kMemoryCuda : kMemoryCpu) / bytes), 1, kLargestBatch);
}

}  // namespace

struct UNetSegmenter::Net {
  NetworkDescription description;
  UNetOptions options;
  Compute compute;
  std::shared_ptr<SegmentationNet> module;
  std::mutex busy;

  torch::Tensor logits(const torch::Tensor& images) {  // [n, neighbours, N, N] -> [n, 3, N, N] on the processor
    const AutocastGuard autocast(compute);
    const auto on = images.contiguous(torch::MemoryFormat::ChannelsLast).to(compute.device);
    return module->forward(on).to(torch::kCPU, torch::kFloat32).contiguous();
  }

  std::optional<UncertainSegmentation> run(const CtVolume& ct, bool uncertain, const StopToken& stop,
                                           const ProgressSink& progress);
  bool predict(const CtVolume& ct, const SliceFrame& frame, UncertainSegmentation& result, bool uncertain,
               const StopToken& stop, const ProgressSink& progress);
};

UNetSegmenter::UNetSegmenter(const NetworkWeights& weights, const UNetOptions& options)
    : net_(std::make_unique<Net>()) {
  net_->description = weights.description;
  net_->options = options;
  translated("the size of the network", [&] {
    const torch::InferenceMode inference;
    net_->compute = chooseCompute(options.device, options.precision, options.threads);
    net_->module = makeNetwork(weights.description);
    loadTensors(*net_->module, weights);
    net_->module->eval();
    net_->module->to(net_->compute.device);
  });
}

UNetSegmenter::~UNetSegmenter() = default;

/// Fills the labels (and the entropy). @return false if stopped
bool UNetSegmenter::Net::predict(const CtVolume& ct, const SliceFrame& frame, UncertainSegmentation& result,
                                 bool uncertain, const StopToken& stop, const ProgressSink& progress) {
  const int slices = ct.grid().size[2], size = description.size, neighbours = description.neighbours;
  const int batch = batchSizeOf(description, compute.device.is_cuda());
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  for (int first = 0; first < slices; first += batch) {
    if (stop.stop_requested()) return false;
    const int count = std::min(batch, slices - first);
    if (progress)
      progress(0.95 * first / slices,
               "The network looks at slice " + std::to_string(first + 1) + " of " + std::to_string(slices));
    // Neighbouring slices are shared by the images of a batch: each is resampled once. Beyond the ends the last counts.
    const int before = neighbours / 2, planes = count + 2 * before;
    torch::Tensor stack = torch::empty({planes, size, size});
    float* values = stack.data_ptr<float>();
    parallelFor(static_cast<std::size_t>(planes), compute.threads, stop, [&](std::size_t i) {
      const int z = std::clamp(first - before + static_cast<int>(i), 0, slices - 1);
      float* plane = values + i * pixels;
      frame.toNetwork(ct.slice(z), description.inputWindow.width, description.inputWindow.centre, plane);
      if (description.denoise) denoise(plane, size);  // a median and a rising window may change places
    });
    if (stop.stop_requested()) return false;
    // [planes, N, N] -> [count, N, N, neighbours] -> [count, neighbours, N, N]
    const torch::Tensor images = stack.unfold(0, neighbours, 1).permute({0, 3, 1, 2});
    const torch::Tensor out = logits(images);
    const float* at = out.data_ptr<float>();
    parallelFor(static_cast<std::size_t>(count), compute.threads, stop, [&](std::size_t i) {
      const int z = first + static_cast<int>(i);
      frame.toScan(at + i * 3 * pixels, result.segmentation.labels.slice(z),
                   uncertain ? result.uncertainty.slice(z) : nullptr);
    });
  }
  return !stop.stop_requested();
}

namespace {

/// Share of the lungs that holds air at all: even lungs white with disease have some.
double airShare(const CtVolume& ct, const LabelVolume& labels, double lungs) {
  constexpr std::int16_t kAirBelowHu = -300;
  std::uint64_t air = 0;
  for (std::size_t i = 0; i < labels.voxels().size(); ++i)
    air += labels.voxels()[i] != kBackground && ct.voxels()[i] < kAirBelowHu ? 1 : 0;
  return lungs > 0 ? static_cast<double>(air) / lungs : 0;
}

void judge(const CtVolume& ct, const LabelVolume& labels, std::vector<std::string>& notes) {
  std::array<std::uint64_t, 3> voxels{0, 0, 0};
  for (const std::uint8_t v : labels.voxels()) ++voxels[v];
  const Grid& grid = labels.grid();
  const auto lungs = static_cast<double>(voxels[kRightLung] + voxels[kLeftLung]);
  const double ml = lungs * grid.voxelMl();
  const bool whole = grid.spacingKnown && grid.size[2] >= kWholeScanSlices;
  if (lungs < kNoLungsShare * static_cast<double>(grid.voxelCount()) || lungs == 0 || (whole && ml < kNoLungsMl) ||
      airShare(ct, labels, lungs) < kLeastAirShare)
    throw Error(ErrorKind::InvalidInput,
                "No lungs were found by the network. Is this a CT of the chest, in Hounsfield units?");
  if (whole && ml < kSmallLungsMl)
    notes.push_back("The lungs hold only " + std::to_string(std::lround(ml)) +
                    " ml together: check that none of it is missing.");
  for (const std::uint8_t side : {kRightLung, kLeftLung})
    if (voxels[side] == 0)
      notes.push_back("The network found no " + std::string(side == kRightLung ? "right" : "left") + " lung.");
}

}  // namespace

std::optional<UncertainSegmentation> UNetSegmenter::Net::run(const CtVolume& ct, bool uncertain, const StopToken& stop,
                                                             const ProgressSink& progress) {
  if (ct.grid().voxelCount() == 0) throw Error(ErrorKind::InvalidInput, "The scan has no voxels.");
  const std::scoped_lock lock(busy);
  return translated("the number of threads, or use a smaller network", [&]() -> std::optional<UncertainSegmentation> {
    const torch::InferenceMode inference;
    torch::set_num_threads(compute.threads);  // OpenMP keeps it apart for each thread that calls
    const BodyBox body = findBodyBox(ct);
    const SliceFrame frame(ct.grid(), squareAround(ct.grid(), body), description.size);
    UncertainSegmentation result{{LabelVolume(ct.grid()), {}}, uncertain ? LabelVolume(ct.grid()) : LabelVolume()};
    const bool done = predict(ct, frame, result, uncertain, stop, progress);
    trimAllocator();
    if (!done) return std::nullopt;
    if (options.cleanUp) {
      if (progress) progress(0.95, "Parts, holes and sides");
      const auto taken = eraseOutsideBody(result.segmentation.labels, ct, stop);
      if (!taken) return std::nullopt;
      const std::optional<double> middle = body.found ? std::optional((body.x0 + body.x1 - 1) / 2) : std::nullopt;
      auto notes = cleanMask(result.segmentation.labels, middle, stop);
      if (!notes) return std::nullopt;
      result.segmentation.notes = std::move(*notes);
      if (*taken > 0)
        result.segmentation.notes.emplace_back(
            "Air outside the body that looked like lung to the network was left out.");
    }
    judge(ct, result.segmentation.labels, result.segmentation.notes);
    if (progress) progress(1, "");
    return result;
  });
}

std::optional<Segmentation> UNetSegmenter::segment(const CtVolume& ct, const StopToken& stop,
                                                   const ProgressSink& progress) const {
  auto result = net_->run(ct, false, stop, progress);
  if (!result) return std::nullopt;
  return std::move(result->segmentation);
}

std::optional<UncertainSegmentation> UNetSegmenter::segmentWithUncertainty(const CtVolume& ct, const StopToken& stop,
                                                                           const ProgressSink& progress) const {
  return net_->run(ct, true, stop, progress);
}

}  // namespace pulmo
