// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "pipeline/learn/network_description.h"

namespace pulmo::test {

/// A network worked out on paper: a pixel is class 1 if it is darker than two thirds of the image's root mean square.
///
/// All convolutions are zero but the ones that carry one channel x and its negative along the finest level. The group
/// norm over (x, -x, 0, 0) has mean 0, so it divides by sqrt(mean(x^2) / 2); x is positive, and leaky ReLU leaves it.
/// So the head sees x sqrt(2) / rms: soft tissue about 1.5, lung of -850 HU about 0.5, and it says class 1 where that
/// is below 0.95.
/// @param looksAt  which of the neighbouring slices it looks at, 0 .. neighbours - 1
inline NetworkWeights darkNetwork(int neighbours, int looksAt, int size = 128) {
  NetworkWeights weights;
  weights.description.baseChannels = 4;
  weights.description.levels = 3;
  weights.description.neighbours = neighbours;
  weights.description.size = size;
  const auto conv = [&](const std::string& name, std::int64_t out, std::int64_t in, std::int64_t kernel) -> auto& {
    weights.tensors.push_back({name,
                               {out, in, kernel, kernel},
                               std::vector<float>(static_cast<std::size_t>(out * in * kernel * kernel)),
                               {}});
    return weights.tensors.back().values;
  };
  const auto carry = [](std::vector<float>& values, std::int64_t in, std::int64_t from) {
    values[static_cast<std::size_t>(from * 9 + 4)] = 1;          // channel 0, centre
    values[static_cast<std::size_t>((in + from) * 9 + 4)] = -1;  // channel 1
  };
  const auto norm = [&](const std::string& name, std::int64_t channels) {
    weights.tensors.push_back(
        {name + ".weight", {channels}, std::vector<float>(static_cast<std::size_t>(channels), 1), {}});
    weights.tensors.push_back(
        {name + ".bias", {channels}, std::vector<float>(static_cast<std::size_t>(channels), 0), {}});
  };
  const auto block = [&](const std::string& name, std::int64_t in, std::int64_t out, bool carries, std::int64_t from) {
    auto* values = &conv(name + ".conv1.weight", out, in, 3);
    if (carries) carry(*values, in, from);
    norm(name + ".norm1", out);
    values = &conv(name + ".conv2.weight", out, out, 3);
    if (carries) carry(*values, out, 0);
    norm(name + ".norm2", out);
  };
  block("down.0", neighbours, 4, true, looksAt);
  block("down.1", 4, 8, false, 0);
  block("down.2", 8, 16, false, 0);
  conv("up.0.reduce.weight", 8, 16, 1);
  block("up.0.block", 16, 8, false, 0);
  conv("up.1.reduce.weight", 4, 8, 1);
  block("up.1.block", 8, 4, true, 0);
  conv("head.weight", 3, 4, 1)[0] = 1;
  weights.tensors.push_back({"head.bias", {3}, {0, 0.95F, -100}, {}});
  return weights;
}

}  // namespace pulmo::test
