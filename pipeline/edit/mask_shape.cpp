// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/mask_shape.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "pipeline/core/distance_map.h"
#include "pipeline/core/parallel.h"
#include "pipeline/edit/label_box.h"

namespace pulmo {
namespace {

constexpr double kMostMm = 100, kMostSigmaMm = 20;

/// 1 where a label is (or is not), in a box.
std::vector<std::uint8_t> marksOf(const LabelVolume& mask, const VoxelBox& box, std::uint8_t label, bool is) {
  std::vector<std::uint8_t> marks(voxelsIn(box));
  forEachVoxel(mask, box,
               [&](std::size_t here, std::size_t i) { marks[i] = (mask.voxels()[here] == label) == is ? 1 : 0; });
  return marks;
}

void grow(const LabelVolume& mask, const std::vector<std::uint8_t>& labels, double mm, LabelVolume& result,
          const StopToken& stop, const ProgressSink& progress) {
  VoxelBox box;
  for (const std::uint8_t label : labels) box.include(labelBox(mask, label));
  box = widened(box, mask.grid(), mm);
  std::vector<float> nearest(voxelsIn(box), std::numeric_limits<float>::infinity());
  const auto limit = static_cast<float>(mm * mm * (1 + 1e-6));
  for (std::size_t k = 0; k < labels.size(); ++k) {
    if (progress) progress(static_cast<double>(k) / static_cast<double>(labels.size()), "Growing");
    const std::vector<std::uint8_t> inside = marksOf(mask, box, labels[k], true);
    const auto away2 = squaredDistances(inside.data(), box.size(), mask.grid().spacingMm, mm, 0, stop);
    if (stop.stop_requested()) return;
    forEachVoxel(mask, box, [&](std::size_t here, std::size_t i) {
      if (mask.voxels()[here] != 0 || away2[i] > limit || away2[i] >= nearest[i]) return;
      nearest[i] = away2[i];
      result.voxels()[here] = labels[k];
    });
  }
}

void shrink(const LabelVolume& mask, const std::vector<std::uint8_t>& labels, double mm, LabelVolume& result,
            const StopToken& stop, const ProgressSink& progress) {
  const auto limit = static_cast<float>(mm * mm * (1 + 1e-6));
  for (std::size_t k = 0; k < labels.size(); ++k) {
    if (progress) progress(static_cast<double>(k) / static_cast<double>(labels.size()), "Shrinking");
    // One voxel of margin is enough: the nearest voxel outside the label lies in it or before it.
    const VoxelBox box = widened(labelBox(mask, labels[k]), mask.grid(), 0);
    const std::vector<std::uint8_t> outside = marksOf(mask, box, labels[k], false);
    const auto depth2 = squaredDistances(outside.data(), box.size(), mask.grid().spacingMm, mm, 0, stop);
    if (stop.stop_requested()) return;
    forEachVoxel(mask, box, [&](std::size_t here, std::size_t i) {
      if (mask.voxels()[here] == labels[k] && depth2[i] <= limit) result.voxels()[here] = 0;
    });
  }
}

std::vector<float> gaussian(double sigma) {
  const int half = static_cast<int>(std::ceil(3 * sigma));
  std::vector<float> weights;
  double sum = 0;
  for (int k = -half; k <= half; ++k) sum += std::exp(-0.5 * k * k / (sigma * sigma));
  for (int k = -half; k <= half; ++k)
    weights.push_back(static_cast<float>(std::exp(-0.5 * k * k / (sigma * sigma)) / sum));
  return weights;
}

/// Lines of `width` neighbouring values, `count` of them `stride` apart: each becomes the weighted mean of those around
/// it; before the first and after the last these go on.
void blurLines(float* lines, std::size_t width, std::size_t count, std::size_t stride,
               const std::vector<float>& weights) {
  const std::size_t half = weights.size() / 2;
  std::vector<float> padded((count + 2 * half) * width);
  for (std::size_t i = 0; i < count + 2 * half; ++i) {
    const std::size_t from = std::clamp(i, half, half + count - 1) - half;
    std::copy_n(lines + from * stride, width, padded.data() + i * width);
  }
  for (std::size_t i = 0; i < count; ++i) {
    float* __restrict out = lines + i * stride;
    std::fill_n(out, width, 0.F);
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const float* __restrict in = padded.data() + (i + k) * width;
      const float weight = weights[k];
      for (std::size_t x = 0; x < width; ++x) out[x] += weight * in[x];
    }
  }
}

std::vector<float> blurred(const std::vector<std::uint8_t>& marks, const Index3& size, const Point3& spacingMm,
                           double sigmaMm, const StopToken& stop) {
  const auto nx = static_cast<std::size_t>(size[0]), ny = static_cast<std::size_t>(size[1]);
  const auto nz = static_cast<std::size_t>(size[2]);
  std::vector<float> field(marks.begin(), marks.end());
  parallelFor(nz, 0, stop, [&](std::size_t z) {
    float* slice = field.data() + nx * ny * z;
    const std::vector<float> alongX = gaussian(sigmaMm / spacingMm[0]), alongY = gaussian(sigmaMm / spacingMm[1]);
    for (std::size_t y = 0; y < ny; ++y) blurLines(slice + nx * y, 1, nx, 1, alongX);
    blurLines(slice, nx, ny, nx, alongY);
  });
  parallelFor(ny, 0, stop, [&](std::size_t y) {
    blurLines(field.data() + nx * y, nx, nz, nx * ny, gaussian(sigmaMm / spacingMm[2]));
  });
  return field;
}

}  // namespace

