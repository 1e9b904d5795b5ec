// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/volume_file.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "pipeline/imaging/image_file.h"
#include "pipeline/imaging/orient.h"

namespace pulmo {

namespace fs = std::filesystem;

bool isVolumeFileName(const fs::path& path) {
  const std::string name = lowerFileName(path);
  for (const char* ending : {".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd", ".tif", ".tiff"})
    if (name.ends_with(ending)) return true;
  return false;
}

namespace {

SeriesFacts factsOf(const ImageFile& file, const fs::path& path) {
  SeriesFacts facts;
  facts.uid = facts.description = path.filename().string();
  facts.format = file.format;
  facts.orientation = orientationName(file.grid);
  facts.columns = file.grid.size[0];
  facts.rows = file.grid.size[1];
  facts.slices = file.grid.size[2];
  facts.warnings = file.notes;
  if (file.grid.spacingKnown) {
    facts.pixelSpacingMm = {file.grid.spacingMm[0], file.grid.spacingMm[1]};
    if (facts.slices > 1) facts.sliceSpacingMm = file.grid.spacingMm[2];
  }
  return facts;
}

constexpr std::int16_t kAirHu = -1024;

void noteBelowAir(std::size_t count, std::vector<std::string>& notes) {
  if (count > 0)
    notes.push_back(std::to_string(count) +
                    " voxels below −1024 HU (outside the scanner's field of view) are taken as −1024 HU.");
}

/// Any number to int16, counting what does not fit.
struct ToHu {
  std::size_t notNumbers = 0, below = 0, clamped = 0;

  std::int16_t operator()(double value) {
    if (std::isnan(value)) {
      ++notNumbers;
      return kAirHu;
    }
    if (value < kAirHu) {
      ++below;
      return kAirHu;
    }
    const double inside = std::min(value, 32767.0);
    if (inside != value) ++clamped;
    return static_cast<std::int16_t>(inside + (inside < 0 ? -0.5 : 0.5));
  }
};

bool hasMaskName(const fs::path& path) {
  const std::string name = lowerFileName(path);
  for (const char* word : {"mask", "label", "segment", "_seg", "-seg", ".seg", "annotation"})
    if (name.find(word) != std::string::npos) return true;
  return false;
}

template <class Voxel>
Volume<Voxel> emptyVolume(const Grid& grid, const fs::path& path) {
  try {
    return Volume<Voxel>(grid);
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::OutOfMemory, "There is not enough memory for the " + std::to_string(grid.voxelCount()) +
                                            " voxels of " + path.filename().string() + ".");
  }
}

/// Voxels in canonical order; nullopt if stopped.
std::optional<CtVolume> readCt(ImageFile& file, const fs::path& path, const CanonicalTurn& turn,
                               std::vector<std::string>& notes, const StopToken& stop, const ProgressSink& progress) {
  if (file.landsAsInt16() && turn.from == CanonicalTurn{}.from) {
    CtVolume ct = emptyVolume<std::int16_t>(file.grid, path);
    if (file.readInt16(ct.voxels().data(), stop) == Outcome::Stopped) return std::nullopt;
    std::size_t below = 0;
    for (std::int16_t& hu : ct.voxels()) {
      below += hu < kAirHu;
      hu = std::max(hu, kAirHu);
    }
    noteBelowAir(below, notes);
    return turned(std::move(ct), turn);
  }
  CtVolume ct = emptyVolume<std::int16_t>(turnedGrid(file.grid, turn), path);
  const CanonicalPlaces places(file.grid.size, turn);
  ToHu toHu;
  const auto total = static_cast<double>(file.grid.voxelCount());
  const Outcome outcome = file.readVoxels(
      [&](std::size_t first, const double* values, std::size_t count) {
        places.forRun(first, count, [&](std::size_t to, std::size_t i) { ct.voxels()[to] = toHu(values[i]); });
        if (first / 65536 % 16 == 0)
          if (progress) progress(static_cast<double>(first) / total, "Reading " + path.filename().string());
      },
      stop);
  if (outcome == Outcome::Stopped) return std::nullopt;
  if (toHu.notNumbers > 0)
    notes.push_back(std::to_string(toHu.notNumbers) + " voxels were not numbers and are taken as −1024 HU.");
  noteBelowAir(toHu.below, notes);
  if (toHu.clamped > 0) notes.push_back(std::to_string(toHu.clamped) + " voxels were beyond 16 bit and are cut off.");
  return ct;
}

}  // namespace

