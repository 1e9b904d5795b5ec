// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "pipeline/learn/training_config.h"

namespace pulmo {

/// Share of the configured learning rate at an optimizer step; a pure function.
/// @param step   from 0
/// @param steps  of the whole run, > 0
[[nodiscard]] double scheduleFactor(Schedule schedule, std::int64_t step, std::int64_t steps);

/// Adam and AdamW with their state in plain sight, so that a checkpoint holds all of it on every LibTorch.
/// @source Kingma & Ba 2015, arXiv:1412.6980, algorithm 1 (beta 0.9, 0.999, epsilon 1e-8)
/// @source Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2 (AdamW: the decay apart from the gradient)
class AdamOptimizer {
 public:
  /// @param parameters  share their storage with the network's
  AdamOptimizer(OptimizerKind kind, double weightDecay, std::vector<torch::Tensor> parameters);

  void zeroGradients();
  /// Scales the gradients down to a common norm of at most kMostNorm, then takes a step and clears them.
  /// @return the norm before; not finite: nothing was changed
  double step(double learningRate);

  [[nodiscard]] std::int64_t stepsTaken() const { return steps_; }
  /// State of a run that goes on: tensors to read and to write into, one a parameter.
  void setStepsTaken(std::int64_t steps) { steps_ = steps; }
  [[nodiscard]] const std::vector<torch::Tensor>& first() const { return first_; }
  [[nodiscard]] const std::vector<torch::Tensor>& second() const { return second_; }
  [[nodiscard]] std::vector<torch::Tensor> gradients() const;  ///< zeros where there is none yet; own storage

  /// One bad batch among a million must not undo an epoch; usual norms stay below it.
  static constexpr double kMostNorm = 1.0;

 private:
  double weightDecay_;
  std::vector<torch::Tensor> parameters_, first_, second_;
  std::int64_t steps_ = 0;
};

}  // namespace pulmo
