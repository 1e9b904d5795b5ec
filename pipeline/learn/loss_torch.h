// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <torch/types.h>

#include "pipeline/learn/pass_sums.h"

namespace pulmo {

/// What is minimised, of one batch: scalars, float32, with their gradient.
struct LossParts {
  torch::Tensor total, diceLoss, crossEntropy;  ///< total = Dice loss + cross-entropy
};

/// Soft Dice loss over the lung classes plus cross-entropy over all pixels, both computed in float32 whatever the
/// logits' type.
///
/// Dice loss = 1 - mean over the lungs that the batch's labels have of (2 I + s) / (P + G + s); I, P and G are sums of
/// p g, p and g over the whole batch, s = 1 pixel. A lung that no slice of the batch has takes no part (with neither
/// the Dice loss is 0): its Dice would jump from 0 to 1 with a single pixel, and drown what the others say. Pixels
/// wrongly called that lung are the cross-entropy's. A pixel labelled kLungUnsided says lung, not which: its target is
/// split between the sides as the network does, and its cross-entropy is that of either.
/// @param logits  [N, 3, H, W]
/// @param labels  [N, H, W], int64, 0 .. 3
/// @source Milletari et al. 2016, doi:10.1109/3DV.2016.79, eq. in section 3, without the squares, as a soft set size
[[nodiscard]] LossParts segmentationLoss(const torch::Tensor& logits, const torch::Tensor& labels);

/// Adds one batch's overlap; the losses are added by who has them as numbers.
void addOverlap(PassSums& sums, const torch::Tensor& logits, const torch::Tensor& labels);

}  // namespace pulmo
