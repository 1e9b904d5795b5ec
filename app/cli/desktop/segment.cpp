// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <optional>

#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/label_volumes.h"
#include "app/cli/desktop/scan_argument.h"
#include "app/cli/output_files.h"
#include "app/cli/segmenter_choice.h"
#include "app/cli/usage.h"
#include "pipeline/core/error.h"
#include "pipeline/dicomseg/segmentation_file.h"

namespace pulmo::cli {

namespace {

struct Options {
  ScanArgument scan;
  std::string output, uncertainty, grid = "source";
  SegmenterChoice how;
};

void run(const Options& options, Context& context) {
  // Said before the work, not after it.
  const bool dicom = isSegmentationFileName(options.output);
  if (dicom && options.grid == "canonical")
    refuseUsage("A DICOM segmentation lies on the scan's own images: leave --grid out.");
  requireApart({{"-o", options.output}, {"--uncertainty", options.uncertainty}},
               {{"SCAN", options.scan.path}, {"--weights", options.how.weights}}, options.scan.series);
  if (dicom)
    requireWritable(options.output, context.overwrite());
  else
    requireVolumeWritable(options.output, context.overwrite());
  if (!options.uncertainty.empty()) requireVolumeWritable(options.uncertainty, context.overwrite());
  if (!options.uncertainty.empty() && !chosenWeights(options.how))
    refuseUsage("--uncertainty is the network's: use --method unet.");
  const ChosenSegmenter chosen = makeSegmenter(options.how, context);
  const auto scan = openScanArgument(options.scan, context);
  if (!scan) return;
  if (dicom) requireSegmentationSource(scan->source);
  const auto start = std::chrono::steady_clock::now();
  std::optional<UncertainSegmentation> result;
  if (chosen.network && !options.uncertainty.empty()) {
    result = chosen.network->segmentWithUncertainty(*scan->ct, context.stop, context.progress);
  } else {
    if (auto found = chosen.segmenter().segment(*scan->ct, context.stop, context.progress))
      result = UncertainSegmentation{std::move(*found), {}};
  }
  if (!result) {
    context.exitCode = kStopped;
    return;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const Segmentation& found = result->segmentation;
  const SourceGeometry target = options.grid == "canonical" ? canonicalGeometry(scan->ct->grid()) : scan->source;
  const std::string method = chosen.segmenter().name();
  const std::string note =
      exportMask(options.output, found.labels, target, {MaskOrigin::Automatic, method, false}, context.overwrite());
  if (!options.uncertainty.empty()) saveMask(options.uncertainty, result->uncertainty, target, context.overwrite());
  std::vector<std::string> notes = found.notes;
  if (!note.empty()) notes.push_back(note);
  context.notes(notes);
  if (!chosen.warning.empty()) notes.push_back(chosen.warning);
  if (!context.json) {
    context.say("Lung mask written to " + options.output + ", by " + chosen.text() + ".");
    return;
  }
  const auto text = [](const std::string& file) { return file.empty() ? nlohmann::json() : nlohmann::json(file); };
  context.print({{"mask", options.output},
                 {"uncertainty", text(options.uncertainty)},
                 {"method", method},
                 {"weights", text(chosen.weights.string())},
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
  command->add_option("-o,--output", options->output, "Mask to write (.nii .nii.gz .nrrd .mha .mhd; .dcm = DICOM SEG)")
      ->required();
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
