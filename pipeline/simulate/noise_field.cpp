// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/noise_field.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "pipeline/core/random.h"
#include "pipeline/simulate/random_streams.h"

namespace pulmo {

namespace {

std::array<float, 3> spline(float t) {
  return {0.5F * (1 - t) * (1 - t), 0.5F + t - t * t, 0.5F * t * t};
}

/// 1 over the SD of uniform values on -1 .. 1 under the spline: along each axis its squares average to 0.55.
constexpr float kToUnitSd = 4.2465F;  // 1 / sqrt(0.55^3 / 3)

constexpr std::size_t kTile = 256;

/// [1 2 1] along both axes, round the tile's edges, `times` over; then scaled to unit SD.
std::vector<float> smoothed(std::vector<float> from, int times) {
  std::vector<float> to(from.size());
  const auto pass = [&](std::size_t stepX, std::size_t stepY) {
    for (std::size_t y = 0; y < kTile; ++y)
      for (std::size_t x = 0; x < kTile; ++x) {
        const std::size_t before = (x + kTile - stepX) % kTile + kTile * ((y + kTile - stepY) % kTile);
        const std::size_t after = (x + stepX) % kTile + kTile * ((y + stepY) % kTile);
        to[x + kTile * y] = 0.25F * (from[before] + from[after]) + 0.5F * from[x + kTile * y];
      }
    from.swap(to);
  };
  for (int i = 0; i < times; ++i) pass(1, 0), pass(0, 1);
  double squares = 0;
  for (const float v : from) squares += static_cast<double>(v) * static_cast<double>(v);
  const auto scale = static_cast<float>(1 / std::sqrt(squares / static_cast<double>(from.size())));
  for (float& v : from) v *= scale;
  return from;
}

}  // namespace

NoiseField::NoiseField(std::uint64_t seed) : lattice_(kCells * kCells * kCells) {
  const Random random(seed, kLatticeStream);
  for (std::size_t i = 0; i < lattice_.size(); i += 4) {
    const auto words = random.words(i / 4);
    for (std::size_t k = 0; k < 4; ++k)
      lattice_[i + k] = static_cast<float>(static_cast<double>(words[k]) * 0x1.0p-31 - 1);
  }
}

void NoiseField::add(const PointRow& row, double cellMm, const Mm3& offset, float amplitude, float* out) const {
  // 1024 cells keep every coordinate positive; the lattice repeats, so that they change nothing.
  const double scale = 1 / cellMm;
  const double u0 = row.x0 * scale + offset[0] + 1024, du = row.dx * scale;
  const double v = row.y * scale + offset[1] + 1024, w = row.z * scale + offset[2] + 1024;
  const int cv = static_cast<int>(v), cw = static_cast<int>(w);
  const auto wy = spline(static_cast<float>(v - cv)), wz = spline(static_cast<float>(w - cw));
  const int c0 = static_cast<int>(u0 + du * row.first), c1 = static_cast<int>(u0 + du * row.last) + 2;
  std::array<float, 32> line{};
  const int count = std::min(kCells, c1 - c0 + 1);
  for (int k = 0; k < count; ++k) {
    const int x = (c0 + k) & (kCells - 1);
    float sum = 0;
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 3; ++i)
        sum += wz[static_cast<std::size_t>(j)] * wy[static_cast<std::size_t>(i)] * node(x, cv + i, cw + j);
    line[static_cast<std::size_t>(x)] = sum * amplitude * kToUnitSd;
  }
  for (int i = row.first; i <= row.last; ++i) {
    const double u = u0 + du * i;
    const int c = static_cast<int>(u);
    const auto t = static_cast<float>(u - c);
    const float a = line[static_cast<std::size_t>(c & 31)], b = line[static_cast<std::size_t>((c + 1) & 31)],
                d = line[static_cast<std::size_t>((c + 2) & 31)];
    *out++ += 0.5F * ((a + b) + t * (2 * (b - a) + t * (a - 2 * b + d)));
  }
}

GrainTile::GrainTile(std::uint64_t seed) {
  // Four bytes of one word each, summed: near enough to a normal distribution.
  const Random random(seed, kGrainStream);
  std::vector<float> white(kTile * kTile);
  for (std::size_t i = 0; i < white.size(); i += 4) {
    const auto words = random.words(i / 4);
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint32_t w = words[k];
      white[i + k] =
          static_cast<float>(static_cast<int>((w & 255) + ((w >> 8) & 255) + ((w >> 16) & 255) + (w >> 24)) - 510);
    }
  }
  coarse_ = smoothed(white, 2);
  fine_ = smoothed(std::move(white), 0);
}

GrainTile::Slice GrainTile::sliceOf(std::uint64_t seed, int z, double correlation) {
  const auto words = Random(seed, kGrainSlices).words(static_cast<std::uint64_t>(z));
  // Neighbours of the coarse part correlate by 0.8 ([1 2 1] twice is [1 4 6 4 1]: 56/70), those of the fine part not
  // at all. Both come from the same white noise, whose centre weighs (6/16)^2 / (70/256) = 0.514 in the coarse part.
  const double share = std::clamp(correlation / 0.8, 0.0, 1.0);
  const double coarse = std::sqrt(share), fine = std::sqrt(1 - share);
  const double norm = 1 / std::sqrt(coarse * coarse + fine * fine + 2 * 0.514 * coarse * fine);
  return {static_cast<int>(words[0] & 255), static_cast<int>(words[1] & 255), static_cast<float>(fine * norm),
          static_cast<float>(coarse * norm)};
}

}  // namespace pulmo
