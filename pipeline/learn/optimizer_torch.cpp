// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/optimizer_torch.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace pulmo {

namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
constexpr double kWarmUpShare = 0.03;
constexpr std::int64_t kMostWarmUp = 200;
constexpr double kPolyPower = 0.9;  // as in nnU-Net

}  // namespace

double scheduleFactor(Schedule schedule, std::int64_t step, std::int64_t steps) {
  const auto warmUp = std::min(kMostWarmUp, static_cast<std::int64_t>(kWarmUpShare * static_cast<double>(steps)));
  if (step < warmUp) return static_cast<double>(step + 1) / static_cast<double>(warmUp + 1);
  const double t = std::clamp(
      static_cast<double>(step - warmUp) / static_cast<double>(std::max<std::int64_t>(1, steps - warmUp)), 0.0, 1.0);
  switch (schedule) {
    case Schedule::Constant:
      return 1;
    case Schedule::Poly:
      return std::pow(1 - t, kPolyPower);
    case Schedule::Cosine:
      return 0.5 * (1 + std::cos(std::numbers::pi * t));
  }
  return 1;
}

AdamOptimizer::AdamOptimizer(OptimizerKind kind, double weightDecay, std::vector<torch::Tensor> parameters)
    : weightDecay_(kind == OptimizerKind::AdamW ? weightDecay : 0), parameters_(std::move(parameters)) {
  for (const torch::Tensor& parameter : parameters_) {
    first_.push_back(torch::zeros_like(parameter).detach());
    second_.push_back(torch::zeros_like(parameter).detach());
  }
}

void AdamOptimizer::zeroGradients() {
  for (torch::Tensor& parameter : parameters_)
    if (parameter.grad().defined()) parameter.mutable_grad().reset();
}

std::vector<torch::Tensor> AdamOptimizer::gradients() const {
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : parameters_)
    gradients.push_back(parameter.grad().defined() ? parameter.grad().detach().clone()
                                                   : torch::zeros_like(parameter).detach());
  return gradients;
}

double AdamOptimizer::step(double learningRate) {
  const torch::NoGradGuard noGrad;
  std::vector<torch::Tensor> norms;
  for (const torch::Tensor& parameter : parameters_)
    if (parameter.grad().defined()) norms.push_back(parameter.grad().norm());
  if (norms.empty()) return 0;
  const double norm = torch::stack(norms).norm().item<double>();
  if (!std::isfinite(norm)) return norm;
  const double shrink = norm > kMostNorm ? kMostNorm / norm : 1;
  ++steps_;
  const double correction1 = 1 - std::pow(kBeta1, static_cast<double>(steps_));
  const double correction2 = std::sqrt(1 - std::pow(kBeta2, static_cast<double>(steps_)));
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    torch::Tensor& parameter = parameters_[i];
    torch::Tensor gradient = parameter.grad();
    if (!gradient.defined()) continue;
    if (shrink < 1) gradient.mul_(shrink);
    first_[i].mul_(kBeta1).add_(gradient, 1 - kBeta1);
    second_[i].mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
    // Norms and biases are not drawn to zero: only what multiplies features is.
    if (weightDecay_ > 0 && parameter.dim() > 1) parameter.mul_(1 - learningRate * weightDecay_);
    const torch::Tensor denominator = (second_[i].sqrt() / correction2).add_(kEpsilon);
    parameter.addcdiv_(first_[i], denominator, -learningRate / correction1);
  }
  zeroGradients();
  return norm;
}

}  // namespace pulmo
