// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <torch/types.h>

#include <string>

#include "pipeline/learn/training_config.h"

namespace pulmo {

/// On what, in which precision and with how many threads a network computes. For the sources of this module alone.
struct Compute {
  torch::Device device = torch::kCPU;
  bool bf16 = false;  ///< convolutions in bfloat16 by autocast; weights, norms' statistics and losses in float32
  int threads = 1;
  std::string text;  ///< "CPU, 2 threads, bf16"
};

/// Decides, tunes the allocator and sets LibTorch's threads (which counts physical cores and sees one here).
/// @param threads  0 = all processors
/// @throws Error{Unsupported} if CUDA is asked for and there is none, or bf16 where the processor lacks it
[[nodiscard]] Compute chooseCompute(DeviceChoice device, Precision precision, int threads);

/// While it lives, convolutions on this thread compute in bfloat16, if the choice says so.
/// @thread the one it is made on
class AutocastGuard {
 public:
  explicit AutocastGuard(const Compute& compute);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  torch::Device device_;
  bool active_;
  bool before_ = false;
  at::ScalarType typeBefore_ = at::kFloat;
};

/// Runs a piece of work and translates what LibTorch throws.
/// @param toLower  what to lower when memory ran out: "the batch size or the network's channels"
/// @throws Error{OutOfMemory}, Error{Internal}
template <class Work>
auto translated(const std::string& toLower, const Work& work) -> decltype(work());

/// The exception in flight as an Error: call inside a catch clause only.
[[noreturn]] void rethrowTranslated(const std::string& toLower);

template <class Work>
auto translated(const std::string& toLower, const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (...) {
    rethrowTranslated(toLower);
  }
}

}  // namespace pulmo
