// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/cli/desktop/alarm_lines.h"
#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/scan_argument.h"
#include "pipeline/core/atomic_file.h"
#include "pipeline/metrics/densitometry.h"
#include "pipeline/metrics/volumetry.h"
#include "pipeline/report/density_figures.h"
#include "pipeline/report/figures.h"

namespace pulmo::cli {

namespace {

struct Options {
  ScanArgument scan;
  std::string mask, csv;
  MaskMeaning meaning;
};

void measure(const Options& options, Context& context) {
  if (!options.csv.empty()) requireWritable(options.csv, context.overwrite());
  const auto scan = openScanArgument(options.scan, context);
  if (!scan) return;
  std::vector<std::string> notes;
  const LabelVolume mask = openMaskArgument(options.mask, &*scan, options.meaning, context, &notes);
  const LungVolumes volumes = measureVolumes(mask);
  const std::vector<MeasuredRegion> density = measureDensity(*scan->ct, mask);
  const auto alarms = findAlarms(mask, scan->ct.get(), context.stop, context.progress);
  if (!alarms) {
    context.exitCode = kStopped;
    return;
  }
  if (!options.csv.empty()) writeAtomically(options.csv, context.overwrite(), toCsv(density));
  if (context.json)
    context.print({{"scan", toJson(scan->facts)},
                   {"mask", options.mask},
                   {"notes", notes},
                   {"volumes", nlohmann::json::parse(toJson(volumes))},
                   {"density", nlohmann::json::parse(toJson(density))},
                   {"alarms", toJson(*alarms)}});
  else
    std::cout << toText(volumes) << '\n' << toText(density) << (alarms->empty() ? "" : "\n") << toText(*alarms);
}

}  // namespace

void addMeasure(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("measure", "Lung volumes and densitometry of a scan's mask, and what is unusual about it");
  addScan(*command, options->scan);
  command->add_option("MASK", options->mask, "Its lung mask")->required();
  addMaskMeaning(*command, options->meaning, "");
  command->add_option("--csv", options->csv, "Also write the densitometry, a row a lung and zone, to this file");
  addJson(*command, context);
  addForce(*command, context);
  command->callback([options, &context] { measure(*options, context); });
}

}  // namespace pulmo::cli
