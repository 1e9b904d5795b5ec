// SPDX-License-Identifier: Apache-2.0
#include "app/cli/scan_files.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "app/cli/usage.h"
#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/core/mha_io.h"

namespace pulmo::cli {

namespace {

CtVolume loadScan(const std::string& scan, const std::string& series) {
  if (!series.empty() || std::filesystem::path(scan).extension() != ".mha")
    throw Error(ErrorKind::Unsupported, scan + ": this build reads scans as uncompressed .mha alone.");
  return loadMhaCt(scan);
}

LabelVolume loadMaskOn(const Grid& grid, const MaskFile& file, const Context& context) {
  LabelVolume mask = loadMaskFile(file.path, file.meaning, context);
  requireSameGrid(grid, "scan", mask.grid(), "lung mask");
  mask.setGrid(grid);
  return mask;
}

}  // namespace

LabelVolume loadMaskFile(const std::filesystem::path& path, const MaskMeaning& meaning, const Context&) {
  if (path.extension() != ".mha")
    throw Error(ErrorKind::Unsupported,
                path.filename().string() + ": this build reads masks as uncompressed .mha alone.");
  if (meaning.right.empty() && meaning.left.empty() && meaning.unsided.empty()) return loadMhaLabels(path);
  LabelVolume mask = loadMhaBytes(path);
  const auto in = [](const std::vector<std::int64_t>& list, std::uint8_t value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  for (std::uint8_t& v : mask.voxels())
    v = in(meaning.right, v)     ? kRightLung
        : in(meaning.left, v)    ? kLeftLung
        : in(meaning.unsided, v) ? kLungUnsided
                                 : kBackground;
  return mask;
}

void requireVolumeWritable(const std::filesystem::path& path, Overwrite overwrite) {
  if (path.extension() != ".mha") refuseUsage(path.filename().string() + ": this build writes volumes as .mha alone.");
  requireWritable(path, overwrite);
}

bool isPartOfScan(const std::filesystem::path&, const std::string&, const std::filesystem::path&) {
  return false;
}

void saveCtFile(const std::filesystem::path& path, const CtVolume& volume, Overwrite overwrite) {
  saveMha(path, volume, overwrite);
}
void saveMaskFile(const std::filesystem::path& path, const LabelVolume& volume, Overwrite overwrite) {
  saveMha(path, volume, overwrite);
}

std::optional<MaskedScan> loadMaskedScan(const std::string& scan, const std::string& series,
                                         const std::filesystem::path& mask, const MaskMeaning& meaning,
                                         Context& context) {
  auto ct = std::make_shared<const CtVolume>(loadScan(scan, series));
  LabelVolume lungs = loadMaskOn(ct->grid(), {mask, meaning}, context);
  return MaskedScan{std::move(ct), std::move(lungs), saveCtFile, saveMaskFile};
}

std::optional<MasksOfScan> loadMasksOfScan(const std::string& scan, const std::string& series,
                                           const std::vector<MaskFile>& files, Context& context) {
  const CtVolume ct = loadScan(scan, series);
  MasksOfScan result{std::filesystem::path(scan).filename().string(), {}};
  for (const MaskFile& file : files) result.masks.push_back(loadMaskOn(ct.grid(), file, context));
  return result;
}

}  // namespace pulmo::cli
