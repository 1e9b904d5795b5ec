// SPDX-License-Identifier: Apache-2.0
#include "app/cli/desktop/scan_argument.h"

#include <set>

#include "pipeline/imaging/scan_search.h"
#include "pipeline/report/report_content.h"

namespace pulmo::cli {

namespace {

/// Where several scans are found and none was named, which one is taken, and that there are others. Of the same patient
/// that is worth a note; where it may be somebody else's scan, a warning.
void sayWhichIsTaken(const ScanSearch& search, const FoundSeries& taken, const Context& context) {
  std::set<std::string> patients;
  int scans = 0;
  for (const FoundSeries& series : search.series) {
    if (!series.facts.refusal.empty() || series.maskLike) continue;
    ++scans;
    if (series.facts.format == "DICOM") patients.insert(series.facts.patientId + "\n" + series.facts.patientName);
  }
  if (scans < 2) return;
  const SeriesFacts& f = taken.facts;
  std::string sentence = std::to_string(scans) + " series";
  if (patients.size() > 1) sentence += " of " + std::to_string(patients.size()) + " patients";
  sentence += " are here; taken: ";
  if (f.format == "DICOM") {
    sentence += f.description.empty() ? "one without a description" : f.description;
    if (!f.kernel.empty()) sentence += ", kernel " + f.kernel;
    sentence += ", UID ";
  }
  sentence += f.uid + ": --series takes another.";
  if (patients.size() > 1)
    context.say("Warning: " + sentence);
  else
    context.notes({sentence});
}

}  // namespace

void addScan(CLI::App& command, ScanArgument& scan) {
  command.add_option("SCAN", scan.path, "DICOM folder or file, or a volume (.nii .nii.gz .nrrd .mha .mhd .tif)")
      ->required();
  command.add_option("--series", scan.series, "SeriesInstanceUID, where several are found (see pulmo info)");
}

std::optional<Scan> openScanArgument(const ScanArgument& argument, Context& context) {
  constexpr double kSearch = 0.3;  // of the time
  const auto search = findScans({argument.path}, context.stop,
                                [&](double f, const std::string& step) { context.progress(kSearch * f, step); });
  if (!search) {
    context.exitCode = kStopped;
    return std::nullopt;
  }
  const FoundSeries& taken = search->series[chooseSeries(*search, argument.series)];
  if (argument.series.empty()) sayWhichIsTaken(*search, taken, context);
  auto scan = loadScan(taken, context.stop,
                       [&](double f, const std::string& step) { context.progress(kSearch + (1 - kSearch) * f, step); });
  if (!scan) {
    context.exitCode = kStopped;
    return std::nullopt;
  }
  context.notes(scan->notes);
  return scan;
}

LabelVolume openMaskArgument(const std::filesystem::path& path, const Scan* scan, const MaskMeaning& meaning,
                             const Context& context, std::vector<std::string>* notes) {
  // Read to its end even when a stop is asked for: it takes less than a second.
  MaskAnswer answer =
      *loadOrInspectMask(path, scan, {meaning.right, meaning.left, meaning.unsided, meaning.lowByteOnly}, {});
  context.notes(answer.notes);
  if (notes != nullptr) notes->insert(notes->end(), answer.notes.begin(), answer.notes.end());
  if (!answer.labels) {
    const std::string option = "--" + meaning.prefix;
    throw Error(ErrorKind::InvalidInput, questionOf(answer.inspection, path.filename().string()) + " (As in " + option +
                                             "right 12,13,14 " + option + "left 9,10,11; or " + option +
                                             "lungs 1 where it does not tell.)");
  }
  return std::move(*answer.labels);
}

nlohmann::json toJson(const SeriesFacts& facts) {
  return nlohmann::json::parse(pulmo::toJson(facts));
}

}  // namespace pulmo::cli
