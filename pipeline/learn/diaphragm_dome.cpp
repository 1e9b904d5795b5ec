// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/diaphragm_dome.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "pipeline/core/label_set.h"

namespace pulmo {

namespace {

constexpr double kLeastLungMm2 = 2500, kLungLeft = 0.25;

struct Box {
  int x0 = 0, y0 = 0, x1 = -1, y1 = -1;
  std::size_t pixels = 0;
};

Box boxOf(const SampleSlices& sample, std::uint8_t label) {
  Box box{sample.size, sample.size, -1, -1, 0};
  for (int y = 0; y < sample.size; ++y)
    for (int x = 0; x < sample.size; ++x) {
      if (sample.labels[static_cast<std::size_t>(y) * static_cast<std::size_t>(sample.size) +
                        static_cast<std::size_t>(x)] != label)
        continue;
      box = {std::min(box.x0, x), std::min(box.y0, y), std::max(box.x1, x), std::max(box.y1, y), box.pixels + 1};
    }
  return box;
}

/// The lung and the partial volume at its border, which would lie as a dark line between the dome and the chest wall.
std::vector<std::uint8_t> withRim(const SampleSlices& sample, const Box& box, std::uint8_t label) {
  constexpr float kLeastHu = -900, kMostHu = 0;
  const auto n = static_cast<std::size_t>(sample.size);
  const float* hu = sample.hu.data() + static_cast<std::size_t>(sample.count / 2) * sample.pixels();
  std::vector<std::uint8_t> grown(sample.pixels(), 0);
  for (int y = std::max(1, box.y0 - 1); y <= std::min(sample.size - 2, box.y1 + 1); ++y)
    for (int x = std::max(1, box.x0 - 1); x <= std::min(sample.size - 2, box.x1 + 1); ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * n + static_cast<std::size_t>(x);
      bool lung = sample.labels[i] == label;
      if (!lung && sample.labels[i] == 0 && hu[i] >= kLeastHu && hu[i] <= kMostHu)
        for (const std::size_t beside : {i - 1, i + 1, i - n, i + n, i - n - 1, i - n + 1, i + n - 1, i + n + 1})
          lung = lung || sample.labels[beside] == label;
      grown[i] = lung ? 1 : 0;
    }
  return grown;
}

/// How much of a pixel the dome fills, 0 .. 1.
class Shape {
 public:
  Shape(const DiaphragmDome& dome, const Box& box, double pixelMm)
      : dome_(dome),
        x_(box.x0 + dome.placeX * (box.x1 - box.x0)),
        y_(box.y0 + dome.placeY * (box.y1 - box.y0)),
        c_(std::cos(dome.angle)),
        s_(std::sin(dome.angle)),
        pixelMm_(pixelMm) {}

  [[nodiscard]] double at(int x, int y, double grown) const {
    const double dx = (x - x_) * pixelMm_, dy = (y - y_) * pixelMm_;
    const double u = (c_ * dx + s_ * dy) / dome_.radiusMm[0], v = (-s_ * dx + c_ * dy) / dome_.radiusMm[1];
    const double r = std::hypot(u, v), mean = (dome_.radiusMm[0] + dome_.radiusMm[1]) / 2;
    if (r * mean > 1.6 * mean * grown + dome_.rimMm) return 0;
    const double around = std::atan2(v, u);
    double edge = grown;
    for (std::size_t k = 0; k < dome_.wave.size(); ++k)
      edge += grown * dome_.wave[k] * std::cos(static_cast<double>(k + 2) * around + dome_.phase[k]);
    const double insideMm = (edge - r) * mean;
    const double share = std::clamp(insideMm / dome_.rimMm + 0.5, 0.0, 1.0);
    return share * share * (3 - 2 * share);
  }

