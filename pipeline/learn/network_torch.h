// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/learn/network_description.h"

namespace pulmo {

/// A network that gives each pixel of a slice a class. For the sources of this module alone: torch stands in it.
///
/// Blocks are conv 3x3, group normalisation (about 8 channels a group), leaky ReLU, twice; down by max pooling, up by
/// a 1x1 convolution and bilinear doubling, the encoder's features beside. Group normalisation makes what a slice
/// becomes independent of the slices beside it in a batch, in training and prediction alike: batches of 4 are enough,
/// a scan with another intensity scale is normalised by itself, and there are no running statistics that could lag.
/// @source Ronneberger et al. 2015, doi:10.1007/978-3-319-24574-4_28; deviations: padded convolutions, norm, upsampling
/// @source Wu & He 2018, "Group Normalization", doi:10.1007/978-3-030-01261-8_1
class SegmentationNet : public torch::nn::Module {
 public:
  /// @param images  [N, neighbours, H, W], 0 .. 1; H and W multiples of multiple()
  /// @return logits [N, classes, H, W]
  virtual torch::Tensor forward(torch::Tensor images) = 0;

  /// What the loss is taken of: the logits, then those of earlier stages at the same size (Cascade's coarse one).
  virtual std::vector<torch::Tensor> stages(torch::Tensor images) { return {forward(std::move(images))}; }

  /// H and W that fit: multiples of this.
  [[nodiscard]] virtual int multiple() const = 0;
};

/// Freshly initialised (He 2015, doi:10.1109/ICCV.2015.123; the values come from the seed alone), float32, on the
/// processor, in channels-last layout, in training mode.
/// @throws Error{InvalidInput} for a description out of its limits
[[nodiscard]] std::shared_ptr<SegmentationNet> makeNetwork(const NetworkDescription& description,
                                                           std::uint64_t seed = 1);

/// Copies weights into a network of the same description, on whatever device it is.
/// @throws Error{InvalidInput} naming the tensor that is missing, unknown, of another shape, or not finite
void loadTensors(SegmentationNet& net, const NetworkWeights& weights);

/// The network's weights as plain values.
[[nodiscard]] NetworkWeights tensorsOf(const SegmentationNet& net, const NetworkDescription& description,
                                       const std::string& card);

}  // namespace pulmo
