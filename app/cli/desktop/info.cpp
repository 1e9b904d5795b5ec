// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <iostream>

#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/scan_argument.h"
#include "pipeline/imaging/scan_search.h"

namespace pulmo::cli {

namespace {

std::string millimetres(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

void printSeries(const FoundSeries& series, bool best) {
  const SeriesFacts& f = series.facts;
  std::cout << (best ? "* " : "  ") << (f.modality.empty() ? "?" : f.modality) << "  "
            << (f.description.empty() ? "(no description)" : f.description) << "  [" << f.format << "]\n    "
            << f.slices << (f.slices == 1 ? " slice of " : " slices of ") << f.columns << " x " << f.rows;
  if (f.pixelSpacingMm[0] > 0)
    std::cout << ", " << millimetres(f.pixelSpacingMm[0]) << " x " << millimetres(f.pixelSpacingMm[1]);
  if (f.sliceSpacingMm) std::cout << " x " << millimetres(*f.sliceSpacingMm);
  if (f.pixelSpacingMm[0] > 0) std::cout << " mm";
  if (f.thicknessMm) std::cout << ", " << millimetres(*f.thicknessMm) << " mm thick";
  if (!f.orientation.empty()) std::cout << ", " << f.orientation;
  if (!f.kernel.empty()) std::cout << ", kernel " << f.kernel;
  if (!f.date.empty()) std::cout << ", " << f.date;
  std::cout << "\n    " << f.uid << "\n";
  for (const std::string& warning : f.warnings) std::cout << "    ! " << warning << "\n";
  if (!f.refusal.empty()) std::cout << "    cannot be opened: " << f.refusal << "\n";
}

void report(const ScanSearch& found, bool json, const Context& context) {
  if (json) {
    nlohmann::json series = nlohmann::json::array(), skipped = nlohmann::json::array();
    for (const FoundSeries& s : found.series) series.push_back(toJson(s.facts));
    for (const SkippedFile& s : found.skipped) skipped.push_back({{"path", s.path}, {"reason", s.reason}});
    // The search puts the best one first.
    const bool any = !found.series.empty() && found.series.front().facts.refusal.empty();
    context.print({{"best", any ? nlohmann::json(found.series.front().facts.uid) : nlohmann::json()},
                   {"series", series},
                   {"skipped", skipped}});
    return;
  }
  bool best = true;  // the search puts the best one first
  for (const FoundSeries& series : found.series) {
    printSeries(series, best && series.facts.refusal.empty());
    best = false;
  }
  for (const SkippedFile& file : found.skipped) std::cout << "  skipped " << file.path << ": " << file.reason << "\n";
}

}  // namespace

void addInfo(CLI::App& app, Context& context) {
  auto path = std::make_shared<std::string>();
  auto* command = app.add_subcommand("info", "List the series found; * marks the one that would be opened");
  command->add_option("PATH", *path, "Folder or file")->required();
  addJson(*command, context);
  command->callback([path, &context] {
    const auto found = findScans({*path}, context.stop, context.progress);
    if (!found) {
      context.exitCode = kStopped;
      return;
    }
    report(*found, context.json, context);
    if (found->series.empty()) {
      context.say("No scan was found in " + *path + ".");
      context.exitCode = kBadInput;
    }
  });
}

}  // namespace pulmo::cli
