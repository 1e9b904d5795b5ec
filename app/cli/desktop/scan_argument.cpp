// SPDX-License-Identifier: Apache-2.0
#include "app/cli/desktop/scan_argument.h"

#include "pipeline/imaging/scan_search.h"
#include "pipeline/report/report_content.h"

namespace pulmo::cli {

void addScan(CLI::App& command, ScanArgument& scan) {
  command.add_option("SCAN", scan.path, "DICOM folder or file, or a volume (.nii .nii.gz .nrrd .mha .mhd .tif)")
      ->required();
  command.add_option("--series", scan.series, "SeriesInstanceUID, where several are found (see pulmo info)");
}

std::optional<Scan> openScanArgument(const ScanArgument& argument, Context& context) {
  auto scan = openScan({argument.path}, argument.series, context.stop, context.progress);
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
    throw Error(ErrorKind::InvalidInput, questionOf(answer.inspection, path.filename().string()) + " (" + option +
                                             "right and " + option + "left take lists of values.)");
  }
  return std::move(*answer.labels);
}

nlohmann::json toJson(const SeriesFacts& facts) {
  return nlohmann::json::parse(pulmo::toJson(facts));
}

}  // namespace pulmo::cli
