// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/core/view_types.h"

namespace pulmo {

enum class Architecture : std::uint8_t {
  UNet,          ///< plain 2-D U-Net with skip connections
  ResidualUNet,  ///< the same with a residual (ResNet) encoder
  Cascade        ///< two U-Nets: a coarse one finds the lungs, a fine one outlines them
};

/// Everything that is needed to build the network again and to feed it; travels inside the .pth file.
struct NetworkDescription {
  Architecture architecture = Architecture::UNet;
  int baseChannels = 16;             ///< 4 .. 64, of the first level; doubled a level
  int levels = 5;                    ///< 3 .. 6, resolutions; the lowest is size / 2^(levels-1)
  int neighbours = 1;                ///< 1, 3 or 5: slices in, the middle one is labelled
  int classes = 3;                   ///< background, right, left
  int size = 256;                    ///< matrix in and out: 256 or 512; 64 and 128 for trials
  WindowHu inputWindow{1600, -500};  ///< HU, mapped onto 0 .. 1 and clipped
  bool denoise = false;              ///< median of 3 x 3 before all else, in training and in prediction

  friend bool operator==(const NetworkDescription&, const NetworkDescription&) = default;
};

[[nodiscard]] std::string architectureKey(Architecture architecture);  ///< "unet", "residual", "cascade"
/// @throws Error{InvalidInput} for another word
[[nodiscard]] Architecture architectureOf(const std::string& key);

/// @throws Error{InvalidInput} naming the first field that is out of its limits
void validate(const NetworkDescription& description);

/// One tensor of a state dict, row-major (PyTorch's contiguous order).
struct NamedTensor {
  std::string name;  ///< as in PyTorch: "down.0.conv1.weight"
  std::vector<std::int64_t> shape;
  std::vector<float> values;           ///< empty for an integer tensor
  std::vector<std::int64_t> integers;  ///< num_batches_tracked and the like
};

/// A trained network as plain values: description, weights, and what its card says.
struct NetworkWeights {
  NetworkDescription description;
  std::string card;  ///< free text: trained on what, with which settings; utf-8
  std::vector<NamedTensor> tensors;
};

}  // namespace pulmo
