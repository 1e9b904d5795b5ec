// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/cli/command.h"
#include "app/cli/csv_columns.h"
#include "app/cli/output_files.h"
#include "app/cli/scan_files.h"
#include "pipeline/metrics/metrics.h"
#include "pipeline/metrics/worst_places.h"
#include "pipeline/report/figures.h"

namespace pulmo::cli {

namespace {

struct Options {
  std::string reference, mask, csv, scan, series;
  MaskMeaning referenceMeaning, maskMeaning;
  bool fast = false;
};

std::optional<MasksOfScan> loadMasks(const Options& options, Context& context) {
  const MaskFile reference{options.reference, options.referenceMeaning}, mask{options.mask, options.maskMeaning};
  if (!options.scan.empty()) return loadMasksOfScan(options.scan, options.series, {reference, mask}, context);
  MasksOfScan loaded;
  for (const MaskFile& file : {reference, mask}) loaded.masks.push_back(loadMaskFile(file.path, file.meaning, context));
  try {
    requireSameGrid(loaded.masks[0].grid(), "reference", loaded.masks[1].grid(), "mask");
  } catch (const Error& e) {
    throw Error(e.kind(), std::string(e.what()) + " If they are of one scan, name it with --scan.");
  }
  return loaded;
}

}  // namespace

void addCompare(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("compare", "How far a mask agrees with a reference, per lung and for both");
  command->add_option("REFERENCE", options->reference, "The mask to believe")->required();
  command->add_option("MASK", options->mask, "The mask to judge")->required();
  auto* scan = command->add_option(
      "--scan", options->scan, "The masks' scan: needed where one holds a part of its slices only, as a DICOM SEG may");
  command->add_option("--series", options->series, "SeriesInstanceUID of the scan, where several are found")
      ->needs(scan);
  addMaskMeaning(*command, options->referenceMeaning, "reference-");
  addMaskMeaning(*command, options->maskMeaning, "");
  command->add_flag("--no-distances", options->fast, "Leave HD95, ASSD and the worst places out");
  command->add_option("--csv", options->csv, "Also write the table to this file");
  addForce(*command, context);
  addJson(*command, context);
  command->callback([options, &context] {
    requireApart({{"--csv", options->csv}},
                 {{"REFERENCE", options->reference}, {"MASK", options->mask}, {"--scan", options->scan}},
                 options->series);
    if (!options->csv.empty()) requireWritable(options->csv, context.overwrite());
    const auto loaded = loadMasks(*options, context);
    if (!loaded) return;
    const LabelVolume& reference = loaded->masks.at(0);
    const LabelVolume& mask = loaded->masks.at(1);
    MetricsOptions how;
    how.surfaceDistances = !options->fast;
    const auto metrics = compareMasks(reference, mask, how, context.stop, context.progress);
    std::optional<std::vector<WorstPlace>> places = std::vector<WorstPlace>();
    if (metrics && how.surfaceDistances) places = worstPlaces(reference, mask, {}, context.stop, context.progress);
    if (!metrics || !places) {
      context.exitCode = kStopped;
      return;
    }
    if (!options->csv.empty())
      writeAtomically(options->csv, context.overwrite(),
                      withColumns(toCsv(*metrics), {{"scan", options->scan},
                                                    {"series", loaded->series},
                                                    {"reference", options->reference},
                                                    {"mask", options->mask}}));
    if (context.json) {
      context.print({{"reference", options->reference},
                     {"mask", options->mask},
                     {"metrics", nlohmann::json::parse(toJson(*metrics))},
                     {"worst_places", how.surfaceDistances ? nlohmann::json::parse(toJson(*places)) : nlohmann::json()},
                     {"version", PULMO_VERSION},
                     {"use", "research only"}});
      return;
    }
    constexpr std::size_t kPlacesShown = 5;
    std::cout << toText(*metrics) << toText(*places, kPlacesShown);
    if (!metrics->right) context.say("One of the masks does not tell right from left: figures are for both lungs.");
  });
}

}  // namespace pulmo::cli
