// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "pipeline/core/label_set.h"

namespace pulmo {

namespace {

void drawField(const AugmentationConfig& config, Random& random, AugmentationDraw& draw) {
  constexpr std::array<float, 4> kPadding{-1024, -1024, -2000, -3024};  // as four makers write "no data here"
  const bool cut = random.uniform() < 0.4, circle = random.uniform() < 0.15;
  const float padding = kPadding[static_cast<std::size_t>(random.integer(0, 3))];
  for (double& side : draw.crop) side = random.uniform(0, config.cropShare);
  const double radius = 0.5 * random.uniform(1 - config.cropShare, 1.05);
  if (config.cropShare <= 0) return;
  draw.paddingHu = padding;
  if (!cut) draw.crop = {0, 0, 0, 0};
  if (circle) draw.circle = radius;
}

std::vector<double> drawCurve(Random& random) {
  constexpr int kSteps = 6;
  const double low = random.uniform(0, 0.15), high = random.uniform(0.8, 1);
  std::array<double, kSteps> rise{};
  double sum = 0;
  for (double& r : rise) sum += r = random.uniform(0.15, 1);
  std::vector<double> curve{low};
  for (const double r : rise) curve.push_back(curve.back() + (high - low) * r / sum);
  return curve;
}

/// From output pixels to source pixels, both counted from the middle.
struct Warp {
  double xx, xy, yx, yy, shiftX, shiftY;
};

Warp warpOf(const AugmentationDraw& draw) {
  const double angle = draw.angleDeg * std::numbers::pi / 180;
  const double c = std::cos(angle) / draw.scale, s = std::sin(angle) / draw.scale;
  const double mx = draw.mirror ? -1 : 1, my = draw.flip ? -1 : 1;
  return {mx * c, mx * s, -my * s, my * c, draw.shiftX, draw.shiftY};
}

/// Whether an output pixel shows anything. Pixels are counted in shares of N.
class FieldOfView {
 public:
  FieldOfView(const AugmentationDraw& draw, int size) {
    const double n = size;
    x0_ = static_cast<int>(std::ceil(draw.crop[0] * n - 0.5)),
    x1_ = size - 1 - static_cast<int>(std::ceil(draw.crop[1] * n - 0.5));
    y0_ = static_cast<int>(std::ceil(draw.crop[2] * n - 0.5)),
    y1_ = size - 1 - static_cast<int>(std::ceil(draw.crop[3] * n - 0.5));
    middle_ = (n - 1) / 2;
    radius2_ = draw.circle > 0 ? draw.circle * draw.circle * n * n : 4 * n * n;
  }
  /// Columns [first, last] of a row that are seen; first > last = none.
  [[nodiscard]] std::pair<int, int> row(int y) const {
    if (y < y0_ || y > y1_) return {1, 0};
    const double dy = y - middle_, half2 = radius2_ - dy * dy;
    if (half2 < 0) return {1, 0};
    const double half = std::sqrt(half2);
    return {std::max(x0_, static_cast<int>(std::ceil(middle_ - half))),
            std::min(x1_, static_cast<int>(std::floor(middle_ + half)))};
  }