 private:
  const DiaphragmDome& dome_;
  double x_, y_, c_, s_, pixelMm_;
};

DiaphragmDome drawDome(Random& random) {
  DiaphragmDome dome;
  dome.placeX = random.uniform(0.25, 0.75);
  dome.placeY = random.uniform(0.1, 0.65);  // rather to the front
  dome.radiusMm[0] = random.uniform(8, 80);
  dome.radiusMm[1] = dome.radiusMm[0] * random.uniform(0.6, 1);
  dome.angle = random.uniform(0, std::numbers::pi);
  for (std::size_t k = 0; k < dome.wave.size(); ++k) {
    dome.wave[k] = random.uniform(0, 0.1 / static_cast<double>(k + 1));
    dome.phase[k] = random.uniform(0, 2 * std::numbers::pi);
  }
  dome.hu = random.uniform() < 0.5 ? random.uniform(20, 80) : random.uniform(80, 200);  // without and with contrast
  dome.noiseHu = random.uniform(3, 25);
  dome.rimMm = random.uniform(1, 9);
  dome.seed = (static_cast<std::uint64_t>(random.next32()) << 32) | random.next32();
  return dome;
}

}  // namespace

DiaphragmDomes drawDomes(Random& random) {
  DiaphragmDomes domes;
  for (DiaphragmDome& dome : domes) dome = drawDome(random);
  // The right dome stands higher, so it is seen more often.
  domes[0].lung = random.uniform() < 0.6 ? kRightLung : kLeftLung;
  if (random.uniform() < 1.0 / 3) domes[1].lung = domes[0].lung == kRightLung ? kLeftLung : kRightLung;
  return domes;
}

bool paintDome(const DiaphragmDome& wanted, double pixelMm, SampleSlices& sample) {
  constexpr int kTries = 6;
  constexpr double kSmaller = 0.8;
  const Box box = boxOf(sample, wanted.lung);
  if (wanted.lung == 0 || static_cast<double>(box.pixels) * pixelMm * pixelMm < kLeastLungMm2) return false;
  const auto n = static_cast<std::size_t>(sample.size);
  DiaphragmDome dome = wanted;
  std::vector<std::size_t> covered;
  const auto fits = [&] {
    const Shape shape(dome, box, pixelMm);
    covered.clear();
    for (int y = box.y0; y <= box.y1; ++y)
      for (int x = box.x0; x <= box.x1; ++x) {
        const std::size_t i = static_cast<std::size_t>(y) * n + static_cast<std::size_t>(x);
        if (sample.labels[i] == dome.lung && shape.at(x, y, 1) > 0.5) covered.push_back(i);
      }
    return static_cast<double>(covered.size()) <= (1 - kLungLeft) * static_cast<double>(box.pixels);
  };
  int tries = 0;
  while (!fits()) {
    if (++tries == kTries) return false;
    for (double& radius : dome.radiusMm) radius *= kSmaller;
  }
  const Shape shape(dome, box, pixelMm);
  const std::vector<std::uint8_t> paintable = withRim(sample, box, dome.lung);
  for (int k = 0; k < sample.count; ++k) {
    Random noise(dome.seed, static_cast<std::uint64_t>(k));
    const double grown = std::max(0.0, 1 + dome.widerBelow * (sample.count / 2 - k));  // planes run from feet to head
    float* hu = sample.plane(k);
    for (int y = std::max(0, box.y0 - 1); y <= std::min(sample.size - 1, box.y1 + 1); ++y)
      for (int x = std::max(0, box.x0 - 1); x <= std::min(sample.size - 1, box.x1 + 1); ++x) {
        const std::size_t i = static_cast<std::size_t>(y) * n + static_cast<std::size_t>(x);
        if (paintable[i] == 0) continue;
        const double share = shape.at(x, y, grown);
        if (share <= 0) continue;
        const double inside = dome.hu + dome.noiseHu * noise.normal();
        hu[i] = static_cast<float>(hu[i] + share * (inside - hu[i]));
      }
  }
  for (const std::size_t i : covered) sample.labels[i] = sample.lesions[i] = 0;
  return true;
}

}  // namespace pulmo
