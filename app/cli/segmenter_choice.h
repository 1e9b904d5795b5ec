// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "pipeline/core/segmenter.h"
#include "pipeline/learn/unet_segmenter.h"

namespace pulmo::cli {

/// What --method may be.
inline const std::vector<std::string> kMethods{"unet", "threshold", "border-marching", "graph-search"};

/// --method and --weights: which way to find the lungs.
struct SegmenterChoice {
  std::string method;   ///< of kMethods; "" = the network if there are weights, else threshold
  std::string weights;  ///< a .pth file; "" = the one that comes with the program
  std::string device = "auto";
  int threads = 0;
};

void addSegmenterChoice(CLI::App& command, SegmenterChoice& choice);

/// Which weights are meant; nullopt if the choice is a method without any.
/// @throws Error{InvalidInput} if the network is asked for and there are none
[[nodiscard]] std::optional<std::filesystem::path> chosenWeights(const SegmenterChoice& choice);

/// The network that is meant; null if the choice is a method without weights.
/// @throws as chosenWeights and loadWeights
[[nodiscard]] std::unique_ptr<UNetSegmenter> makeNetworkSegmenter(const SegmenterChoice& choice);

/// The method without a network that is meant; `threshold` if none is named.
/// @throws Error{Unsupported} in a build without them
[[nodiscard]] std::unique_ptr<Segmenter> makeClassicalSegmenter(const SegmenterChoice& choice);

}  // namespace pulmo::cli
