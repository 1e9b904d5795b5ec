// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/batch.h"

#include <cstdio>
#include <set>
#include <system_error>

#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/list_notes.h"
#include "app/cli/output_files.h"
#include "app/cli/scan_files.h"
#include "app/cli/segmenter_choice.h"
#include "app/cli/usage.h"
#include "pipeline/core/error.h"

namespace pulmo::cli {

namespace {

struct Options {
  std::string input, output, list, format = "nii.gz";
  bool allSeries = false, retry = false;
  SegmenterChoice how;
};

std::string lineOf(const BatchRow& row) {
  if (!row.error.empty()) return row.name + ": failed. " + row.error;
  char text[160];
  std::snprintf(text, sizeof text, ": right %.0f ml, left %.0f ml, %d alarms (%d serious), %.0f s",
                row.rightMl.value_or(0), row.leftMl.value_or(0), row.serious + row.warnings + row.notes, row.serious,
                row.seconds);
  return row.name + (row.bothMl ? text : ": done, without a spacing to measure");
}

/// Started over in a folder of scans, a batch would write its masks over those of their names.
void requireResultsApart(const std::vector<BatchItem>& items, const Options& options) {
  std::set<std::filesystem::path> sources;
  for (const BatchItem& item : items) sources.insert(placeOf(item.source));
  for (const BatchItem& item : items) {
    const std::filesystem::path result = std::filesystem::path(options.output) / (item.name + "." + options.format);
    std::error_code ec;
    if (sources.contains(placeOf(result)) ||
        (std::filesystem::is_regular_file(result, ec) && isPartOfScan(item.source, item.uid, result)))
      refuseUsage("The mask of " + item.name + " would take the place of a scan, " + result.string() +
                  ": take another folder for -o.");
  }
}

void run(const Options& options, Context& context) {
  const std::filesystem::path folder = options.output;
  requireApart({{"-o", folder},
                {"batch.csv in -o", folder / "batch.csv"},
                {"batch.json in -o", folder / "batch.json"},
                {"--list", options.list}},
               {{"INPUT", options.input}, {"--weights", options.how.weights}});
  const ChosenSegmenter chosen = makeSegmenter(options.how, context);
  const std::string weights = chosen.weights.string();
  const auto items = planBatch(options.input, options.allSeries, context.stop, context.progress);
  if (!items) {
    context.exitCode = kStopped;
    return;
  }
  requireResultsApart(*items, options);
  BatchSettings settings;
  settings.output = options.output;
  settings.ending = "." + options.format;
  settings.weights = weights;
  settings.retryFailed = options.retry;
  settings.startOver = context.force;
  // Opened before the work: a list that cannot be written into is said at once.
  const auto notes = options.list.empty() ? nullptr
                                          : std::make_unique<ListNotes>(options.list, options.output,
                                                                        chosen.segmenter().name(), weights);
  if (notes) notes->add(*items);
  std::size_t earlier = 0;
  const BatchResult result = runBatch(*items, chosen.segmenter(), settings, context.stop, context.progress,
                                      [&](const BatchRow& row, bool before) {
                                        if (notes) notes->note(row);
                                        if (before)
                                          ++earlier;
                                        else
                                          context.say(lineOf(row));
                                      });
  const std::size_t done = items->size() - result.failed - result.left;
  context.say(std::to_string(items->size()) + " scans: " + std::to_string(done) + " segmented, " +
              std::to_string(result.failed) + " failed, " + std::to_string(result.left) + " left" +
              (earlier > 0 ? " (" + std::to_string(earlier) + " by an earlier run)" : "") +
              ". Table: " + (settings.output / "batch.csv").string());
  if (context.json) {
    nlohmann::json table = nlohmann::json::parse(toJson(result.table));
    table["output"] = options.output;
    table["segmented"] = done;
    table["failed"] = result.failed;
    table["left"] = result.left;
    table["earlier"] = earlier;
    table["version"] = PULMO_VERSION;
    context.print(table);
  }
  if (result.outcome == Outcome::Stopped)
    context.exitCode = kStopped;
  else if (result.failed > 0)
    context.exitCode = kBadInput;
}

}  // namespace

void addBatch(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("batch",
                                     "Segment the chest CT of every study in a folder or list; goes on where it was "
                                     "stopped. Ends with 3 if any failed");
  command->add_option("INPUT", options->input, "A folder, or a list (.txt .csv .lst) with a folder or file a line")
      ->required();
  command->add_option("-o,--output", options->output, "Folder for the masks, batch.json and batch.csv")->required();
  command->add_option(
      "--list", options->list,
      "Also put the scans, their masks and alarms on this review list (.pulmolist), made if there is none");
  command->add_option("--format", options->format, "Of the masks; dcm = DICOM SEG")
      ->check(CLI::IsMember({"nii.gz", "nii", "nrrd", "mha", "dcm"}))
      ->capture_default_str();
  command->add_flag("--all-series", options->allSeries, "Every CT series, not the best of each study alone");
  command->add_flag("--retry", options->retry, "Try again what failed in an earlier run");
  addSegmenterChoice(*command, options->how);
  command->add_flag("--force", context.force, "Start over: forget an earlier run, replace its files");
  addJson(*command, context);
  command->callback([options, &context] { run(*options, context); });
}

}  // namespace pulmo::cli
