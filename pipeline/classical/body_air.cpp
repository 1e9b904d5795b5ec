// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/body_air.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/parallel.h"

namespace pulmo {

namespace {

constexpr double kStartHu = -500;
constexpr double kDarkHu = -940;        // room air is -1000; a lung, even emphysematous, is lighter on average
constexpr double kEnclosedMm2 = 8000;   // a trunk's slice is 30 000 mm2 and more, a liver dome within lung rarely 8 000

/// One slice's pieces of air: which are outside?
class SliceAir {
 public:
  SliceAir(const std::int16_t* hu, const WorkGrid& grid, double threshold)
      : hu_(hu), nx_(static_cast<std::size_t>(grid.size[0])), ny_(static_cast<std::size_t>(grid.size[1])),
        minEnclosed_(kEnclosedMm2 / grid.pixelMm2()), threshold_(threshold), piece_(nx_ * ny_, 0) {}

  /// 1 = air outside the body
  std::vector<std::uint8_t> outside() {
    std::vector<std::uint8_t> result(nx_ * ny_, 0);
    for (std::size_t seed = 0; seed < piece_.size(); ++seed) {
      if (piece_[seed] != 0 || !isAir(seed)) continue;
      grow(seed);
      if (!touchesBorder_ && !(mean_ < kDarkHu && enclosesTissue())) continue;
      for (const std::size_t i : queue_) result[i] = 1;
    }
    return result;
  }

 private:
  [[nodiscard]] bool isAir(std::size_t i) const { return hu_[i] < threshold_; }

  void grow(std::size_t seed) {
    queue_.assign(1, seed);
    piece_[seed] = 1;
    touchesBorder_ = false;
    low_ = {nx_, ny_};
    high_ = {0, 0};
    double sum = 0;
    for (std::size_t head = 0; head < queue_.size(); ++head) {
      const std::size_t i = queue_[head], x = i % nx_, y = i / nx_;
      sum += hu_[i];
      low_ = {std::min(low_[0], x), std::min(low_[1], y)};
      high_ = {std::max(high_[0], x), std::max(high_[1], y)};
      touchesBorder_ = touchesBorder_ || x == 0 || y == 0 || x + 1 == nx_ || y + 1 == ny_;
      const auto reach = [&](std::size_t n) {
        if (piece_[n] != 0 || !isAir(n)) return;
        piece_[n] = 1;
        queue_.push_back(n);
      };
      if (x > 0) reach(i - 1);
      if (x + 1 < nx_) reach(i + 1);
      if (y > 0) reach(i - nx_);
      if (y + 1 < ny_) reach(i + nx_);
    }
    mean_ = sum / static_cast<double>(queue_.size());
  }

  /// A piece of tissue strictly within the bounding box of the air just grown, and large.
  bool enclosesTissue() {
    std::vector<std::uint8_t> seen(nx_ * ny_, 0);
    std::vector<std::size_t> tissue;
    for (std::size_t y = low_[1]; y <= high_[1]; ++y)
      for (std::size_t x = low_[0]; x <= high_[0]; ++x) {
        const std::size_t seed = y * nx_ + x;
        if (seen[seed] != 0 || isAir(seed)) continue;
        bool leaves = false;
        tissue.assign(1, seed);
        seen[seed] = 1;
        for (std::size_t head = 0; head < tissue.size(); ++head) {
          const std::size_t i = tissue[head], cx = i % nx_, cy = i / nx_;
          if (cx <= low_[0] || cx >= high_[0] || cy <= low_[1] || cy >= high_[1]) {
            leaves = true;
            continue;
          }
          for (const std::size_t n : {i - 1, i + 1, i - nx_, i + nx_}) {
            if (seen[n] != 0 || isAir(n)) continue;
            seen[n] = 1;
            tissue.push_back(n);
          }
        }
        if (!leaves && static_cast<double>(tissue.size()) > minEnclosed_) return true;
      }
    return false;
  }

  const std::int16_t* hu_;
  std::size_t nx_, ny_;
  double minEnclosed_, threshold_;
  std::vector<std::uint8_t> piece_;
  std::vector<std::size_t> queue_;
  std::array<std::size_t, 2> low_{}, high_{};
  bool touchesBorder_ = false;
  double mean_ = 0;
};

Mask outsideOf(const WorkVolume& volume, double threshold) {
  Mask outside(volume.grid.count());
  (void)parallelFor(static_cast<std::size_t>(volume.grid.size[2]), 0, {}, [&](std::size_t z) {
    const auto slice = SliceAir(volume.hu.data() + z * volume.grid.planeCount(), volume.grid, threshold).outside();
    std::copy(slice.begin(), slice.end(), outside.begin() + static_cast<std::ptrdiff_t>(z * volume.grid.planeCount()));
  });
  return outside;
}

double isodata(const WorkVolume& volume, const Mask& outside) {
  std::vector<std::size_t> histogram(3072);  // -1024 to 2047
  for (std::size_t i = 0; i < volume.hu.size(); ++i)
    if (outside[i] == 0) ++histogram[static_cast<std::size_t>(std::clamp<int>(volume.hu[i], -1024, 300) + 1024)];
  double threshold = kStartHu;
  for (int round = 0; round < 50; ++round) {
    double sum[2] = {0, 0}, number[2] = {0, 0};
    for (std::size_t bin = 0; bin < histogram.size(); ++bin) {
      const double hu = static_cast<double>(bin) - 1024;
      const int side = hu < threshold ? 0 : 1;
      sum[side] += hu * static_cast<double>(histogram[bin]);
      number[side] += static_cast<double>(histogram[bin]);
    }
    if (number[0] == 0 || number[1] == 0) break;
    const double next = (sum[0] / number[0] + sum[1] / number[1]) / 2;
    if (std::abs(next - threshold) < 0.5) break;
    threshold = next;
  }
  return std::clamp(threshold, -650.0, -300.0);
}

}  // namespace

BodyAir findBodyAir(const WorkVolume& volume) {
  BodyAir result;
  Mask outside = outsideOf(volume, kStartHu);
  result.thresholdHu = isodata(volume, outside);
  outside = outsideOf(volume, result.thresholdHu);
  result.air.resize(volume.hu.size());
  result.body.resize(volume.hu.size());
  double number = 0;
  const auto nx = static_cast<std::size_t>(volume.grid.size[0]), plane = volume.grid.planeCount();
  for (std::size_t i = 0; i < volume.hu.size(); ++i) {
    result.body[i] = outside[i] == 0;
    result.air[i] = outside[i] == 0 && volume.hu[i] < result.thresholdHu;
    // The centre is of soft tissue and bone: a table of foam or a grey frame would pull it.
    if (outside[i] != 0 || volume.hu[i] < -200) continue;
    ++number;
    result.bodyCentre[0] += static_cast<double>(i % nx);
    result.bodyCentre[1] += static_cast<double>((i % plane) / nx);
    result.bodyCentre[2] += static_cast<double>(i / plane);
  }
  for (double& x : result.bodyCentre) x /= std::max(1.0, number);
  return result;
}

}  // namespace pulmo
