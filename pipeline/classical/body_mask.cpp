// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/body_mask.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/core/distance_map.h"
#include "pipeline/core/voxel_runs.h"

namespace pulmo {
namespace {

constexpr std::int16_t kTissueHu = -400;  // half-way between air and fat or muscle
constexpr std::int16_t kBoneHu = 220;     // above soft tissue with contrast medium in most scans
constexpr double kThinMm = 3.0;           // shells thinner than twice this (table, clothes) do not carry the body
constexpr double kRegainMm = 5.0;         // and this much of the skin comes back
constexpr double kVertebraMm2 = 200.0;    // of bone; a thoracic vertebra has 600 mm2 and more, half of it cortex
constexpr double kVertebraMm = 45.0;      // its width with the heads of the ribs
constexpr double kEnclosedHits = 2.9;     // of four directions: see the header
constexpr double kOpenShare = 0.5;        // of a pocket's area that lies over outside air of the next slice

/// The largest tissue, thin shells cut off.
std::vector<std::uint8_t> largestTissue(const CoarseScan& scan, const StopToken& stop) {
  std::vector<std::uint8_t> air(scan.count());
  for (std::size_t i = 0; i < air.size(); ++i) air[i] = scan.hu[i] <= kTissueHu || scan.padding[i] != 0 ? 1 : 0;
  // In the plane alone: slices may be far apart.
  const Point3 planar{scan.spacingMm[0], scan.spacingMm[1], 1000.0};
  const auto toAir = squaredDistances(air.data(), scan.size, planar, kThinMm + 1, 0, stop);
  const auto core = makeVoxelRuns(scan.size, true, stop, [&](std::size_t i) { return toAir[i] > kThinMm * kThinMm; });
  if (stop.stop_requested()) return {};
  if (core.components == 0) {
    throw Error(ErrorKind::InvalidInput, "No lungs were found: the picture shows no body.");
  }
  const auto counts = core.voxelCounts();
  const auto largest = static_cast<std::uint32_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  std::vector<std::uint8_t> body(scan.count(), 0);
  forEachRun(core, [&](const VoxelRun& run, int y, int z) {
    if (run.component != largest) return;
    std::fill_n(body.begin() + static_cast<std::ptrdiff_t>(scan.offset(run.begin, y, z)), run.end - run.begin,
                std::uint8_t{1});
  });
  const auto toCore = squaredDistances(body.data(), scan.size, planar, kRegainMm, 0, stop);
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = toCore[i] <= kRegainMm * kRegainMm && air[i] == 0 ? 1 : 0;
  return body;
}

/// Adds to hits one for each voxel from which the body is met before the edge of the picture, going back along a line.
template <class At>
void sweep(int count, const std::uint8_t* body, const std::uint8_t* padding, std::uint8_t* hits, const At& at) {
  bool met = false;
  for (int i = 0; i < count; ++i) {
    const std::size_t o = at(i);
    if (padding[o] != 0) {
      met = false;
    } else if (body[o] != 0) {
      met = true;
    } else if (met) {
      hits[o] = static_cast<std::uint8_t>(hits[o] + 1);
    }
  }
}

std::vector<std::uint8_t> bodyInFourDirections(const CoarseScan& scan, const std::vector<std::uint8_t>& body,
                                               const StopToken& stop) {
  std::vector<std::uint8_t> hits(scan.count(), 0);
  const int nx = scan.size[0];
  const int ny = scan.size[1];
  parallelFor(static_cast<std::size_t>(scan.size[2]), 0, stop, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    for (int y = 0; y < ny; ++y) {
      sweep(nx, body.data(), scan.padding.data(), hits.data(), [&](int i) { return scan.offset(i, y, z); });
      sweep(nx, body.data(), scan.padding.data(), hits.data(), [&](int i) { return scan.offset(nx - 1 - i, y, z); });
    }
    for (int x = 0; x < nx; ++x) {
      sweep(ny, body.data(), scan.padding.data(), hits.data(), [&](int i) { return scan.offset(x, i, z); });
      sweep(ny, body.data(), scan.padding.data(), hits.data(), [&](int i) { return scan.offset(x, ny - 1 - i, z); });
    }
  });
  return hits;
}

struct Gap {
  std::size_t voxels = 0;
  std::size_t hits = 0;
  std::size_t overOutside = 0;
  bool outside = false;
};

/// Lets outside air open the pockets that lie over or under it, from slice `from` to slice `to`.
void openPockets(const VoxelRuns& gaps, const std::vector<std::uint8_t>& outside, const CoarseScan& scan, int from,
                 int to, std::vector<Gap>& facts) {
  for (int y = 0; y < scan.size[1]; ++y) {
    const std::size_t row = gaps.rowIndex(y, to);
    for (std::size_t i = gaps.row[row]; i < gaps.row[row + 1]; ++i) {
      Gap& gap = facts[gaps.runs[i].component];
      for (int x = gaps.runs[i].begin; x < gaps.runs[i].end; ++x) gap.overOutside += outside[scan.offset(x, y, from)];
    }
  }
  for (int y = 0; y < scan.size[1]; ++y) {
    const std::size_t row = gaps.rowIndex(y, to);
    for (std::size_t i = gaps.row[row]; i < gaps.row[row + 1]; ++i) {
      Gap& gap = facts[gaps.runs[i].component];
      if (static_cast<double>(gap.overOutside) >= kOpenShare * static_cast<double>(gap.voxels)) gap.outside = true;
    }
  }
  for (int y = 0; y < scan.size[1]; ++y) {
    const std::size_t row = gaps.rowIndex(y, to);
    for (std::size_t i = gaps.row[row]; i < gaps.row[row + 1]; ++i) facts[gaps.runs[i].component].overOutside = 0;
  }
}

void markOutside(const VoxelRuns& gaps, const std::vector<Gap>& facts, const CoarseScan& scan, int z,
                 std::vector<std::uint8_t>& outside) {
  for (int y = 0; y < scan.size[1]; ++y) {
    const std::size_t row = gaps.rowIndex(y, z);
    for (std::size_t i = gaps.row[row]; i < gaps.row[row + 1]; ++i) {
      const VoxelRun& run = gaps.runs[i];
      if (!facts[run.component].outside) continue;
      std::fill_n(outside.begin() + static_cast<std::ptrdiff_t>(scan.offset(run.begin, y, z)), run.end - run.begin,
                  std::uint8_t{1});
    }
  }
}

std::vector<std::uint8_t> findOutside(const CoarseScan& scan, const std::vector<std::uint8_t>& tissue,
                                      const StopToken& stop) {
  const auto hits = bodyInFourDirections(scan, tissue, stop);
  const auto gaps =
      makeVoxelRuns(scan.size, false, stop, [&](std::size_t i) { return tissue[i] == 0 && scan.padding[i] == 0; });
  std::vector<std::uint8_t> outside(scan.padding);
  if (stop.stop_requested()) return outside;
  std::vector<Gap> facts(gaps.components);
  forEachRun(gaps, [&](const VoxelRun& run, int y, int z) {
    Gap& gap = facts[run.component];
    gap.voxels += static_cast<std::size_t>(run.end - run.begin);
    for (int x = run.begin; x < run.end; ++x) gap.hits += hits[scan.offset(x, y, z)];
  });
  for (Gap& gap : facts) gap.outside = static_cast<double>(gap.hits) < kEnclosedHits * static_cast<double>(gap.voxels);
  for (int z = 0; z < scan.size[2]; ++z) markOutside(gaps, facts, scan, z, outside);
  for (int z = 1; z < scan.size[2]; ++z) {
    openPockets(gaps, outside, scan, z - 1, z, facts);
    markOutside(gaps, facts, scan, z, outside);
  }
  for (int z = scan.size[2] - 2; z >= 0; --z) {
    openPockets(gaps, outside, scan, z + 1, z, facts);
    markOutside(gaps, facts, scan, z, outside);
  }
  return outside;
}

double medianOf(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct SliceShape {
  int left = 0, right = -1, front = 0, back = -1;
  bool cut = false;
};

SliceShape shapeOf(const CoarseScan& scan, const std::vector<std::uint8_t>& tissue, int z) {
  SliceShape shape{scan.size[0], -1, scan.size[1], -1, false};
  int atEdge = 0;
  for (int y = 0; y < scan.size[1]; ++y) {
    for (int x = 0; x < scan.size[0]; ++x) {
      const std::size_t i = scan.offset(x, y, z);
      if (tissue[i] == 0) continue;
      shape.left = std::min(shape.left, x);
      shape.right = std::max(shape.right, x);
      shape.front = std::min(shape.front, y);
      shape.back = std::max(shape.back, y);
      const bool edge = x == 0 || x + 1 == scan.size[0] || scan.padding[i - (x > 0 ? 1 : 0)] != 0 ||
                        scan.padding[i + (x + 1 < scan.size[0] ? 1 : 0)] != 0;
      atEdge += edge ? 1 : 0;
    }
  }
  shape.cut = atEdge * scan.spacingMm[1] > 20.0;  // 20 mm of skin line missing
  return shape;
}

/// Where the bones of one slice lie.
struct SliceBones {
  double middleX = -1;    ///< mean x within the middle third, where spine and breastbone are; -1 = too few
  double heaviestX = -1;  ///< mean x in the strip of the back half that holds most bone: the spine; -1 = too few
  double sumDepth = 0;    ///< of bone in the middle third, 0 = front of the body, 1 = back
  double count = 0;
};

SliceBones bonesOf(const CoarseScan& scan, const SliceShape& shape, int z) {
  SliceBones bones;
  const double width = shape.right - shape.left + 1;
  const double depth = std::max(1, shape.back - shape.front);
  const int x0 = static_cast<int>(shape.left + width / 3);
  const int x1 = static_cast<int>(shape.right - width / 3);
  std::vector<double> column(static_cast<std::size_t>(scan.size[0]), 0.0);
  double sum = 0;
  for (int y = shape.front; y <= shape.back; ++y) {
    const double place = (y - shape.front) / depth;
    for (int x = shape.left; x <= shape.right; ++x) {
      if (scan.hu[scan.offset(x, y, z)] < kBoneHu) continue;
      if (place > 0.5) column[static_cast<std::size_t>(x)] += 1;
      if (x < x0 || x > x1) continue;
      sum += x;
      bones.count += 1;
      bones.sumDepth += place;
    }
  }
  const double pixel = scan.spacingMm[0] * scan.spacingMm[1];
  if (bones.count * pixel > kVertebraMm2) bones.middleX = sum / bones.count;
  const int strip = static_cast<int>(kVertebraMm / scan.spacingMm[0]);
  double most = kVertebraMm2 / pixel;
  for (int first = shape.left - strip / 2; first <= shape.right - strip / 2; ++first) {
    double mass = 0;
    double moment = 0;
    for (int x = std::max(first, 0); x < std::min(first + strip, scan.size[0]); ++x) {
      mass += column[static_cast<std::size_t>(x)];
      moment += column[static_cast<std::size_t>(x)] * x;
    }
    if (mass <= most) continue;
    most = mass;
    bones.heaviestX = moment / mass;
  }
  return bones;
}

void measure(const CoarseScan& scan, const std::vector<std::uint8_t>& tissue, BodyMask& body) {
  std::vector<double> middles;
  std::vector<double> widths;
  std::vector<double> middleBones;
  std::vector<double> heaviestBones;
  double sumDepth = 0;
  double boneCount = 0;
  int cut = 0;
  for (int z = 0; z < scan.size[2]; ++z) {
    const SliceShape shape = shapeOf(scan, tissue, z);
    if (shape.right < shape.left) continue;
    cut += shape.cut ? 1 : 0;
    middles.push_back(0.5 * (shape.left + shape.right));
    widths.push_back((shape.right - shape.left + 1) * scan.spacingMm[0]);
    const SliceBones bones = bonesOf(scan, shape, z);
    sumDepth += bones.sumDepth;
    boneCount += bones.count;
    if (bones.middleX >= 0) middleBones.push_back(bones.middleX);
    if (bones.heaviestX >= 0) heaviestBones.push_back(bones.heaviestX);
  }
  if (middles.empty()) return;
  body.widthMm = medianOf(widths);
  body.cutAtSides = 3 * cut >= static_cast<int>(middles.size());
  double middle = medianOf(middles);
  // The middle of what is seen of a cut body says nothing: a picture of one lung alone has the spine at its edge.
  if (body.cutAtSides && !heaviestBones.empty()) {
    middle = medianOf(heaviestBones);
  } else if (!middleBones.empty()) {
    middle = 0.5 * (middle + medianOf(middleBones));
  }
  body.midlineX = (middle + 0.5) * scan.factor[0] - 0.5;
  body.bonesInFront = !body.cutAtSides && boneCount > 0 && sumDepth / boneCount < 0.42;
}

}  // namespace

BodyMask findBody(const CoarseScan& scan, const StopToken& stop) {
  BodyMask body;
  const auto tissue = largestTissue(scan, stop);
  if (stop.stop_requested()) return body;
  body.inside = findOutside(scan, tissue, stop);
  std::size_t voxels = 0;
  for (auto& value : body.inside) {
    value = value == 0 ? 1 : 0;
    voxels += value;
  }
  body.volumeMl = static_cast<double>(voxels) * scan.voxelMl();
  measure(scan, tissue, body);
  return body;
}

}  // namespace pulmo
