// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/loss_torch.h"

#include <torch/utils.h>

#include "pipeline/core/label_set.h"

namespace pulmo {

namespace {

using torch::Tensor;

constexpr double kSmooth = 1;

/// Targets of the two lungs, [N, 2, H, W]; unsided pixels split as the prediction does.
Tensor sideTargets(const Tensor& probabilities, const Tensor& labels, bool unsided) {
  const Tensor targets = torch::stack({labels.eq(kRightLung), labels.eq(kLeftLung)}, 1).to(torch::kFloat32);
  if (!unsided) return targets;
  const Tensor lungs = probabilities.detach().slice(1, 1, 3);
  const Tensor split = lungs / lungs.sum(1, true).clamp_min(1e-6);
  return targets + labels.eq(kLungUnsided).unsqueeze(1) * split;
}

}  // namespace

LossParts segmentationLoss(const Tensor& logits, const Tensor& labels) {
  const Tensor logP = torch::log_softmax(logits.to(torch::kFloat32), 1);  // [N, 3, H, W]
  const Tensor p = logP.exp();
  const bool unsided = labels.eq(kLungUnsided).any().item<bool>();
  const Tensor sided = unsided ? labels.masked_fill(labels.eq(kLungUnsided), kRightLung) : labels;
  Tensor likely = logP.gather(1, sided.unsqueeze(1)).squeeze(1);  // [N, H, W]
  if (unsided) likely = torch::where(labels.eq(kLungUnsided), torch::logsumexp(logP.slice(1, 1, 3), {1}), likely);

  const Tensor lungs = p.slice(1, 1, 3);
  const Tensor targets = sideTargets(p, labels, unsided);
  const Tensor agree = (lungs * targets).sum({0, 2, 3});  // [2]
  const Tensor sizes = lungs.sum({0, 2, 3}) + targets.sum({0, 2, 3});
  LossParts parts;
  const Tensor there = targets.sum({0, 2, 3}).gt(0).to(torch::kFloat32);
  const Tensor lost = 1 - (2 * agree + kSmooth) / (sizes + kSmooth);
  parts.diceLoss = (lost * there).sum() / there.sum().clamp_min(1);
  parts.crossEntropy = -likely.mean();
  parts.total = parts.diceLoss + parts.crossEntropy;
  return parts;
}

void addOverlap(PassSums& sums, const Tensor& logits, const Tensor& labels) {
  const torch::NoGradGuard noGrad;
  const Tensor told = labels.eq(kLungUnsided).flatten(1).any(1).logical_not().view({-1, 1, 1});  // [N, 1, 1]
  const Tensor predicted = logits.detach().argmax(1);
  std::vector<Tensor> counts;
  for (const int side : {kRightLung, kLeftLung}) {
    const Tensor mine = predicted.eq(side).logical_and(told);
    const Tensor theirs = labels.eq(side).logical_and(told);
    counts.push_back(mine.logical_and(theirs).sum());
    counts.push_back(mine.sum() + theirs.sum());
  }
  const Tensor all = torch::stack(counts).to(torch::kCPU, torch::kInt64);
  const std::int64_t* count = all.data_ptr<std::int64_t>();
  for (std::size_t side = 0; side < 2; ++side) {
    sums.agree[side] += count[2 * side];
    sums.sizes[side] += count[2 * side + 1];
  }
}

}  // namespace pulmo