SeriesFacts describeVolumeFile(const fs::path& path, bool* maskLike) {
  try {
    const auto file = openImage(path);
    (void)canonicalTurn(file->grid);
    if (maskLike) *maskLike = file->byteVoxels || hasMaskName(path);
    return factsOf(*file, path);
  } catch (const Error& e) {
    SeriesFacts facts;
    facts.uid = facts.description = path.filename().string();
    facts.refusal = e.what();
    return facts;
  }
}

std::vector<std::string> oddHuValues(int low, int high) {
  const std::string range = std::to_string(low) + " to " + std::to_string(high);
  if (low == high) return {"Every voxel has the same value (" + std::to_string(low) + "): there is no picture."};
  if (low >= 0 && high <= 1)
    return {"The values run from " + range +
            ": this looks like a mask, or a picture scaled to 0..1, not like a CT in Hounsfield units."};
  if (low >= 0 && high <= 255)
    return {"The values run from " + range +
            ": this looks like a grey picture, not like Hounsfield units. Thresholds and densities will be wrong."};
  if (low >= 0)
    return {"No value is below 0 (" + range +
            "): the scan may be shifted by 1024 HU. Thresholds and densities will be wrong."};
  if (high < -200)
    return {"No value is above " + std::to_string(high) +
            ": soft tissue is missing, so these may not be Hounsfield units."};
  return {};
}

std::optional<Scan> loadVolumeFile(const fs::path& path, const StopToken& stop, const ProgressSink& progress) {
  if (progress) progress(0, "Reading " + path.filename().string());
  const auto file = openImage(path);
  const CanonicalTurn turn = canonicalTurn(file->grid);
  Scan scan;
  scan.facts = factsOf(*file, path);
  scan.source.grid = file->grid;
  scan.source.path = path.string();
  describeTurn(turn, scan.source);
  scan.notes = file->notes;
  std::optional<CtVolume> ct = readCt(*file, path, turn, scan.notes, stop, progress);
  if (!ct || stop.stop_requested()) return std::nullopt;
  if (!file->grid.spacingKnown)
    scan.notes.push_back("The file gives no voxel spacing: figures in mm and ml are left out.");
  const auto [low, high] = std::minmax_element(ct->voxels().begin(), ct->voxels().end());
  for (std::string& note : oddHuValues(*low, *high)) scan.notes.push_back(std::move(note));
  scan.ct = std::make_shared<const CtVolume>(std::move(*ct));
  if (progress) progress(1, "");
  return scan;
}

std::optional<IntegerVolume> loadIntegerVolume(const fs::path& path, const std::function<void(const Grid&)>& require,
                                               const StopToken& stop) {
  const auto file = openImage(path);
  if (require) require(file->grid);
  const std::string name = path.filename().string();
  IntegerVolume result{{emptyVolume<std::uint8_t>(file->grid, path)}, file->placeKnown, file->ours};
  std::vector<std::uint8_t>& voxels = result.volume.codes.voxels();
  ValueCodes codes(result.volume.values);
  const Outcome outcome = file->readVoxels(
      [&](std::size_t first, const double* values, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
          const double rounded = std::nearbyint(values[i]);
          if (!(std::abs(values[i] - rounded) < 1e-3) || std::abs(rounded) > 1e9)
            throw Error(ErrorKind::InvalidInput,
                        name + " holds values such as " + std::to_string(values[i]) + ": it is not a mask.");
          const auto code = codes.of(static_cast<std::int32_t>(rounded));
          if (!code)
            throw Error(ErrorKind::InvalidInput, name + " holds more than 256 different values: it is not a mask.");
          voxels[first + i] = *code;
        }
      },
      stop);
  return outcome == Outcome::Stopped ? std::nullopt : std::optional(std::move(result));
}

}  // namespace pulmo