 private:
  int x0_, x1_, y0_, y1_;
  double middle_, radius2_;
};

void warpPlane(const Warp& warp, const float* from, int size, float padding, float* to) {
  const auto n = static_cast<std::size_t>(size);
  const double middle = (size - 1) / 2.0;
  const auto value = [&](int x, int y) {
    return x < 0 || y < 0 || x >= size || y >= size
               ? padding
               : from[static_cast<std::size_t>(y) * n + static_cast<std::size_t>(x)];
  };
  for (int y = 0; y < size; ++y) {
    const double dy = y - middle - warp.shiftY, dx = -middle - warp.shiftX;
    const auto startX = static_cast<float>(warp.xx * dx + warp.xy * dy + middle);
    const auto startY = static_cast<float>(warp.yx * dx + warp.yy * dy + middle);
    const auto stepX = static_cast<float>(warp.xx), stepY = static_cast<float>(warp.yx);
    float* row = to + static_cast<std::size_t>(y) * n;
    for (int x = 0; x < size; ++x) {
      const float sx = startX + stepX * static_cast<float>(x), sy = startY + stepY * static_cast<float>(x);
      const int x0 = static_cast<int>(sx + 65536) - 65536, y0 = static_cast<int>(sy + 65536) - 65536;  // floor
      const float fx = sx - static_cast<float>(x0), fy = sy - static_cast<float>(y0);
      if (x0 >= 0 && y0 >= 0 && x0 + 1 < size && y0 + 1 < size) {
        const float* p = from + static_cast<std::size_t>(y0) * n + static_cast<std::size_t>(x0);
        const float top = p[0] + fx * (p[1] - p[0]), bottom = p[n] + fx * (p[n + 1] - p[n]);
        row[x] = top + fy * (bottom - top);
      } else {
        const float top = value(x0, y0) + fx * (value(x0 + 1, y0) - value(x0, y0));
        const float bottom = value(x0, y0 + 1) + fx * (value(x0 + 1, y0 + 1) - value(x0, y0 + 1));
        row[x] = top + fy * (bottom - top);
      }
    }
  }
}

void warpLabels(const Warp& warp, const std::uint8_t* from, int size, std::uint8_t* to) {
  const auto n = static_cast<std::size_t>(size);
  const double middle = (size - 1) / 2.0;
  for (int y = 0; y < size; ++y) {
    const double dy = y - middle - warp.shiftY, dx = -middle - warp.shiftX;
    const auto startX = static_cast<float>(warp.xx * dx + warp.xy * dy + middle + 0.5);
    const auto startY = static_cast<float>(warp.yx * dx + warp.yy * dy + middle + 0.5);
    const auto stepX = static_cast<float>(warp.xx), stepY = static_cast<float>(warp.yx);
    std::uint8_t* row = to + static_cast<std::size_t>(y) * n;
    for (int x = 0; x < size; ++x) {
      const int sx = static_cast<int>(startX + stepX * static_cast<float>(x) + 65536) - 65536;
      const int sy = static_cast<int>(startY + stepY * static_cast<float>(x) + 65536) - 65536;
      row[x] = sx < 0 || sy < 0 || sx >= size || sy >= size
                   ? std::uint8_t{0}
                   : from[static_cast<std::size_t>(sy) * n + static_cast<std::size_t>(sx)];
    }
  }
}

void cutField(const AugmentationDraw& draw, SampleSlices& sample) {
  const FieldOfView field(draw, sample.size);
  const auto n = static_cast<std::size_t>(sample.size);
  for (int y = 0; y < sample.size; ++y) {
    const auto [first, last] = field.row(y);
    const auto blank = [&](int begin, int end) {
      if (begin >= end) return;
      const auto at = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(y) * n) + begin;
      for (int k = 0; k < sample.count; ++k) std::fill_n(sample.plane(k) + at, end - begin, draw.paddingHu);
      std::fill_n(sample.labels.begin() + at, end - begin, std::uint8_t{0});
      std::fill_n(sample.lesions.begin() + at, end - begin, std::uint8_t{0});
    };
    if (first > last) {
      blank(0, sample.size);
    } else {
      blank(0, first);
      blank(last + 1, sample.size);
    }
  }
}

}  // namespace

AugmentationDraw drawAugmentation(const AugmentationConfig& config, int size, Random& random) {
  // Every number is drawn whether it is used or not: one option changed leaves the others' draws as they were.
  AugmentationDraw draw;
  const auto either = [&](double limit) { return random.uniform(-limit, limit); };
  const auto chance = [&](double probability) { return random.uniform() < probability; };
  draw.angleDeg = either(config.rotationDeg);
  draw.scale = 1 + either(config.scale);
  draw.shiftX = either(config.shiftShare) * size;
  draw.shiftY = either(config.shiftShare) * size;
  draw.mirror = chance(config.mirrorProbability);
  draw.flip = chance(config.flipProbability);
  drawField(config, random, draw);

  const double kernel = random.uniform(), width = random.uniform(0, config.blurSharpen);
  const double much = random.uniform(0, 1.5);
  const bool thick = random.uniform() < 0.15;
  if (config.blurSharpen > 0) {
    draw.thick = thick;
    if (kernel < 0.6) draw.blur = width;
    if (kernel < 0.3) draw.sharpen = much, draw.blur = std::max(0.4, width);
  }
  const double noise = random.uniform();
  draw.noiseHu = config.noiseHu * noise * noise;  // little noise more often than much
  draw.grain = chance(0.5);
  draw.noiseSeed = (static_cast<std::uint64_t>(random.next32()) << 32) | random.next32();
  draw.slope = 1 + either(config.contrast);
  draw.offsetHu = either(config.brightnessHu);
  draw.gamma = std::exp2(either(config.gamma));
  std::vector<double> curve = drawCurve(random);
  if (chance(config.curveProbability)) draw.curve = std::move(curve);
  draw.histogram = chance(config.histogramProbability);
  const double limit = random.uniform(1.5, 4), share = random.uniform(0.3, 1);
  if (chance(config.equalizeProbability)) draw.equalizeLimit = limit, draw.equalizeShare = share;
  return draw;
}

void moveSample(const AugmentationDraw& draw, SampleSlices& sample) {
  if (draw.moves()) {
    const Warp warp = warpOf(draw);
    std::vector<float> hu(sample.hu.size());
    for (int k = 0; k < sample.count; ++k)
      warpPlane(warp, sample.plane(k), sample.size, draw.paddingHu,
                hu.data() + static_cast<std::size_t>(k) * sample.pixels());
    sample.hu.swap(hu);
    for (auto* labels : {&sample.labels, &sample.lesions}) {
      std::vector<std::uint8_t> moved(labels->size());
      warpLabels(warp, labels->data(), sample.size, moved.data());
      labels->swap(moved);
    }
    if (draw.mirror)
      for (std::uint8_t& label : sample.labels)
        label = label == kRightLung ? kLeftLung : label == kLeftLung ? kRightLung : label;
  }
  const bool cropped = std::any_of(draw.crop.begin(), draw.crop.end(), [](double share) { return share > 0; });
  if (cropped || draw.circle > 0) cutField(draw, sample);
}

}  // namespace pulmo
