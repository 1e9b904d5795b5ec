// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/mask_io.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pipeline/core/label_set.h"
#include "pipeline/imaging/orient.h"
#include "pipeline/imaging/volume_file.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostValues = 256;

std::map<std::int64_t, std::size_t> histogram(const Volume<std::int32_t>& volume, const std::string& name) {
  std::map<std::int64_t, std::size_t> counts;
  std::int32_t run = volume.voxels().empty() ? 0 : volume.voxels().front();
  std::size_t length = 0;
  const auto flush = [&] {
    counts[run] += length;
    if (counts.size() > kMostValues)
      throw Error(ErrorKind::InvalidInput, name + " holds more than 256 different values: it is not a mask.");
  };
  for (const std::int32_t value : volume.voxels()) {  // runs: a map look-up a voxel would be slow
    if (value != run) {
      flush();
      run = value;
      length = 0;
    }
    ++length;
  }
  flush();
  return counts;
}

std::optional<MaskValues> suggestionFor(const std::map<std::int64_t, std::size_t>& voxels) {
  std::vector<std::int64_t> values;
  for (const auto& [value, count] : voxels)
    if (value != 0) values.push_back(value);
  MaskValues suggestion;
  if (values == std::vector<std::int64_t>{1, 2}) {
    suggestion.right = {kRightLung};
    suggestion.left = {kLeftLung};
  } else if (values.size() == 1) {
    suggestion.unsided = values;
  } else {
    return std::nullopt;
  }
  return suggestion;
}

std::uint8_t labelOf(std::int64_t value, const MaskValues& values) {
  const std::int64_t key = values.lowByteOnly ? (value & 255) : value;
  const auto in = [key](const std::vector<std::int64_t>& list) {
    return std::find(list.begin(), list.end(), key) != list.end();
  };
  if (in(values.right)) return kRightLung;
  if (in(values.left)) return kLeftLung;
  return in(values.unsided) ? kLungUnsided : kBackground;
}

std::string listed(const std::map<std::int64_t, std::size_t>& voxels) {
  std::string text;
  int shown = 0;
  for (const auto& [value, count] : voxels) {
    if (value == 0) continue;
    if (++shown > 12) return text + ", …";
    text += (text.empty() ? "" : ", ") + std::to_string(value);
  }
  return text;
}

LabelVolume mapped(const Volume<std::int32_t>& raw, const std::map<std::int64_t, std::size_t>& voxels,
                   const MaskValues& values, const std::string& name) {
  std::map<std::int64_t, std::uint8_t> table;
  bool sided = false, unsided = false;
  for (const auto& [value, count] : voxels) {
    const std::uint8_t label = labelOf(value, values);
    table[value] = label;
    sided = sided || label == kRightLung || label == kLeftLung;
    unsided = unsided || label == kLungUnsided;
  }
  if (!sided && !unsided)
    throw Error(ErrorKind::InvalidInput,
                "Nothing in " + name + " is lung: it holds the values " + listed(voxels) + ".");
  LabelVolume labels(raw.grid());
  std::int32_t last = 0;
  std::uint8_t label = table.contains(0) ? table.at(0) : kBackground;
  for (std::size_t i = 0; i < raw.voxels().size(); ++i) {
    const std::int32_t value = raw.voxels()[i];
    if (value != last) {
      label = table.at(value);
      last = value;
    }
    // Where some lung has no side, no voxel has: per-side figures would be of a part only.
    labels.voxels()[i] = unsided && label != kBackground ? kLungUnsided : label;
  }
  return labels;
}

/// Nearest-neighbour resampling of a mask on the source slices of a resampled scan onto its canonical grid.
LabelVolume ontoCanonical(const LabelVolume& mask, const Scan& scan) {
  LabelVolume result(scan.ct->grid());
  const Grid& grid = result.grid();
  const SourceGeometry& source = scan.source;
  const Point3 normal{source.grid.direction[2], source.grid.direction[5], source.grid.direction[8]};
  std::vector<double> heights;
  for (const Point3& origin : source.sliceOriginsMm)
    heights.push_back(origin[0] * normal[0] + origin[1] * normal[1] + origin[2] * normal[2]);
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x) {
        const Point3 p = toPatient(grid, Index3{x, y, z});
        const double h = p[0] * normal[0] + p[1] * normal[1] + p[2] * normal[2];
        std::size_t nearest = 0;
        for (std::size_t s = 1; s < heights.size(); ++s)
          if (std::abs(heights[s] - h) < std::abs(heights[nearest] - h)) nearest = s;
        Grid slice = source.grid;
        slice.originMm = source.sliceOriginsMm[nearest];
        const Point3 index = toIndex(slice, p);
        const Index3 voxel{static_cast<int>(std::lround(index[0])), static_cast<int>(std::lround(index[1])),
                           static_cast<int>(nearest)};
        if (mask.grid().contains(voxel)) result[{x, y, z}] = mask[voxel];
      }
  return result;
}

}  // namespace

MaskInspection inspectMask(const fs::path& path) {
  const Volume<std::int32_t> raw = loadIntegerVolume(path);
  MaskInspection inspection;
  inspection.grid = raw.grid();
  inspection.voxels = histogram(raw, path.filename().string());
  inspection.suggestion = suggestionFor(inspection.voxels);
  return inspection;
}

LabelVolume loadMask(const fs::path& path, const Scan* scan, const MaskValues& values) {
  const std::string name = path.filename().string();
  const Volume<std::int32_t> raw = loadIntegerVolume(path);
  const auto voxels = histogram(raw, name);
  MaskValues used = values;
  if (used.empty()) {
    const auto suggestion = suggestionFor(voxels);
    if (!suggestion) {
      const std::string found = listed(voxels);
      throw Error(ErrorKind::InvalidInput, found.empty() ? "There is nothing in " + name + ": every voxel is 0."
                                                         : name + " holds the values " + found +
                                                               ": say which is the right and which the left lung.");
    }
    used.right = suggestion->right;
    used.left = suggestion->left;
    used.unsided = suggestion->unsided;
  }
  LabelVolume labels = mapped(raw, voxels, used, name);
  if (scan && scan->source.resampled && labels.grid().size == scan->source.grid.size &&
      sameGrid(labels.grid(), scan->source.grid))
    return ontoCanonical(labels, *scan);
  const CanonicalTurn turn = canonicalTurn(labels.grid());
  labels = turned(std::move(labels), turn);
  if (!scan) return labels;
  if (!scan->ct->grid().spacingKnown || !labels.grid().spacingKnown) {
    if (labels.grid().size != scan->ct->grid().size)
      requireSameGrid(labels.grid(), "mask " + name, scan->ct->grid(), "scan");
  } else {
    requireSameGrid(labels.grid(), "mask " + name, scan->ct->grid(), "scan");
  }
  labels.setGrid(scan->ct->grid());
  return labels;
}

}  // namespace pulmo