std::optional<MaskDifference> growMask(const LabelVolume& mask, std::optional<std::uint8_t> label, double mm,
                                       const StopToken& stop, const ProgressSink& progress) {
  if (!(std::abs(mm) <= kMostMm))
    throw Error(ErrorKind::InvalidInput, "A lung can be grown or shrunk by at most 100 mm.");
  const std::vector<std::uint8_t> labels = labelsOf(mask, label);
  LabelVolume result = mask;
  if (mm > 0 && !labels.empty()) grow(mask, labels, mm, result, stop, progress);
  if (mm < 0) shrink(mask, labels, -mm, result, stop, progress);
  if (stop.stop_requested()) return std::nullopt;
  return differenceBetween(mask, result);
}

std::optional<MaskDifference> smoothMask(const LabelVolume& mask, std::optional<std::uint8_t> label, double sigmaMm,
                                         const StopToken& stop, const ProgressSink& progress) {
  if (!(sigmaMm > 0 && sigmaMm <= kMostSigmaMm))
    throw Error(ErrorKind::InvalidInput, "A mask can be smoothed by more than 0 and at most 20 mm.");
  const std::vector<std::uint8_t> labels = labelsOf(mask, label);
  LabelVolume result = mask;
  for (std::size_t k = 0; k < labels.size(); ++k) {
    if (progress) progress(static_cast<double>(k) / static_cast<double>(labels.size()), "Smoothing");
    // Above one half is nothing that lies further from the label than its Gaussian is wide.
    const VoxelBox box = widened(labelBox(mask, labels[k]), mask.grid(), sigmaMm);
    const Point3& mm = mask.grid().spacingMm;
    const auto share = blurred(marksOf(mask, box, labels[k], true), box.size(), mm, sigmaMm, stop);
    if (stop.stop_requested()) return std::nullopt;
    std::vector<std::uint8_t> mine(voxelsIn(box));  // not another lung's
    forEachVoxel(mask, box, [&](std::size_t here, std::size_t i) {
      mine[i] = mask.voxels()[here] == 0 || mask.voxels()[here] == labels[k] ? 1 : 0;
    });
    const bool alone = std::find(mine.begin(), mine.end(), 0) == mine.end();
    const auto all = alone ? std::vector<float>() : blurred(mine, box.size(), mm, sigmaMm, stop);
    if (stop.stop_requested()) return std::nullopt;
    forEachVoxel(mask, box, [&](std::size_t here, std::size_t i) {
      const std::uint8_t was = mask.voxels()[here];
      if (was == 0 && share[i] > 0.5F) result.voxels()[here] = labels[k];
      if (was == labels[k] && share[i] < 0.5F * (alone ? 1.F : all[i])) result.voxels()[here] = 0;
    });
  }
  return differenceBetween(mask, result);
}

}  // namespace pulmo
