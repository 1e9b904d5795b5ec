// SPDX-License-Identifier: Apache-2.0
#include "app/cli/segmenter_choice.h"

#include "app/cli/usage.h"
#include "pipeline/core/error.h"
#include "pipeline/learn/shipped_weights.h"
#include "pipeline/learn/weights_file.h"

namespace pulmo::cli {

void addSegmenterChoice(CLI::App& command, SegmenterChoice& choice) {
  command.add_option("--method", choice.method, "How; unet where there are weights, if not said")
      ->check(CLI::IsMember(kMethods));
  command.add_option("--weights", choice.weights, "The network's weights (.pth); those that come with it, if not said");
  command.add_option("--device", choice.device, "auto, cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str();
  command.add_option("--threads", choice.threads, "Of the network, 0 = all processors")->check(CLI::Range(0, 1024));
}

std::optional<std::filesystem::path> chosenWeights(const SegmenterChoice& choice) {
  if (!choice.method.empty() && choice.method != "unet") {
    if (!choice.weights.empty()) refuseUsage("--weights is for the network: use --method unet, or leave it out.");
    return std::nullopt;
  }
  if (!choice.weights.empty()) return choice.weights;
  auto shipped = findShippedWeights();
  if (!shipped && !choice.method.empty())
    throw Error(ErrorKind::InvalidInput, "No weights were found beside the program: name a .pth file with --weights.");
  return shipped;
}

std::unique_ptr<UNetSegmenter> makeNetworkSegmenter(const SegmenterChoice& choice) {
  const auto file = chosenWeights(choice);
  if (!file) return nullptr;
  UNetOptions options;
  options.device = choice.device == "cpu"    ? DeviceChoice::Cpu
                   : choice.device == "cuda" ? DeviceChoice::Cuda
                                             : DeviceChoice::Auto;
  options.threads = choice.threads;
  return std::make_unique<UNetSegmenter>(loadWeights(*file), options);
}

std::string ChosenSegmenter::text() const {
  return segmenter().name() + (weights.empty() ? "" : " (" + weights.filename().string() + ")");
}

ChosenSegmenter makeSegmenter(const SegmenterChoice& choice, const Context& context) {
  ChosenSegmenter chosen;
  chosen.weights = chosenWeights(choice).value_or("");
  chosen.network = makeNetworkSegmenter(choice);
  if (!chosen.network) chosen.classical = makeClassicalSegmenter(choice);
  if (!chosen.network && choice.method.empty())
    chosen.warning = "No trained network was found beside the program, so the lungs are found by " +
                     chosen.segmenter().name() +
                     ", which leaves dense disease out: name a network with --weights FILE.pth.";
  if (!chosen.warning.empty()) context.say("Warning: " + chosen.warning);
  context.say("Lungs by " + chosen.text() + ".");
  return chosen;
}

}  // namespace pulmo::cli
