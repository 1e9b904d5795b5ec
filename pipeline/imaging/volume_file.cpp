// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/volume_file.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "pipeline/imaging/image_file_itk.h"
#include "pipeline/imaging/orient.h"

namespace pulmo {

namespace fs = std::filesystem;

bool isVolumeFileName(const fs::path& path) {
  std::string name = path.filename().string();
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* ending : {".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd", ".tif", ".tiff"})
    if (name.ends_with(ending)) return true;
  return false;
}

SeriesFacts describeVolumeFile(const fs::path& path) {
  SeriesFacts facts;
  facts.uid = path.filename().string();
  facts.description = facts.uid;
  try {
    const ImageHeader header = openImage(path);
    facts.format = header.format;
    facts.orientation = orientationName(header.grid);
    facts.columns = header.grid.size[0];
    facts.rows = header.grid.size[1];
    facts.slices = header.grid.size[2];
    if (header.grid.spacingKnown) {
      facts.pixelSpacingMm = {header.grid.spacingMm[0], header.grid.spacingMm[1]};
      if (facts.slices > 1) facts.sliceSpacingMm = header.grid.spacingMm[2];
    }
    (void)canonicalTurn(header.grid);
  } catch (const Error& e) {
    facts.refusal = e.what();
  }
  return facts;
}

std::vector<std::string> oddHuValues(const CtVolume& ct) {
  const auto [low, high] = std::minmax_element(ct.voxels().begin(), ct.voxels().end());
  const std::string range = std::to_string(*low) + " to " + std::to_string(*high);
  if (*low == *high) return {"Every voxel has the same value (" + std::to_string(*low) + "): there is no picture."};
  if (*low >= 0 && *high <= 1) return {"The values run from " + range + ": this looks like a mask, not like a CT in Hounsfield units."};
  if (*low >= 0 && *high <= 255) return {"The values run from " + range + ": this looks like a grey picture, not like Hounsfield units. Thresholds and densities will be wrong."};
  if (*low >= 0) return {"No value is below 0 (" + range + "): the scan may be shifted by 1024 HU. Thresholds and densities will be wrong."};
  if (*high < -200) return {"No value is above " + std::to_string(*high) + ": soft tissue is missing, so these may not be Hounsfield units."};
  return {};
}

std::optional<Scan> loadVolumeFile(const fs::path& path, const StopToken& stop, const ProgressSink& progress) {
  progress(0, "Reading " + path.filename().string());
  const ImageHeader header = openImage(path);
  const CanonicalTurn turn = canonicalTurn(header.grid);
  CtVolume ct(header.grid);
  std::size_t notNumbers = 0, clamped = 0;
  readVoxels(header, path, [&](std::size_t first, const double* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      double value = values[i];
      if (std::isnan(value)) {
        value = -1024;
        ++notNumbers;
      }
      const double inside = std::clamp(value, -32768.0, 32767.0);
      if (inside != value) ++clamped;
      ct.voxels()[first + i] = static_cast<std::int16_t>(std::lround(inside));
    }
  });
  if (stop.stop_requested()) return std::nullopt;
  Scan scan;
  scan.facts = describeVolumeFile(path);
  scan.source.grid = header.grid;
  scan.source.path = path.string();
  describeTurn(turn, scan.source);
  if (notNumbers > 0) scan.notes.push_back(std::to_string(notNumbers) + " voxels were not numbers and are taken as −1024 HU.");
  if (clamped > 0) scan.notes.push_back(std::to_string(clamped) + " voxels were beyond 16 bit and are cut off.");
  if (!header.grid.spacingKnown) scan.notes.push_back("The file gives no voxel spacing: figures in mm and ml are left out.");
  ct = turned(std::move(ct), turn);
  for (std::string& note : oddHuValues(ct)) scan.notes.push_back(std::move(note));
  scan.ct = std::make_shared<const CtVolume>(std::move(ct));
  progress(1, "");
  return scan;
}

Volume<std::int32_t> loadIntegerVolume(const fs::path& path) {
  const ImageHeader header = openImage(path);
  Volume<std::int32_t> volume(header.grid);
  readVoxels(header, path, [&](std::size_t first, const double* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const double rounded = std::nearbyint(values[i]);
      if (!(std::abs(values[i] - rounded) < 1e-3) || std::abs(rounded) > 1e9)
        throw Error(ErrorKind::InvalidInput, path.filename().string() + " holds fractions such as " + std::to_string(values[i]) + ": it is not a mask.");
      volume.voxels()[first + i] = static_cast<std::int32_t>(rounded);
    }
  });
  return volume;
}

}  // namespace pulmo
