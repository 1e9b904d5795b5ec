// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <optional>

#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/scan_argument.h"
#include "app/cli/segmenter_choice.h"
#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/metrics/volumetry.h"

namespace pulmo::cli {

namespace {

nlohmann::json labelVolumes(const LabelVolume& labels) {
  const LungVolumes volumes = measureVolumes(labels);
  nlohmann::json result = nlohmann::json::object();
  const std::pair<std::uint8_t, std::uint64_t> counts[] = {
      {kRightLung, volumes.rightVoxels}, {kLeftLung, volumes.leftVoxels}, {kLungUnsided, volumes.unsidedVoxels}};
  for (const auto& [label, voxels] : counts) {
    if (voxels == 0) continue;
    const auto ml = volumeMl(labels.grid(), voxels);
    result[std::string(labelInfo(label).key)] = {
        {"value", label}, {"voxels", voxels}, {"ml", ml ? nlohmann::json(*ml) : nlohmann::json()}};
  }
  return result;
}

struct Options {
  ScanArgument scan;
  std::string output, uncertainty, grid = "source";
  SegmenterChoice how;
};

void run(const Options& options, Context& context) {
  // Said before the work, not after it.
  requireVolumeWritable(options.output, context.overwrite());
  if (!options.uncertainty.empty()) requireVolumeWritable(options.uncertainty, context.overwrite());
  const std::string weights = chosenWeights(options.how).value_or("").string();
  const auto network = makeNetworkSegmenter(options.how);
  if (!network && !options.uncertainty.empty())
    throw Error(ErrorKind::InvalidInput, "--uncertainty is the network's: use --method unet.");
  const auto threshold = network ? nullptr : makeThresholdSegmenter();
  const auto scan = openScanArgument(options.scan, context);
  if (!scan) return;
  const auto start = std::chrono::steady_clock::now();
  std::optional<UncertainSegmentation> result;
  if (network && !options.uncertainty.empty()) {
    result = network->segmentWithUncertainty(*scan->ct, context.stop, context.progress);
  } else {
    const Segmenter& segmenter = network ? static_cast<const Segmenter&>(*network) : *threshold;
    if (auto found = segmenter.segment(*scan->ct, context.stop, context.progress))
      result = UncertainSegmentation{std::move(*found), {}};
  }
  if (!result) {
    context.exitCode = kStopped;
    return;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const Segmentation& found = result->segmentation;
  const SourceGeometry target = options.grid == "canonical" ? canonicalGeometry(scan->ct->grid()) : scan->source;
  saveMask(options.output, found.labels, target, context.overwrite());
  if (!options.uncertainty.empty()) saveMask(options.uncertainty, result->uncertainty, target, context.overwrite());
  std::vector<std::string> notes = found.notes;
  if (const std::string note = exportNote(target); !note.empty()) notes.push_back(note);
  context.notes(notes);
  if (!context.json) {
    context.say("Lung mask written to " + options.output + ".");
    return;
  }
  const auto text = [](const std::string& file) { return file.empty() ? nlohmann::json() : nlohmann::json(file); };
  context.print({{"mask", options.output},
                 {"uncertainty", text(options.uncertainty)},
                 {"method", network ? network->name() : threshold->name()},
                 {"weights", text(weights)},
                 {"seconds", seconds},
                 {"labels", labelVolumes(found.labels)},
                 {"notes", notes},
                 {"scan", toJson(scan->facts)},
                 {"scan_notes", scan->notes},
                 {"version", PULMO_VERSION},
                 {"use", "research only"}});
}

}  // namespace

void addSegment(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("segment", "Find the lungs: 1 right, 2 left, on exactly the scan's grid");
  addScan(*command, options->scan);
  command->add_option("-o,--output", options->output, "Mask to write (.nii .nii.gz .nrrd .mha .mhd)")->required();
  command
      ->add_option(
          "--grid", options->grid,
          "source: voxel for voxel on the scan's slices; canonical: on a regular grid, also where they are uneven")
      ->check(CLI::IsMember({"source", "canonical"}))
      ->capture_default_str();
  addSegmenterChoice(*command, options->how);
  command->add_option("--uncertainty", options->uncertainty,
                      "Also write how unsure the network is: 0 sure to 255, all classes alike");
  addForce(*command, context);
  addJson(*command, context);
  command->callback([options, &context] { run(*options, context); });
}

}  // namespace pulmo::cli
