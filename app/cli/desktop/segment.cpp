// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/scan_argument.h"
#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/label_set.h"

namespace pulmo::cli {

namespace {

nlohmann::json labelVolumes(const LabelVolume& labels) {
  std::array<std::size_t, 256> count{};
  for (const std::uint8_t label : labels.voxels()) ++count[label];
  nlohmann::json result = nlohmann::json::object();
  for (const LabelInfo& info : lungLabels()) {
    if (count[info.id] == 0) continue;
    nlohmann::json ml = nullptr;
    if (labels.grid().spacingKnown) ml = static_cast<double>(count[info.id]) * labels.grid().voxelMl();
    result[std::string(info.key)] = {{"value", info.id}, {"voxels", count[info.id]}, {"ml", ml}};
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
