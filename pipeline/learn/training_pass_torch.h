// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "pipeline/learn/compute_torch.h"
#include "pipeline/learn/loss_torch.h"
#include "pipeline/learn/network_torch.h"
#include "pipeline/learn/slice_feed.h"

namespace pulmo {

/// A batch where the network computes.
struct DeviceBatch {
  torch::Tensor images;  ///< [N, neighbours, S, S], float32, channels-last; may lie on the batch's own memory
  torch::Tensor labels;  ///< [N, S, S], int64
};
/// @param batch  outlives the tensors
[[nodiscard]] DeviceBatch onDevice(const Batch& batch, const NetworkDescription& network, torch::Device device);

/// One batch's loss as numbers.
struct StepFigures {
  double total = 0, diceLoss = 0, crossEntropy = 0;
  [[nodiscard]] bool finite() const;
};

/// Forward and backward of one batch: adds `scale` times the gradient of the loss, and the batch's figures and overlap
/// to the sums. Earlier stages of a cascade weigh half in the gradient; the figures are the last stage's.
/// @return a loss that is not finite: no gradient was added, nor anything to the sums
StepFigures learnFrom(SegmentationNet& net, const DeviceBatch& batch, const Compute& compute, double scale,
                      PassSums& sums);

/// Figures of a whole pass, without the optimizer, under InferenceMode: no weight can change.
/// @return nullopt if stopped
[[nodiscard]] std::optional<PassFigures> validatePass(SegmentationNet& net, const Compute& compute,
                                                      const NetworkDescription& network, SliceFeed& feed,
                                                      const StopToken& stop);

/// Labels of one slice, [S, S].
/// @param hu  [S, S]; stands for its neighbours too
[[nodiscard]] std::vector<std::uint8_t> labelsOf(SegmentationNet& net, const Compute& compute,
                                                 const NetworkDescription& network,
                                                 const std::vector<std::int16_t>& hu);

}  // namespace pulmo
