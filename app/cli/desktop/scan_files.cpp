// SPDX-License-Identifier: Apache-2.0
#include "app/cli/scan_files.h"

#include "app/cli/desktop/scan_argument.h"
#include "app/cli/usage.h"
#include "pipeline/imaging/image_file.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"

namespace pulmo::cli {

namespace {

SourceGeometry asItIs(const Grid& grid) {
  SourceGeometry source;
  source.grid = grid;
  return source;
}

}  // namespace

LabelVolume loadMaskFile(const std::filesystem::path& path, const MaskMeaning& meaning, const Context& context) {
  return openMaskArgument(path, nullptr, meaning, context);
}

void requireVolumeWritable(const std::filesystem::path& path, Overwrite overwrite) {
  asTyped([&] { requireWritableFormat(path); });
  requireWritable(path, overwrite);
}

bool isPartOfScan(const std::filesystem::path& folder, const std::string& series, const std::filesystem::path& file) {
  const auto there = findScans({file}, {}, {});
  if (!there || there->series.empty()) return false;
  // Any image of DICOM may be one; results of ours are segmentations.
  const FoundSeries& found = there->series.front();
  if (found.facts.format == "DICOM") return found.facts.modality != "SEG";
  if (found.maskLike || !std::filesystem::is_directory(folder)) return false;
  const auto all = findScans({folder}, {}, {});
  std::error_code ec;
  return all && std::filesystem::equivalent(all->series[chooseSeries(*all, series)].path, file, ec) && !ec;
}

void saveCtFile(const std::filesystem::path& path, const CtVolume& volume, Overwrite overwrite) {
  saveCt(path, volume, asItIs(volume.grid()), overwrite);
}

void saveMaskFile(const std::filesystem::path& path, const LabelVolume& volume, Overwrite overwrite) {
  saveMask(path, volume, asItIs(volume.grid()), overwrite);
}

std::optional<MaskedScan> loadMaskedScan(const std::string& scan, const std::string& series,
                                         const std::filesystem::path& mask, const MaskMeaning& meaning,
                                         Context& context) {
  const auto opened = openScanArgument({scan, series}, context);
  if (!opened) return std::nullopt;
  const auto source = std::make_shared<const SourceGeometry>(opened->source);
  return MaskedScan{
      opened->ct, openMaskArgument(mask, &*opened, meaning, context),
      [source](const auto& path, const CtVolume& ct, Overwrite overwrite) { saveCt(path, ct, *source, overwrite); },
      [source](const auto& path, const LabelVolume& labels, Overwrite overwrite) {
        saveMask(path, labels, *source, overwrite);
      }};
}

std::optional<MasksOfScan> loadMasksOfScan(const std::string& scan, const std::string& series,
                                           const std::vector<MaskFile>& files, Context& context) {
  const auto opened = openScanArgument({scan, series}, context);
  if (!opened) return std::nullopt;
  MasksOfScan result{opened->facts.uid, {}};
  for (const MaskFile& file : files)
    result.masks.push_back(openMaskArgument(file.path, &*opened, file.meaning, context));
  return result;
}

}  // namespace pulmo::cli
