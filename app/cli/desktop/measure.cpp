// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <iostream>

#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/scan_argument.h"
#include "pipeline/alarms/alarms.h"
#include "pipeline/core/label_set.h"
#include "pipeline/metrics/volumetry.h"
#include "pipeline/report/figures.h"

namespace pulmo::cli {

namespace {

nlohmann::json toJson(const std::vector<Alarm>& alarms) {
  nlohmann::json list = nlohmann::json::array();
  for (const Alarm& alarm : alarms) {
    const bool both = alarm.label == kBackground || alarm.label == kLungUnsided;
    list.push_back({{"kind", keyOf(alarm.kind)},
                    {"severity", keyOf(alarm.severity)},
                    {"label", both ? "lungs" : labelInfo(alarm.label).key},
                    {"sentence", alarm.sentence},
                    {"position_mm", alarm.positionMm},
                    {"ml", alarm.ml ? nlohmann::json(*alarm.ml) : nlohmann::json()},
                    {"mm", alarm.mm ? nlohmann::json(*alarm.mm) : nlohmann::json()}});
  }
  return list;
}

}  // namespace

void addMeasure(CLI::App& app, Context& context) {
  struct Options {
    ScanArgument scan;
    std::string mask;
    MaskMeaning meaning;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("measure", "Lung volumes of a scan's mask, and what is unusual about it");
  addScan(*command, options->scan);
  command->add_option("MASK", options->mask, "Its lung mask")->required();
  addMaskMeaning(*command, options->meaning, "");
  addJson(*command, context);
  command->callback([options, &context] {
    const auto scan = openScanArgument(options->scan, context);
    if (!scan) return;
    std::vector<std::string> notes;
    const LabelVolume mask = loadMask(options->mask, &*scan, toMaskValues(options->meaning), &notes);
    context.notes(notes);
    const LungVolumes volumes = measureVolumes(mask);
    const auto alarms = findAlarms(mask, scan->ct.get(), context.stop, context.progress);
    if (!alarms) {
      context.exitCode = kStopped;
      return;
    }
    if (context.json) {
      context.print({{"scan", cli::toJson(scan->facts)},
                     {"mask", options->mask},
                     {"notes", notes},
                     {"volumes", nlohmann::json::parse(pulmo::toJson(volumes))},
                     {"alarms", toJson(*alarms)}});
      return;
    }
    std::cout << toText(volumes);
    for (const Alarm& alarm : *alarms) {
      std::array<char, 120> place{};
      std::snprintf(place.data(), place.size(), " At (%.1f, %.1f, %.1f) mm.", alarm.positionMm[0], alarm.positionMm[1],
                    alarm.positionMm[2]);
      std::cout << nameOf(alarm.kind) << " (" << keyOf(alarm.severity) << "): " << alarm.sentence << place.data()
                << '\n';
    }
  });
}

}  // namespace pulmo::cli
