// SPDX-License-Identifier: Apache-2.0
#include "pipeline/texture/texture.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/texture/level_block.h"

namespace pulmo {

namespace {

void requireValid(const GreyLevels& levels) {
  if (levels.count < 2 || levels.count > GreyLevels::kMost || levels.binHu < 1)
    throw Error(ErrorKind::InvalidInput,
                "A texture wants 2 to " + std::to_string(GreyLevels::kMost) + " grey levels of 1 HU or more.");
}

double entropyTerm(double p) {
  return p > 0 ? -p * std::log2(p) : 0;
}

HuHistogram sumOf(const HuHistogram& a, const HuHistogram& b) {
  if (a.voxels() == 0) return b;
  if (b.voxels() == 0) return a;
  const int first = std::min(a.firstHu(), b.firstHu()), end = std::max(a.endHu(), b.endHu());
  std::vector<std::uint64_t> counts;
  for (int hu = first; hu < end; ++hu) counts.push_back(a.at(hu) + b.at(hu));
  return {first, std::move(counts)};
}

void addFirstOrder(const HuHistogram& histogram, const GreyLevels& levels, Texture& t) {
  t.meanHu = histogram.moment(0, 1);
  const double variance = histogram.moment(t.meanHu, 2);
  t.sdHu = std::sqrt(variance);
  if (variance > 0) {
    t.skewness = histogram.moment(t.meanHu, 3) / (variance * t.sdHu);
    t.kurtosis = histogram.moment(t.meanHu, 4) / (variance * variance) - 3;
  }
  for (std::size_t i = 0; i < Texture::kPercent.size(); ++i)
    t.percentileHu[i] = histogram.percentile(Texture::kPercent[i]);
  for (int level = 0; level < levels.count; ++level) {
    const int from = level == 0 ? HuHistogram::kLeastHu : levels.lowHu + level * levels.binHu;
    const int to = level + 1 == levels.count ? HuHistogram::kEndHu : levels.lowHu + (level + 1) * levels.binHu;
    const double p = static_cast<double>(histogram.between(from, to)) / static_cast<double>(histogram.voxels());
    t.levelEntropyBits += entropyTerm(p);
    t.levelEnergy += p * p;
  }
}

void addSecondOrder(const PairCounts& pairs, std::size_t levels, Texture& t) {
  for (const std::uint64_t n : pairs) t.pairs += n;
  if (t.pairs == 0) return;
  // Each pair both ways: symmetric, so that rows and columns have the same mean and variance.
  const auto share = [&](std::size_t i, std::size_t j) {
    return static_cast<double>(pairs[i * levels + j] + pairs[j * levels + i]) / (2 * static_cast<double>(t.pairs));
  };
  double mean = 0, square = 0, product = 0, contrast = 0, homogeneity = 0, energy = 0, entropy = 0;
  for (std::size_t i = 0; i < levels; ++i)
    for (std::size_t j = 0; j < levels; ++j) {
      const double p = share(i, j);
      if (p <= 0) continue;
      const double a = static_cast<double>(i), b = static_cast<double>(j), apart = (a - b) * (a - b);
      mean += p * a;
      square += p * a * a;
      product += p * a * b;
      contrast += p * apart;
      homogeneity += p / (1 + apart);
      energy += p * p;
      entropy += entropyTerm(p);
    }
  t.contrast = contrast;
  t.homogeneity = homogeneity;
  t.energy = energy;
  t.entropyBits = entropy;
  const double variance = square - mean * mean;
  if (variance > 1e-12) t.correlation = (product - mean * mean) / variance;
}

VoxelBox boxOf(const LabelVolume& mask) {
  VoxelBox box;
  const Index3& n = mask.grid().size;
  for (int z = 0; z < n[2]; ++z)
    for (int y = 0; y < n[1]; ++y) {
      const std::uint8_t* row = mask.voxels().data() + mask.offset({0, y, z});
      const std::uint8_t* end = row + n[0];
      const auto* first = std::find_if(row, end, [](std::uint8_t v) { return v != kBackground; });
      if (first == end) continue;
      const std::uint8_t* last = end - 1;
      while (*last == kBackground) --last;
      box.include({{static_cast<int>(first - row), y, z}, {static_cast<int>(last - row), y, z}});
    }
  return box;
}

}  // namespace

Texture textureOf(const HuHistogram& histogram, const PairCounts& pairs, const GreyLevels& levels, const Grid& grid) {
  Texture texture;
  texture.voxels = histogram.voxels();
  if (texture.voxels == 0) return texture;
  if (grid.spacingKnown) texture.ml = static_cast<double>(texture.voxels) * grid.voxelMl();
  addFirstOrder(histogram, levels, texture);
  addSecondOrder(pairs, static_cast<std::size_t>(levels.count), texture);
  return texture;
}

std::optional<std::vector<MeasuredTexture>> measureTexture(const CtVolume& ct, const LabelVolume& mask,
                                                           const GreyLevels& levels, int threads, const StopToken& stop,
                                                           const ProgressSink& progress) {
  requireValid(levels);
  requireSameGrid(ct.grid(), "scan", mask.grid(), "mask");
  std::vector<MeasuredTexture> result;
  const VoxelBox box = boxOf(mask);
  if (box.empty()) return result;
  BlockCounts counts;
  if (!countBlock(ct, mask, box, levels, {}, threads, stop, progress, counts)) return std::nullopt;
  const auto add = [&](TexturePart part, const HuHistogram& histogram, const PairCounts& pairs) {
    if (histogram.voxels() > 0) result.push_back({part, textureOf(histogram, pairs, levels, mask.grid()), {}});
  };
  if (counts.histograms[2].voxels() == 0) {  // every voxel tells its side
    add(TexturePart::Right, counts.histograms[0], counts.pairs[0]);
    add(TexturePart::Left, counts.histograms[1], counts.pairs[1]);
  }
  PairCounts pairs = counts.pairs[2];
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] += counts.pairs[0][i] + counts.pairs[1][i];
  add(TexturePart::Both, sumOf(sumOf(counts.histograms[0], counts.histograms[1]), counts.histograms[2]), pairs);
  return result;
}

