// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/body_crop.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pipeline/learn/label_parts.h"

namespace pulmo {

namespace {

constexpr int kCoarse = 128, kMostSlices = 64;
constexpr std::int16_t kTissueHu = -500;
constexpr double kThinMm = 18;  ///< couches and wires are thinner than this, bodies are not
constexpr double kBodyShare = 0.88, kNarrowestMm = 360;
constexpr float kAirHu = -1024;

/// The part of the picture inside a frame of one constant value: some archives paste scans into one.
struct Picture {
  int x0, y0, x1, y1;  ///< the ends not included
};

Picture withoutFrame(const CtVolume& ct) {
  const Index3 n = ct.grid().size;
  Picture p{0, 0, n[0], n[1]};
  const std::int16_t frame = ct[{0, 0, 0}];
  if (frame <= kTissueHu) return p;  // a frame of air is no tissue anyway
  const std::array<int, 3> slices{0, n[2] / 2, n[2] - 1};
  const auto constantColumn = [&](int x) {
    for (const int z : slices)
      for (int y = 0; y < n[1]; ++y)
        if (ct[{x, y, z}] != frame) return false;
    return true;
  };
  const auto constantRow = [&](int y) {
    for (const int z : slices)
      for (int x = 0; x < n[0]; ++x)
        if (ct[{x, y, z}] != frame) return false;
    return true;
  };
  while (p.x0 < p.x1 && constantColumn(p.x0)) ++p.x0;
  if (p.x0 == p.x1) return {0, 0, n[0], n[1]};  // nothing but the frame
  while (constantColumn(p.x1 - 1)) --p.x1;
  while (constantRow(p.y0)) ++p.y0;
  while (constantRow(p.y1 - 1)) --p.y1;
  return p;
}

/// Tissue on the coarse grid, 1 or 0.
LabelVolume coarseTissue(const CtVolume& ct, const Picture& p, int step, int stepZ) {
  const Grid& grid = ct.grid();
  Grid coarse;
  coarse.size = {(p.x1 - p.x0 + step - 1) / step, (p.y1 - p.y0 + step - 1) / step, (grid.size[2] + stepZ - 1) / stepZ};
  coarse.spacingMm = {grid.spacingMm[0] * step, grid.spacingMm[1] * step, grid.spacingMm[2] * stepZ};
  LabelVolume tissue(coarse);
  const auto nx = static_cast<std::size_t>(grid.size[0]);
  for (int z = 0; z < coarse.size[2]; ++z)
    for (int y = 0; y < coarse.size[1]; ++y) {
      const std::int16_t* line = ct.slice(std::min(z * stepZ, grid.size[2] - 1)) +
                                 static_cast<std::size_t>(std::min(p.y0 + y * step + step / 2, p.y1 - 1)) * nx;
      for (int x = 0; x < coarse.size[0]; ++x)
        tissue[{x, y, z}] = line[std::min(p.x0 + x * step + step / 2, p.x1 - 1)] > kTissueHu ? 1 : 0;
    }
  return tissue;
}

/// Removes tissue whose run along the axis is short.
void dropThin(LabelVolume& tissue, std::size_t axis, int shortest) {
  const Index3 n = tissue.grid().size;
  const std::size_t across = axis == 0 ? 1 : 0;
  for (int z = 0; z < n[2]; ++z)
    for (int line = 0; line < n[across]; ++line) {
      Index3 at{0, 0, z};
      at[across] = line;
      for (int i = 0; i < n[axis];) {
        at[axis] = i;
        if (tissue[at] == 0) {
          ++i;
          continue;
        }
        int end = i;
        for (at[axis] = end; end < n[axis] && tissue[at] != 0; at[axis] = end) ++end;
        const bool whole = i > 0 && end < n[axis];  // cut by the picture's edge it may be longer
        if (whole && end - i < shortest)
          for (int k = i; k < end; ++k) {
            at[axis] = k;
            tissue[at] = 0;
          }
        i = end;
      }
    }
}

}  // namespace

BodyBox findBodyBox(const CtVolume& ct) {
  const Grid& grid = ct.grid();
  BodyBox box{0, 0, static_cast<double>(grid.size[0]), static_cast<double>(grid.size[1]), false, false};
  if (grid.voxelCount() == 0) return box;
  const Picture picture = withoutFrame(ct);
  const int step = std::max(1, (std::max(picture.x1 - picture.x0, picture.y1 - picture.y0) + kCoarse - 1) / kCoarse);
  const int stepZ = std::max(1, (grid.size[2] + kMostSlices - 1) / kMostSlices);
  LabelVolume tissue = coarseTissue(ct, picture, step, stepZ);
  for (const std::size_t axis : {std::size_t{1}, std::size_t{0}})
    dropThin(tissue, axis, std::max(2, static_cast<int>(std::lround(kThinMm / tissue.grid().spacingMm[axis]))));
  const LabelParts parts(tissue, true, {});
  std::size_t body = parts.parts().size();
  for (std::size_t i = 0; i < parts.parts().size(); ++i)
    if (parts.parts()[i].value != 0 &&
        (body == parts.parts().size() || parts.parts()[i].voxels > parts.parts()[body].voxels))
      body = i;
  if (body == parts.parts().size()) return box;
  std::vector<std::uint8_t> keep(parts.parts().size(), 0);
  keep[body] = 1;
  parts.write(tissue, keep);
  const Index3 n = tissue.grid().size;
  Index3 low = n, high{-1, -1, -1};
  for (int z = 0; z < n[2]; ++z)
    for (int y = 0; y < n[1]; ++y)
      for (int x = 0; x < n[0]; ++x) {
        if (tissue[{x, y, z}] == 0) continue;
        low = {std::min(low[0], x), std::min(low[1], y), 0};
        high = {std::max(high[0], x), std::max(high[1], y), 0};
      }
  box.x0 = picture.x0 + low[0] * step;
  box.y0 = picture.y0 + low[1] * step;
  box.x1 = std::min(picture.x0 + (high[0] + 1) * step, picture.x1);
  box.y1 = std::min(picture.y0 + (high[1] + 1) * step, picture.y1);
  box.cutX = low[0] == 0 && high[0] == n[0] - 1;
  box.found = true;
  return box;
}

PlaneSquare wholeField(const Grid& scan) {
  const double width = scan.size[0] * scan.spacingMm[0], height = scan.size[1] * scan.spacingMm[1];
  return {scan.size[0] / 2.0, scan.size[1] / 2.0, std::max(width, height)};
}

PlaneSquare squareAround(const Grid& scan, const BodyBox& body) {
  const double width = (body.x1 - body.x0) * scan.spacingMm[0], height = (body.y1 - body.y0) * scan.spacingMm[1];
  double sideMm = std::max(width, height);
  if (body.found && !body.cutX) sideMm /= kBodyShare;
  if (scan.spacingKnown) sideMm = std::max(sideMm, kNarrowestMm);
  return {(body.x0 + body.x1) / 2, (body.y0 + body.y1) / 2, sideMm};
}

SliceFrame::SliceFrame(const Grid& scan, const PlaneSquare& square, int size)
    : nx_(scan.size[0]), ny_(scan.size[1]), size_(size) {
  const double mmX = scan.spacingMm[0], mmY = scan.spacingMm[1];
  const double pixelMm = square.sideMm / size;
  const double lowX = square.middleX - square.sideMm / mmX / 2, lowY = square.middleY - square.sideMm / mmY / 2;
  x_ = tapsOf(nx_, lowX, pixelMm / mmX);
  y_ = tapsOf(ny_, lowY, pixelMm / mmY);
  backX_ = placesOf(nx_, lowX, pixelMm / mmX);
  backY_ = placesOf(ny_, lowY, pixelMm / mmY);
}

/// @param lowEdge  of the square, in voxels of the scan  @param ratio  voxels a pixel of the matrix
std::vector<SliceFrame::Taps> SliceFrame::tapsOf(int count, double lowEdge, double ratio) const {
  std::vector<Taps> taps(static_cast<std::size_t>(size_));
  for (int i = 0; i < size_; ++i) {
    Taps& tap = taps[static_cast<std::size_t>(i)];
    const double low = lowEdge + i * ratio, high = low + ratio;
    if (ratio > 1) {
      tap.first = std::clamp(static_cast<int>(std::floor(low)), 0, count);
      for (int k = tap.first; k < count && k < high; ++k) {
        const double covered = std::min(high, k + 1.0) - std::max(low, static_cast<double>(k));
        tap.weight.push_back(static_cast<float>(std::max(0.0, covered) / ratio));
      }
      continue;
    }
    const double at = (low + high) / 2 - 0.5;
    if (at < -0.5 || at > count - 0.5) continue;
    const double inside = std::clamp(at, 0.0, count - 1.0);
    tap.first = static_cast<int>(inside);
    const auto share = static_cast<float>(inside - tap.first);
    tap.weight = {1 - share};
    if (share > 0) tap.weight.push_back(share);
  }
  return taps;
}

std::vector<SliceFrame::Place> SliceFrame::placesOf(int count, double lowEdge, double ratio) const {
  std::vector<Place> places(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const double at = (i + 0.5 - lowEdge) / ratio - 0.5;
    if (at < -0.5 || at > size_ - 0.5) continue;
    const double inside = std::clamp(at, 0.0, size_ - 1.0);
    Place& place = places[static_cast<std::size_t>(i)];
    place.low = static_cast<int>(inside);
    place.high = std::min(place.low + 1, size_ - 1);
    place.share = static_cast<float>(inside - place.low);
  }
  return places;
}

void SliceFrame::toNetwork(const std::int16_t* slice, double windowWidthHu, double windowCentreHu,
                           float* matrix) const {
  const auto n = static_cast<std::size_t>(size_), width = static_cast<std::size_t>(nx_);
  const auto low = static_cast<float>(windowCentreHu - windowWidthHu / 2),
             slope = static_cast<float>(1 / windowWidthHu);
  std::vector<float> line(width);
  for (std::size_t j = 0; j < n; ++j) {
    std::fill(line.begin(), line.end(), 0.0F);
    float weightY = 0;
    for (std::size_t k = 0; k < y_[j].weight.size(); ++k) {
      const float w = y_[j].weight[k];
      const std::int16_t* source = slice + width * (static_cast<std::size_t>(y_[j].first) + k);
      // Padding far below air must not darken what lies beside it.
      for (std::size_t x = 0; x < width; ++x) line[x] += w * std::max(kAirHu, static_cast<float>(source[x]));
      weightY += w;
    }
    for (std::size_t i = 0; i < n; ++i) {
      float sum = 0, weight = 0;
      for (std::size_t k = 0; k < x_[i].weight.size(); ++k) {
        sum += x_[i].weight[k] * line[static_cast<std::size_t>(x_[i].first) + k];
        weight += x_[i].weight[k];
      }
      const float hu = sum + (1 - weight * weightY) * kAirHu;
      matrix[j * n + i] = std::clamp((hu - low) * slope, 0.0F, 1.0F);
    }
  }
}

namespace {

constexpr std::size_t kClasses = 3;
constexpr float kSureGap = 10;  // both other logits lower by this: entropy 0.001, which is stored as 0

std::uint8_t entropyOf(const std::array<float, kClasses>& logits) {
  const float top = std::max({logits[0], logits[1], logits[2]});
  float sum = 0, weighted = 0;
  int near = 0;
  for (const float l : logits) near += l > top - kSureGap ? 1 : 0;
  if (near == 1) return 0;  // most voxels of a scan
  for (const float l : logits) {
    const float e = std::exp(l - top);
    sum += e;
    weighted += e * (l - top);
  }
  const float entropy = std::log(sum) - weighted / sum;  // of p = e / sum
  return static_cast<std::uint8_t>(std::lround(std::clamp(entropy / std::log(3.0F), 0.0F, 1.0F) * 255));
}

}  // namespace

void SliceFrame::toScan(const float* logits, std::uint8_t* labels, std::uint8_t* entropy) const {
  const auto n = static_cast<std::size_t>(size_), width = static_cast<std::size_t>(nx_);
  std::fill(labels, labels + width * static_cast<std::size_t>(ny_), std::uint8_t{0});
  if (entropy != nullptr) std::fill(entropy, entropy + width * static_cast<std::size_t>(ny_), std::uint8_t{0});
  std::vector<float> line(kClasses * n);
  for (std::size_t y = 0; y < static_cast<std::size_t>(ny_); ++y) {
    const Place& row = backY_[y];
    if (row.low < 0) continue;
    for (std::size_t c = 0; c < kClasses; ++c) {
      const float *a = logits + (c * n + static_cast<std::size_t>(row.low)) * n,
                  *b = logits + (c * n + static_cast<std::size_t>(row.high)) * n;
      for (std::size_t i = 0; i < n; ++i) line[c * n + i] = a[i] + row.share * (b[i] - a[i]);
    }
    for (std::size_t x = 0; x < width; ++x) {
      const Place& column = backX_[x];
      if (column.low < 0) continue;
      std::array<float, kClasses> at{};
      for (std::size_t c = 0; c < kClasses; ++c) {
        const float *low = &line[c * n + static_cast<std::size_t>(column.low)],
                    *high = &line[c * n + static_cast<std::size_t>(column.high)];
        at[c] = *low + column.share * (*high - *low);
      }
      std::uint8_t best = at[1] > at[0] ? 1 : 0;
      if (at[2] > at[best]) best = 2;
      labels[y * width + x] = best;
      if (entropy != nullptr) entropy[y * width + x] = entropyOf(at);
    }
  }
}

}  // namespace pulmo
