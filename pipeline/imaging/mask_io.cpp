// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/mask_io.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/imaging/dicom_seg.h"
#include "pipeline/imaging/mask_values.h"
#include "pipeline/imaging/orient.h"
#include "pipeline/imaging/volume_file.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

/// Brings a mask on the source slices of a resampled scan onto its canonical grid, by nearest neighbour.
LabelVolume ontoCanonical(const LabelVolume& mask, const Scan& scan) {
  LabelVolume result(scan.ct->grid());
  const Grid& grid = result.grid();
  const Grid& slices = scan.source.grid;
  const auto along = [&](const Point3& p, std::size_t axis) {  // mm along an axis of the slices
    return p[0] * slices.direction[axis] + p[1] * slices.direction[3 + axis] + p[2] * slices.direction[6 + axis];
  };
  std::vector<Point3> origins;  // of the slices, along their own axes; the third rises
  for (const Point3& origin : scan.source.sliceOriginsMm)
    origins.push_back({along(origin, 0), along(origin, 1), along(origin, 2)});
  const auto nearestSlice = [&](double height) {
    const auto above =
        std::lower_bound(origins.begin(), origins.end(), height, [](const Point3& o, double h) { return o[2] < h; });
    if (above == origins.begin()) return std::size_t{0};
    const auto index = static_cast<std::size_t>(above - origins.begin());
    return above == origins.end() || height - origins[index - 1][2] <= (*above)[2] - height ? index - 1 : index;
  };
  const Point3 first = toPatient(grid, Index3{0, 0, 0}), second = toPatient(grid, Index3{1, 0, 0});
  const Point3 step{second[0] - first[0], second[1] - first[1], second[2] - first[2]};
  const Point3 stepAlong{along(step, 0), along(step, 1), along(step, 2)};
  (void)parallelFor(static_cast<std::size_t>(grid.size[2]), 0, {}, [&](std::size_t z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      const Point3 row = toPatient(grid, Index3{0, y, static_cast<int>(z)});
      const Point3 start{along(row, 0), along(row, 1), along(row, 2)};
      for (int x = 0; x < grid.size[0]; ++x) {
        const std::size_t s = nearestSlice(start[2] + x * stepAlong[2]);
        const Index3 voxel{
            static_cast<int>(std::lround((start[0] + x * stepAlong[0] - origins[s][0]) / slices.spacingMm[0])),
            static_cast<int>(std::lround((start[1] + x * stepAlong[1] - origins[s][1]) / slices.spacingMm[1])),
            static_cast<int>(s)};
        if (mask.grid().contains(voxel)) result[{x, y, static_cast<int>(z)}] = mask[voxel];
      }
    }
  });
  return result;
}

std::string sizeText(const Grid& g) {
  return std::to_string(g.size[0]) + " x " + std::to_string(g.size[1]) + " x " + std::to_string(g.size[2]);
}

/// Says how far a mask is from its scan, in what a person can check.
void requireOnScan(const Grid& mask, const Grid& scan, const std::string& name) {
  if (mask.size != scan.size)
    throw Error(ErrorKind::InvalidInput, "The mask " + name + " has " + sizeText(mask) + " voxels and the scan " +
                                             sizeText(scan) + ": they do not belong together.");
  if (sameGrid(mask, scan)) return;
  char text[200];
  if (!mask.spacingKnown || !scan.spacingKnown) {  // there are no mm to compare, but there are directions
    for (std::size_t axis = 0; axis < 3; ++axis) {
      double along = 0;
      for (std::size_t row = 0; row < 3; ++row)
        along += mask.direction[3 * row + axis] * scan.direction[3 * row + axis];
      if (along < 0.999)
        throw Error(ErrorKind::InvalidInput, "The mask " + name +
                                                 " is turned against the scan: it was made on another "
                                                 "one, or on a copy that was turned.");
    }
    return;
  }
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (std::abs(mask.spacingMm[axis] - scan.spacingMm[axis]) > 0.01 * scan.spacingMm[axis]) {
      std::snprintf(text, sizeof text, "has voxels of %.4g x %.4g x %.4g mm and the scan %.4g x %.4g x %.4g mm",
                    mask.spacingMm[0], mask.spacingMm[1], mask.spacingMm[2], scan.spacingMm[0], scan.spacingMm[1],
                    scan.spacingMm[2]);
      throw Error(ErrorKind::InvalidInput, "The mask " + name + " " + text + ": they do not belong together.");
    }
  double farthest = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const Index3 index{(corner & 1) ? scan.size[0] - 1 : 0, (corner & 2) ? scan.size[1] - 1 : 0,
                       (corner & 4) ? scan.size[2] - 1 : 0};
    const Point3 a = toPatient(mask, index), b = toPatient(scan, index);
    farthest = std::max(farthest, std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
  }
  std::snprintf(text, sizeof text, "lies up to %.1f mm away from the scan", farthest);
  throw Error(ErrorKind::InvalidInput, "The mask " + name + " " + text +
                                           ": it was made on another one, or on a copy that was turned or shifted.");
}

/// The integers of a mask file, on the grid where they lie, and what they may mean.
struct PlacedMask {
  CodedVolume values;
  MaskInspection inspection;
  std::vector<std::string> notes;
};

