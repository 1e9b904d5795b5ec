// SPDX-License-Identifier: Apache-2.0
#include "pipeline/prepare/lung_sides.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/label_set.h"
#include "pipeline/core/voxel_runs.h"

namespace pulmo {

namespace {

struct Part {
  double voxels = 0, x = 0, y = 0, z = 0;  ///< sums, then the centre
  double right = 0, left = 0;              ///< voxels that the seeds claim
};

std::vector<Part> partsOf(const VoxelRuns& runs) {
  std::vector<Part> parts(runs.components);
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    Part& part = parts[run.component];
    const double n = run.end - run.begin;
    part.voxels += n;
    part.x += n * (run.begin + run.end - 1) / 2.0;
    part.y += n * y;
    part.z += n * z;
  });
  for (Part& part : parts) part.x /= part.voxels, part.y /= part.voxels, part.z /= part.voxels;
  return parts;
}

/// Sets the labels of whole parts; `side` gives 0 for "not this way".
template <class Side>
void paintParts(const VoxelRuns& runs, LabelVolume& labels, const Side& side) {
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    const std::uint8_t label = side(run.component);
    if (label == 0) return;
    const std::size_t row = labels.offset({0, y, z});
    std::fill(labels.voxels().begin() + static_cast<std::ptrdiff_t>(row) + run.begin,
              labels.voxels().begin() + static_cast<std::ptrdiff_t>(row) + run.end, label);
  });
}

/// Labels grow through the mask, one voxel a round, until they meet.
void growWithin(const LabelVolume& mask, LabelVolume& labels, const StopToken& stop) {
  const Grid& g = mask.grid();
  std::vector<Index3> front, next;
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x)
        if (labels[{x, y, z}] != 0) front.push_back({x, y, z});
  while (!front.empty() && !stop.stop_requested()) {
    next.clear();
    for (const Index3& at : front)
      for (std::size_t axis = 0; axis < 3; ++axis)
        for (const int step : {-1, 1}) {
          Index3 to = at;
          to[axis] += step;
          if (!g.contains(to) || mask[to] == 0 || labels[to] != 0) continue;
          labels[to] = labels[at];
          next.push_back(to);
        }
    front.swap(next);
  }
}

std::array<Part, 2> centres(const LabelVolume& labels) {
  std::array<Part, 2> sides{};
  const Grid& g = labels.grid();
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x) {
        const std::uint8_t label = labels[{x, y, z}];
        if (label != kRightLung && label != kLeftLung) continue;
        Part& side = sides[label - 1U];
        ++side.voxels, side.x += x, side.y += y, side.z += z;
      }
  for (Part& side : sides)
    if (side.voxels > 0) side.x /= side.voxels, side.y /= side.voxels, side.z /= side.voxels;
  return sides;
}

double distance(const Part& a, const Part& b, const Grid& g) {
  return std::hypot((a.x - b.x) * g.spacingMm[0], (a.y - b.y) * g.spacingMm[1], (a.z - b.z) * g.spacingMm[2]);
}

/// Parts that nothing has labelled yet go to the nearer lung.
void paintRest(const VoxelRuns& runs, const std::vector<Part>& parts, LabelVolume& labels) {
  const auto sides = centres(labels);
  std::vector<bool> done(parts.size(), false);
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    if (labels[{run.begin, y, z}] != 0) done[run.component] = true;
  });
  paintParts(runs, labels, [&](std::uint32_t part) -> std::uint8_t {
    if (done[part]) return 0;
    if (sides[0].voxels <= 0) return kLeftLung;
    if (sides[1].voxels <= 0) return kRightLung;
    const Grid& g = labels.grid();
    return distance(parts[part], sides[0], g) <= distance(parts[part], sides[1], g) ? kRightLung : kLeftLung;
  });
}

