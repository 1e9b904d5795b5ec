// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/mask_values.h"

#include <algorithm>
#include <array>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"

namespace pulmo {

namespace {

std::optional<MaskValues> suggestionFor(const std::map<std::int64_t, std::size_t>& voxels, bool ours) {
  std::vector<std::int64_t> values;
  for (const auto& [value, count] : voxels)
    if (value != 0) values.push_back(value);
  MaskValues suggestion;
  if (values == std::vector<std::int64_t>{1, 2}) {
    suggestion.right = {kRightLung};
    suggestion.left = {kLeftLung};
  } else if (ours && values == std::vector<std::int64_t>{kRightLung}) {
    suggestion.right = values;
  } else if (ours && values == std::vector<std::int64_t>{kLeftLung}) {
    suggestion.left = values;
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

bool isSide(std::uint8_t label) {
  return label == kRightLung || label == kLeftLung;
}

/// How far the middle of a value's voxels lies to the patient's left, in mm.
double leftwards(const CodedVolume& mask, std::int32_t value) {
  Point3 sum{0, 0, 0};
  double count = 0;
  const Grid& g = mask.codes.grid();
  const std::uint8_t* v = mask.codes.voxels().data();
  const auto code =
      static_cast<std::uint8_t>(std::find(mask.values.begin(), mask.values.end(), value) - mask.values.begin());
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y) {
      double row = 0, x0 = 0;
      for (int x = 0; x < g.size[0]; ++x)
        if (*v++ == code) {
          row += 1;
          x0 += x;
        }
      sum = {sum[0] + x0, sum[1] + row * y, sum[2] + row * z};
      count += row;
    }
  return toPatient(g, Point3{sum[0] / count, sum[1] / count, sum[2] / count})[0];
}

}  // namespace

std::map<std::int64_t, std::size_t> voxelsOfValues(const CodedVolume& mask) {
  std::map<std::int64_t, std::size_t> voxels;
  const auto counts = mask.counts();
  for (std::size_t code = 0; code < mask.values.size(); ++code)
    if (counts[code] > 0) voxels[mask.values[code]] = counts[code];
  return voxels;
}

MaskInspection inspectedValues(const CodedVolume& mask, const std::string& name, bool ours) {
  MaskInspection inspection;
  inspection.grid = mask.codes.grid();
  inspection.voxels = voxelsOfValues(mask);
  inspection.suggestion = suggestionFor(inspection.voxels, ours);
  // Other programs count from the left: then the values must be told, not guessed.
  if (inspection.suggestion && !inspection.suggestion->right.empty() && !inspection.suggestion->left.empty() &&
      !(leftwards(mask, kRightLung) < leftwards(mask, kLeftLung))) {
    inspection.suggestion.reset();
    inspection.doubt =
        "In " + name + " the value 1 lies to the patient's left of the value 2, so 1 is hardly the right lung.";
  }
  return inspection;
}

std::string valuesAsText(const MaskInspection& inspection) {
  std::string text;
  int shown = 0;
  for (const auto& [value, count] : inspection.voxels) {
    if (value == 0) continue;
    if (++shown > 12) return text + ", …";
    text += (text.empty() ? "" : ", ") + std::to_string(value);
    const auto name = inspection.names.find(value);
    if (name != inspection.names.end()) text += " (" + name->second + ")";
  }
  return text;
}

void requireCodedSides(const MaskInspection& inspection, const MaskValues& values, const std::string& name) {
  if (inspection.names.empty() || !inspection.suggestion) return;  // no segments, or none that is coded as lung
  for (const auto& [segment, voxels] : inspection.voxels) {
    const std::uint8_t coded = labelOf(segment, *inspection.suggestion), taken = labelOf(segment, values);
    const bool sides = isSide(coded) && isSide(taken);
    if (!sides || coded == taken) continue;
    const std::string right = "right lung", left = "left lung";
    throw Error(ErrorKind::InvalidInput, "In " + name + " segment " + std::to_string(segment) + " is coded as " +
                                             (coded == kRightLung ? right : left) + " and cannot be taken for the " +
                                             (coded == kRightLung ? left : right) +
                                             ": leave the values out, the file says which is which.");
  }
}

LabelVolume labelsOf(CodedVolume&& mask, const MaskInspection& inspection, const MaskValues& values,
                     const std::string& name) {
  std::array<std::uint8_t, CodedVolume::kMostValues> label{};
  bool sided = false, unsided = false;
  for (std::size_t code = 0; code < mask.values.size(); ++code) {
    if (!inspection.voxels.contains(mask.values[code])) continue;
    label[code] = labelOf(mask.values[code], values);
    sided = sided || isSide(label[code]);
    unsided = unsided || label[code] == kLungUnsided;
  }
  if (!sided && !unsided)
    throw Error(ErrorKind::InvalidInput,
                "Nothing in " + name + " is lung: it holds the values " + valuesAsText(inspection) + ".");
  // Where some lung has no side, no voxel has: per-side figures would be of a part only.
  if (unsided)
    for (std::uint8_t& each : label)
      if (each != kBackground) each = kLungUnsided;
  LabelVolume labels = std::move(mask.codes);
  for (std::uint8_t& voxel : labels.voxels()) voxel = label[voxel];
  return labels;
}

}  // namespace pulmo