std::optional<PlacedMask> loadPlacedSegmentation(const fs::path& path, const Scan* scan, const StopToken& stop) {
  auto file = loadSegmentation(path, scan ? &scan->source : nullptr, stop);
  if (!file) return std::nullopt;
  PlacedMask mask{std::move(file->segments), {}, std::move(file->notes)};
  mask.inspection.grid = mask.values.codes.grid();
  mask.inspection.voxels = voxelsOfValues(mask.values);
  mask.inspection.names = std::move(file->names);
  mask.inspection.suggestion = std::move(file->meaning);
  return mask;
}

/// Sizes are looked at before memory is taken.
std::optional<IntegerVolume> placedVolume(const fs::path& path, const Scan* scan, std::vector<std::string>& notes,
                                          const StopToken& stop) {
  const std::string name = path.filename().string();
  const auto belongs = [&](const Grid& mask) {
    if (!scan) return;
    const auto sorted = [](Index3 size) {
      std::sort(size.begin(), size.end());
      return size;
    };
    const Grid& canonical = scan->ct->grid();
    if (mask.size != scan->source.grid.size && sorted(mask.size) != sorted(canonical.size))
      requireOnScan(mask, canonical, name);
  };
  auto file = loadIntegerVolume(path, belongs, stop);
  if (!file) return std::nullopt;
  if (!scan || file->placeKnown) return file;
  const Grid& mask = file->volume.codes.grid();
  const Grid& source = scan->source.grid;
  Grid placed = mask;
  placed.direction = source.direction;
  placed.originMm = source.originMm;
  if (!mask.spacingKnown || !source.spacingKnown) placed.spacingMm = source.spacingMm;
  requireOnScan(placed, source, name);
  file->volume.codes.setGrid(source);
  notes.push_back(name + " does not say how it lies in the patient: it is taken to lie as the scan's own file does.");
  return file;
}

std::optional<PlacedMask> loadPlaced(const fs::path& path, const Scan* scan, const StopToken& stop) {
  if (!isVolumeFileName(path) && isDicomFile(path)) return loadPlacedSegmentation(path, scan, stop);
  PlacedMask mask;
  auto values = placedVolume(path, scan, mask.notes, stop);
  if (!values) return std::nullopt;
  mask.values = std::move(values->volume);
  mask.inspection = inspectedValues(mask.values, path.filename().string(), values->ours);
  return mask;
}

LabelVolume brought(LabelVolume labels, const Scan* scan, const std::string& name) {
  if (scan && scan->source.resampled && sameGrid(labels.grid(), scan->source.grid)) return ontoCanonical(labels, *scan);
  // On the scan's own grid it is turned as the scan was: an axis at 45 degrees could go either way.
  const bool onSource = scan && !scan->source.resampled && sameGrid(labels.grid(), scan->source.grid);
  const CanonicalTurn turn = onSource ? turnOf(scan->source) : canonicalTurn(labels.grid());
  labels = turned(std::move(labels), turn);
  if (!scan) return labels;
  requireOnScan(labels.grid(), scan->ct->grid(), name);
  labels.setGrid(scan->ct->grid());
  return labels;
}

}  // namespace

MaskValues ownValues(const fs::path& path) {
  MaskValues values;
  if (!isVolumeFileName(path)) return values;
  values.right = {kRightLung};
  values.left = {kLeftLung};
  values.unsided = {kLungUnsided};
  return values;
}

MaskInspection inspectMask(const fs::path& path) {
  return loadPlaced(path, nullptr, {})->inspection;
}

std::optional<MaskAnswer> loadOrInspectMask(const fs::path& path, const Scan* scan, const MaskValues& values,
                                            const StopToken& stop) {
  const std::string name = path.filename().string();
  MaskAnswer answer;
  auto mask = loadPlaced(path, scan, stop);
  if (!mask) return std::nullopt;
  answer.inspection = std::move(mask->inspection);
  answer.notes = std::move(mask->notes);
  requireCodedSides(answer.inspection, values, name);
  MaskValues used = values;
  if (used.empty()) {
    const std::optional<MaskValues>& suggestion = answer.inspection.suggestion;
    if (valuesAsText(answer.inspection).empty())
      throw Error(ErrorKind::InvalidInput, "There is nothing in " + name + ": every voxel is 0.");
    if (!suggestion) return answer;
    used.right = suggestion->right;
    used.left = suggestion->left;
    used.unsided = suggestion->unsided;
  }
  answer.labels = brought(labelsOf(std::move(mask->values), answer.inspection, used, name), scan, name);
  return answer;
}

std::string questionOf(const MaskInspection& inspection, const std::string& name) {
  if (!inspection.doubt.empty()) return inspection.doubt + " Say which is the right and which the left lung.";
  return name + " holds the values " + valuesAsText(inspection) + ": say which is the right and which the left lung.";
}

LabelVolume loadMask(const fs::path& path, const Scan* scan, const MaskValues& values,
                     std::vector<std::string>* notes) {
  MaskAnswer answer = *loadOrInspectMask(path, scan, values, {});
  if (notes) notes->insert(notes->end(), answer.notes.begin(), answer.notes.end());
  if (!answer.labels) throw Error(ErrorKind::InvalidInput, questionOf(answer.inspection, path.filename().string()));
  return std::move(*answer.labels);
}

}  // namespace pulmo
