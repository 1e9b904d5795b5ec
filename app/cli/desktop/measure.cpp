// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/scan_argument.h"
#include "pipeline/metrics/volumetry.h"
#include "pipeline/report/figures.h"

namespace pulmo::cli {

void addMeasure(CLI::App& app, Context& context) {
  struct Options {
    ScanArgument scan;
    std::string mask;
    MaskMeaning meaning;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("measure", "Lung volumes of a scan's mask");
  addScan(*command, options->scan);
  command->add_option("MASK", options->mask, "Its lung mask")->required();
  addMaskMeaning(*command, options->meaning, "");
  addJson(*command, context);
  command->callback([options, &context] {
    const auto scan = openScanArgument(options->scan, context);
    if (!scan) return;
    std::vector<std::string> notes;
    const LungVolumes volumes =
        measureVolumes(openMaskArgument(options->mask, &*scan, options->meaning, context, &notes));
    if (context.json)
      context.print({{"scan", toJson(scan->facts)},
                     {"mask", options->mask},
                     {"notes", notes},
                     {"volumes", nlohmann::json::parse(toJson(volumes))}});
    else
      std::cout << toText(volumes);
  });
}

}  // namespace pulmo::cli
