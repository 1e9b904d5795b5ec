// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/border_marching_segmenter.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <new>

#include "pipeline/classical/bridged_parts.h"
#include "pipeline/classical/coarse_scan.h"
#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"

namespace pulmo {
namespace {

constexpr double kThresholdShare = 0.5;  // of the time
constexpr double kPartsShare = 0.95;
constexpr std::int16_t kTissueAboveHu = -700;  // dents filled with air are airway or bowel
constexpr std::int16_t kBoneAboveHu = 180;
constexpr std::array<std::uint8_t, 2> kSides{kRightLung, kLeftLung};

/// How the pixels of one family of planes lie in memory.
struct PlaneFamily {
  int planes = 0, width = 0, height = 0;
  std::size_t stepPlane = 0, stepU = 0, stepV = 0;
  double pixelU = 1, pixelV = 1;
};

std::array<PlaneFamily, 3> planeFamilies(const Index3& size, const Point3& mm) {
  const auto nx = static_cast<std::size_t>(size[0]);
  const std::size_t plane = nx * static_cast<std::size_t>(size[1]);
  return {{{size[2], size[0], size[1], plane, 1, nx, mm[0], mm[1]},    // axial
           {size[1], size[0], size[2], nx, 1, plane, mm[0], mm[2]},    // coronal
           {size[0], size[1], size[2], 1, nx, plane, mm[1], mm[2]}}};  // sagittal
}

/// Adds the votes of one plane.
void votePlane(const LabelVolume& lungs, const CtVolume& ct, const PlaneFamily& family, std::size_t plane,
               const MarchingLimits& limits, std::array<std::vector<std::uint8_t>, 2>& votes) {
  const std::uint8_t* labels = lungs.voxels().data() + plane * family.stepPlane;
  std::array<std::array<int, 4>, 2> box;  // of each lung: first and last u, first and last v
  box.fill({family.width, -1, family.height, -1});
  for (int v = 0; v < family.height; ++v) {
    for (int u = 0; u < family.width; ++u) {
      const std::uint8_t label =
          labels[static_cast<std::size_t>(u) * family.stepU + static_cast<std::size_t>(v) * family.stepV];
      if (label == kBackground) continue;
      std::array<int, 4>& b = box[label == kRightLung ? 0 : 1];
      b = {std::min(b[0], u), std::max(b[1], u), std::min(b[2], v), std::max(b[3], v)};
    }
  }
  for (std::size_t side = 0; side < 2; ++side) {
    const std::array<int, 4>& b = box[side];
    if (b[1] < b[0]) continue;
    SliceMask mask;
    mask.width = b[1] - b[0] + 1;
    mask.height = b[3] - b[2] + 1;
    mask.pixelU = family.pixelU;
    mask.pixelV = family.pixelV;
    mask.in.resize(static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(mask.height));
    const std::size_t first =
        static_cast<std::size_t>(b[0]) * family.stepU + static_cast<std::size_t>(b[2]) * family.stepV;
    std::vector<std::uint8_t> bone(mask.in.size());
    const std::int16_t* hu = ct.voxels().data() + plane * family.stepPlane + first;
    std::size_t i = 0;
    for (int v = 0; v < mask.height; ++v)
      for (int u = 0; u < mask.width; ++u, ++i) {
        const std::size_t at = static_cast<std::size_t>(u) * family.stepU + static_cast<std::size_t>(v) * family.stepV;
        mask.in[i] = labels[first + at] == kSides[side] ? 1 : 0;
        bone[i] = hu[at] > kBoneAboveHu ? 1 : 0;
      }
    const std::vector<std::uint8_t> added = bridgedPixels(mask, bone, limits);
    const std::size_t offset = plane * family.stepPlane + first;
    i = 0;
    for (int v = 0; v < mask.height; ++v)
      for (int u = 0; u < mask.width; ++u, ++i) {
        if (added[i] == 0) continue;
        const std::size_t voxel =
            offset + static_cast<std::size_t>(u) * family.stepU + static_cast<std::size_t>(v) * family.stepV;
        if (lungs.voxels()[voxel] != kBackground || ct.voxels()[voxel] < kTissueAboveHu) continue;
        votes[side][voxel] = static_cast<std::uint8_t>(votes[side][voxel] + 1);
      }
  }
}

}  // namespace

std::optional<Segmentation> BorderMarchingSegmenter::segment(const CtVolume& ct, const StopToken& stop,
                                                             const ProgressSink& progress) const {
  const auto report = [&](double fraction, const std::string& step) {
    if (progress) progress(fraction, step);
  };
  auto result = ThresholdSegmenter().segment(ct, stop, [&](double fraction, const std::string& step) {
    if (fraction < 1) report(kThresholdShare * fraction, step);
  });
  if (!result) return std::nullopt;
  try {
    const Grid& grid = ct.grid();
    const bool flat = grid.size[2] == 1;
    const Point3 mm = grid.spacingKnown ? grid.spacingMm : Point3{kAssumedPixelMm, kAssumedPixelMm, 1.0};
    const auto families = planeFamilies(grid.size, mm);
    const std::size_t directions = flat ? 1 : 3;
    std::array<std::vector<std::uint8_t>, 2> votes;  // of right and left
    votes.fill(std::vector<std::uint8_t>(grid.voxelCount(), 0));
    for (std::size_t d = 0; d < directions; ++d) {
      report(
          kThresholdShare + (kPartsShare - kThresholdShare) * static_cast<double>(d) / static_cast<double>(directions),
          "Marching along the border");
      parallelFor(static_cast<std::size_t>(families[d].planes), 0, stop,
                  [&](std::size_t plane) { votePlane(result->labels, ct, families[d], plane, limits_, votes); });
      if (stop.stop_requested()) return std::nullopt;
    }
    report(kPartsShare, "Judging what was bridged");
    PartLimits parts;
    if (flat) parts.votes = 1;
    for (std::size_t side = 0; side < 2; ++side) takeParts(grid.size, mm, parts, votes[side], stop);
    const std::size_t sliceVoxels = static_cast<std::size_t>(grid.size[0]) * static_cast<std::size_t>(grid.size[1]);
    parallelFor(static_cast<std::size_t>(grid.size[2]), 0, stop, [&](std::size_t z) {
      for (std::size_t i = z * sliceVoxels; i < (z + 1) * sliceVoxels; ++i)
        for (std::size_t side = 0; side < 2; ++side)
          if (votes[side][i] != 0 && result->labels.voxels()[i] == kBackground)
            result->labels.voxels()[i] = kSides[side];
    });
    if (stop.stop_requested()) return std::nullopt;
    report(1.0, "Done");
    return result;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::OutOfMemory,
                "There is not enough memory to find the lungs in this scan: close other programs or halve its matrix.");
  }
}

}  // namespace pulmo
