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
/// @throws as refuseUsage if weights are named for such a method; Error{InvalidInput} if the network is asked for and
/// there are none
[[nodiscard]] std::optional<std::filesystem::path> chosenWeights(const SegmenterChoice& choice);

/// The network that is meant; null if the choice is a method without weights.
/// @throws as chosenWeights and loadWeights
[[nodiscard]] std::unique_ptr<UNetSegmenter> makeNetworkSegmenter(const SegmenterChoice& choice);

/// The method without a network that is meant; `threshold` if none is named.
/// @throws Error{Unsupported} in a build without them
[[nodiscard]] std::unique_ptr<Segmenter> makeClassicalSegmenter(const SegmenterChoice& choice);

/// What finds the lungs, and how it is called.
struct ChosenSegmenter {
  std::unique_ptr<UNetSegmenter> network;  ///< null: a method without one
  std::unique_ptr<Segmenter> classical;    ///< null: a network
  std::filesystem::path weights;           ///< of the network, else ""
  std::string warning;                     ///< a sentence where no method was named and there is no network

  [[nodiscard]] const Segmenter& segmenter() const { return network ? *network : *classical; }
  [[nodiscard]] std::string text() const;  ///< "unet (lungs.pth)"
};

/// Says on standard error which it is, and warns where it is not the network that a person expects.
/// @throws as makeNetworkSegmenter and makeClassicalSegmenter
[[nodiscard]] ChosenSegmenter makeSegmenter(const SegmenterChoice& choice, const Context& context);

}  // namespace pulmo::cli
