// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

#include "pipeline/core/atomic_file.h"
#include "pipeline/learn/network_description.h"

namespace pulmo {

// Final models as .pth: a zip of stored members with a pickle, as torch.save makes it, so that Python opens it with
// torch.load(path, weights_only=True) and gets {"state_dict": {name: tensor}, "description": {...}, "card": str}.
// Standard C++ alone; no LibTorch code ever touches a file from a stranger.

struct WeightsLimits {
  std::uint64_t fileBytes = 1ULL << 30;
  std::size_t tensors = 4096;
  std::uint64_t values = 256ULL << 20;  ///< of all tensors together
};

/// Whole or not at all. Float32; `half` stores float16, half the size, read back as float32.
/// @throws Error{Io}
void saveWeights(const std::filesystem::path& target, const NetworkWeights& weights, Overwrite overwrite,
                 bool half = false);

/// Reads what saveWeights wrote, and what Python's torch.save made of the same dict (or of a bare state dict, then the
/// description is worked out from the shapes). Knows an allow-list of pickle opcodes and of globals
/// (collections.OrderedDict, torch._utils._rebuild_tensor_v2, torch storages of float32, float16, bfloat16, int64);
/// names, shapes, types and sizes are checked against limits before anything is allocated; nothing is executed.
/// @throws Error{InvalidInput} with the reason for a damaged, hostile or too large file; Error{Unsupported} for what is
///         well formed but not ours (legacy tar format, another opcode, a quantised tensor); Error{Io}
[[nodiscard]] NetworkWeights loadWeights(const std::filesystem::path& file, const WeightsLimits& limits = {});

}  // namespace pulmo