/// The two lungs as two parts of the mask; false if it is not as simple as that.
bool twoParts(const VoxelRuns& runs, const std::vector<Part>& parts, LabelVolume& labels) {
  double all = 0, low = 1e9, high = -1;
  for (const Part& part : parts) all += part.voxels;
  forEachRun(runs, [&](const VoxelRun& run, int, int) {
    low = std::min(low, static_cast<double>(run.begin));
    high = std::max(high, static_cast<double>(run.end));
  });
  std::vector<std::uint32_t> large;
  for (std::uint32_t i = 0; i < parts.size(); ++i)
    if (parts[i].voxels >= 0.1 * all) large.push_back(i);
  if (large.size() != 2 || parts[large[0]].voxels + parts[large[1]].voxels < 0.9 * all) return false;
  if (parts[large[0]].x > parts[large[1]].x) std::swap(large[0], large[1]);
  // Beside each other, not one above the other: centres of two lungs are half the chest's width apart.
  if (parts[large[1]].x - parts[large[0]].x < 0.3 * (high - low)) return false;
  paintParts(runs, labels, [&](std::uint32_t part) -> std::uint8_t {
    return part == large[0] ? kRightLung : part == large[1] ? kLeftLung : std::uint8_t{0};
  });
  paintRest(runs, parts, labels);
  return true;
}

void claim(const VoxelRuns& runs, const LabelVolume& seeds, std::vector<Part>& parts) {
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    for (int x = run.begin; x < run.end; ++x) {
      const std::uint8_t label = seeds[{x, y, z}];
      parts[run.component].right += label == kRightLung;
      parts[run.component].left += label == kLeftLung;
    }
  });
}

/// Sides from another method's lungs.
bool fromSeeds(const VoxelRuns& runs, std::vector<Part> parts, const LabelVolume& seeds, const LabelVolume& mask,
               LabelVolume& labels, const StopToken& stop) {
  claim(runs, seeds, parts);
  constexpr double kWhole = 0.98;  // the rest is the seeds' own error at the border
  double claimed = 0, all = 0;
  for (const Part& part : parts) claimed += part.right + part.left, all += part.voxels;
  if (claimed < 0.3 * all) return false;
  paintParts(runs, labels, [&](std::uint32_t i) -> std::uint8_t {
    const double sum = parts[i].right + parts[i].left;
    if (sum < 0.05 * parts[i].voxels) return 0;
    return parts[i].right >= kWhole * sum ? kRightLung : parts[i].left >= kWhole * sum ? kLeftLung : std::uint8_t{0};
  });
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    if (labels[{run.begin, y, z}] != 0) return;
    for (int x = run.begin; x < run.end; ++x) {
      const std::uint8_t label = seeds[{x, y, z}];
      if (label == kRightLung || label == kLeftLung) labels[{x, y, z}] = label;
    }
  });
  growWithin(mask, labels, stop);
  paintRest(runs, parts, labels);
  return true;
}

}  // namespace

bool sidesFitAnatomy(const LabelVolume& sided) {
  const auto sides = centres(sided);
  return sides[0].voxels <= 0 || sides[1].voxels <= 0 || sidesFitAnatomy(sides[0].x, sides[1].x);
}

std::optional<SidedLungs> tellSides(const CtVolume& ct, const LabelVolume& mask, const StopToken& stop) {
  requireSameGrid(ct.grid(), "scan", mask.grid(), "mask");
  SidedLungs result;
  result.labels = LabelVolume(mask.grid());
  const VoxelRuns runs =
      makeVoxelRuns(mask.grid().size, true, stop, [&](std::size_t i) { return mask.voxels()[i] != 0; });
  if (stop.stop_requested()) return std::nullopt;
  const std::vector<Part> parts = partsOf(runs);
  if (twoParts(runs, parts, result.labels)) {
    result.notes.push_back("Right and left lung were told apart as the two parts of the mask.");
    return result;
  }
  std::string reason = "the threshold method found other lungs";
  try {
    const auto seeds = ThresholdSegmenter().segment(ct, stop, {});
    if (!seeds) return std::nullopt;
    result.labels = LabelVolume(mask.grid());
    if (fromSeeds(runs, parts, seeds->labels, mask, result.labels, stop) && sidesFitAnatomy(result.labels)) {
      if (stop.stop_requested()) return std::nullopt;
      result.notes.push_back("Right and left lung were told apart by the sides that the threshold method found.");
      return result;
    }
  } catch (const Error& e) {
    reason = e.what();
  }
  result.labels = LabelVolume(mask.grid());
  for (std::size_t i = 0; i < mask.voxels().size(); ++i)
    if (mask.voxels()[i] != 0) result.labels.voxels()[i] = kLungUnsided;
  result.known = false;
  result.notes.push_back("Right and left lung could not be told apart (" + reason +
                         "): the case serves evaluation of both lungs together, not training.");
  return result;
}

}  // namespace pulmo
