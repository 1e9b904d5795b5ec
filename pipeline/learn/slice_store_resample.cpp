// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/learn/slice_store_format.h"

namespace pulmo::store {

namespace {

constexpr float kAirHu = -1024;

}  // namespace

InPlane::InPlane(const Grid& from, const PlaneSquare& square, int size)
    : nx_(from.size[0]), ny_(from.size[1]), size_(size) {
  const double mmX = from.spacingMm[0], mmY = from.spacingMm[1], pixelMm = square.sideMm / size;
  const double lowX = square.middleX - square.sideMm / mmX / 2, lowY = square.middleY - square.sideMm / mmY / 2;
  x_ = tapsOf(nx_, lowX, size, pixelMm / mmX, false);
  y_ = tapsOf(ny_, lowY, size, pixelMm / mmY, false);
  labelX_ = tapsOf(nx_, lowX, size, pixelMm / mmX, true);
  labelY_ = tapsOf(ny_, lowY, size, pixelMm / mmY, true);
  grid_ = from;
  grid_.size = {size, size, from.size[2]};
  grid_.spacingMm = {pixelMm, pixelMm, from.spacingMm[2]};
  // The first pixel's middle, in voxels whose middles are whole numbers.
  grid_.originMm = toPatient(from, Point3{lowX + pixelMm / mmX / 2 - 0.5, lowY + pixelMm / mmY / 2 - 0.5, 0.0});
}

std::vector<InPlane::Taps> InPlane::tapsOf(int from, double lowEdge, int to, double ratio, bool nearest) {
  std::vector<Taps> taps(static_cast<std::size_t>(to));
  for (int i = 0; i < to; ++i) {
    Taps& tap = taps[static_cast<std::size_t>(i)];
    const double low = lowEdge + i * ratio, high = low + ratio;  // in source pixels, edges at whole numbers
    if (ratio > 1 + 1e-9) {
      const int first = std::max(0, static_cast<int>(std::floor(low + 1e-9)));
      const int last = std::min(from - 1, static_cast<int>(std::ceil(high - 1e-9)) - 1);
      tap.first = first;
      for (int k = first; k <= last; ++k)
        tap.weight.push_back(static_cast<float>((std::min(high, k + 1.0) - std::max(low, double(k))) / ratio));
    } else {
      const double at = (low + high) / 2 - 0.5;  // in source pixels, centres at whole numbers
      if (at < -0.5 - 1e-9 || at > from - 0.5 + 1e-9) continue;
      const double inside = std::clamp(at, 0.0, from - 1.0);
      if (nearest) {
        tap.first = std::min(from - 1, static_cast<int>(std::floor(inside + 0.5)));
        tap.weight = {1};
        continue;
      }
      tap.first = std::min(static_cast<int>(std::floor(inside)), from - 1);
      const auto share = static_cast<float>(inside - tap.first);
      tap.weight = {1 - share};
      if (share > 0) tap.weight.push_back(share);
    }
  }
  return taps;
}

void InPlane::ct(const std::int16_t* from, std::int16_t* to) const {
  const auto n = static_cast<std::size_t>(size_);
  const auto width = static_cast<std::size_t>(nx_);
  std::vector<float> row(width);
  for (std::size_t j = 0; j < n; ++j) {
    std::fill(row.begin(), row.end(), 0.0F);
    float rowWeight = 0;
    for (std::size_t k = 0; k < y_[j].weight.size(); ++k) {
      const float w = y_[j].weight[k];
      const std::int16_t* source = from + width * (static_cast<std::size_t>(y_[j].first) + k);
      for (std::size_t x = 0; x < width; ++x) row[x] += w * static_cast<float>(source[x]);
      rowWeight += w;
    }
    for (std::size_t i = 0; i < n; ++i) {
      float sum = 0, weight = 0;
      for (std::size_t k = 0; k < x_[i].weight.size(); ++k) {
        sum += x_[i].weight[k] * row[static_cast<std::size_t>(x_[i].first) + k];
        weight += x_[i].weight[k];
      }
      const float hu = sum + (1 - weight * rowWeight) * kAirHu;
      to[j * n + i] = static_cast<std::int16_t>(std::lround(std::clamp(hu, -32768.0F, 32767.0F)));
    }
  }
}

void InPlane::labels(const std::uint8_t* from, std::uint8_t* to) const {
  const auto n = static_cast<std::size_t>(size_);
  const auto width = static_cast<std::size_t>(nx_);
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = 0; i < n; ++i) {
      std::array<float, 4> covers{0, 0, 0, 0};
      for (std::size_t l = 0; l < labelY_[j].weight.size(); ++l) {
        const std::uint8_t* row = from + width * (static_cast<std::size_t>(labelY_[j].first) + l);
        for (std::size_t k = 0; k < labelX_[i].weight.size(); ++k)
          covers[row[static_cast<std::size_t>(labelX_[i].first) + k] & 3U] +=
              labelY_[j].weight[l] * labelX_[i].weight[k];
      }
      const auto lung = std::max_element(covers.begin() + 1, covers.end());
      const bool isLung = covers[1] + covers[2] + covers[3] > 0.5F - 1e-5F;
      to[j * n + i] = isLung ? static_cast<std::uint8_t>(lung - covers.begin()) : std::uint8_t{0};
    }
}

}  // namespace pulmo::store
