// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/scan_argument.h"
#include "pipeline/classical/threshold_segmenter.h"
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

}  // namespace

void addSegment(CLI::App& app, Context& context) {
  struct Options {
    ScanArgument scan;
    std::string output, method = "threshold";
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("segment", "Find the lungs: 1 right, 2 left, on exactly the scan's grid");
  addScan(*command, options->scan);
  command->add_option("-o,--output", options->output, "Mask to write (.nii .nii.gz .nrrd .mha .mhd)")->required();
  command->add_option("--method", options->method, "How")->check(CLI::IsMember({"threshold"}))->capture_default_str();
  addForce(*command, context);
  addJson(*command, context);
  command->callback([options, &context] {
    requireWritable(options->output, context.overwrite());  // said before the work, not after it
    const auto scan = openScanArgument(options->scan, context);
    if (!scan) return;
    const ThresholdSegmenter segmenter;
    const auto start = std::chrono::steady_clock::now();
    const auto result = segmenter.segment(*scan->ct, context.stop, context.progress);
    if (!result) {
      context.exitCode = kStopped;
      return;
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    saveMask(options->output, result->labels, scan->source, context.overwrite());
    context.notes(result->notes);
    if (context.json) {
      context.print({{"mask", options->output},
                     {"method", segmenter.name()},
                     {"seconds", seconds},
                     {"labels", labelVolumes(result->labels)},
                     {"notes", result->notes},
                     {"scan", toJson(scan->facts)},
                     {"scan_notes", scan->notes},
                     {"version", PULMO_VERSION},
                     {"use", "research only"}});
    } else {
      context.say("Lung mask written to " + options->output + ".");
    }
  });
}

}  // namespace pulmo::cli