std::optional<Texture> measureTexture(const CtVolume& ct, const LabelVolume& mask, const Sphere& sphere,
                                      const GreyLevels& levels, int threads, const StopToken& stop) {
  requireValid(levels);
  requireSameGrid(ct.grid(), "scan", mask.grid(), "mask");
  const Grid& grid = mask.grid();
  if (!grid.spacingKnown || !(sphere.radiusMm > 0)) return Texture();
  const Point3 middle = toIndex(grid, sphere.centreMm);
  VoxelBox box;
  Index3 low{}, high{};
  for (std::size_t k = 0; k < 3; ++k) {
    // Clamped before they become whole numbers: a sphere may lie anywhere.
    const double reach = sphere.radiusMm / grid.spacingMm[k], last = grid.size[k] - 1.0;
    if (middle[k] + reach < 0 || middle[k] - reach > last) return Texture();
    low[k] = static_cast<int>(std::ceil(std::max(0.0, middle[k] - reach)));
    high[k] = static_cast<int>(std::floor(std::min(last, middle[k] + reach)));
    if (low[k] > high[k]) return Texture();
  }
  box.include({low, high});
  const double square = sphere.radiusMm * sphere.radiusMm;
  const auto inside = [&](int x, int y, int z) {
    const double dx = (x - middle[0]) * grid.spacingMm[0], dy = (y - middle[1]) * grid.spacingMm[1],
                 dz = (z - middle[2]) * grid.spacingMm[2];
    return dx * dx + dy * dy + dz * dz <= square;
  };
  BlockCounts counts;
  if (!countBlock(ct, mask, box, levels, inside, threads, stop, {}, counts)) return std::nullopt;
  PairCounts pairs = counts.pairs[2];
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] += counts.pairs[0][i] + counts.pairs[1][i];
  return textureOf(sumOf(sumOf(counts.histograms[0], counts.histograms[1]), counts.histograms[2]), pairs, levels, grid);
}

}  // namespace pulmo
