// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

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
  std::cout << "\n    " << f.uid << "\n    in " << series.path.string() << "\n";
  for (const std::string& warning : f.warnings) std::cout << "    ! " << warning << "\n";
  if (!f.refusal.empty()) std::cout << "    cannot be opened: " << f.refusal << "\n";
}

/// Who it is of and from which examination, without saying who: numbers tell patients apart.
class Owners {
 public:
  explicit Owners(const ScanSearch& found) {
    for (const FoundSeries& series : found.series)
      if (isDicom(series)) patients_.try_emplace(patientOf(series), static_cast<int>(patients_.size()) + 1);
  }
  /// @return nullopt for a volume file, which does not say
  [[nodiscard]] std::optional<int> patient(const FoundSeries& series) const {
    return isDicom(series) ? std::optional(patients_.at(patientOf(series))) : std::nullopt;
  }
  /// Equal for all series of one study.
  [[nodiscard]] std::string study(const FoundSeries& series) const {
    return isDicom(series) ? std::to_string(*patient(series)) + "\n" + series.facts.studyUid : std::string();
  }
  /// The line above them.
  [[nodiscard]] std::string header(const FoundSeries& series) const {
    if (!isDicom(series)) return "Volume files";
    const SeriesFacts& f = series.facts;
    return "Patient " + std::to_string(*patient(series)) + " of " + std::to_string(patients_.size()) +
           (f.date.empty() ? "" : ", " + f.date) + (f.studyDescription.empty() ? "" : ", " + f.studyDescription);
  }

 private:
  static bool isDicom(const FoundSeries& series) { return series.facts.format == "DICOM"; }
  static std::string patientOf(const FoundSeries& series) {
    return series.facts.patientId + "\n" + series.facts.patientName;
  }
  std::map<std::string, int> patients_;
};

nlohmann::json seriesJson(const FoundSeries& series, const Owners& owners) {
  nlohmann::json object = toJson(series.facts);
  object["folder"] = (series.facts.format == "DICOM" ? series.path : series.path.parent_path()).string();
  const auto patient = owners.patient(series);
  object["patient"] = patient ? nlohmann::json(*patient) : nlohmann::json();
  return object;
}

/// Patient by patient and study by study, each in the order of its best series; volume files last.
void printByStudy(const ScanSearch& found, const Owners& owners) {
  std::vector<const FoundSeries*> all;
  for (const FoundSeries& series : found.series) all.push_back(&series);
  const auto place = [&](const FoundSeries* s) { return owners.patient(*s).value_or(std::numeric_limits<int>::max()); };
  std::stable_sort(all.begin(), all.end(), [&](const auto* a, const auto* b) { return place(a) < place(b); });
  std::set<std::string> shown;
  for (const FoundSeries* first : all) {
    const std::string study = owners.study(*first);
    if (!shown.insert(study).second) continue;
    std::cout << owners.header(*first) << "\n";
    if (!first->facts.studyUid.empty()) std::cout << "  study " << first->facts.studyUid << "\n";
    for (const FoundSeries* series : all)
      if (owners.study(*series) == study)  // the search puts the best one first
        printSeries(*series, series == &found.series.front() && series->facts.refusal.empty());
  }
}

void report(const ScanSearch& found, bool json, const Context& context) {
  const Owners owners(found);
  if (json) {
    nlohmann::json series = nlohmann::json::array(), skipped = nlohmann::json::array();
    for (const FoundSeries& s : found.series) series.push_back(seriesJson(s, owners));
    for (const SkippedFile& s : found.skipped) skipped.push_back({{"path", s.path}, {"reason", s.reason}});
    // The search puts the best one first.
    const bool any = !found.series.empty() && found.series.front().facts.refusal.empty();
    context.print({{"best", any ? nlohmann::json(found.series.front().facts.uid) : nlohmann::json()},
                   {"series", series},
                   {"skipped", skipped}});
    return;
  }
  printByStudy(found, owners);
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
