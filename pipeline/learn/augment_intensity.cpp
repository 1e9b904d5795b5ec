// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/learn/augment.h"

namespace pulmo {

namespace {

/// Values of a standard normal at 1024 even steps of probability: ten bits of randomness make one draw.
const std::array<float, 1024>& normalTable() {
  static const std::array<float, 1024> table = [] {
    std::array<float, 1024> t{};
    double squares = 0;
    for (std::size_t i = 0; i < t.size(); ++i) {
      const double p = (static_cast<double>(i) + 0.5) / static_cast<double>(t.size());
      double low = -6, high = 6;
      for (int k = 0; k < 60; ++k) {
        const double middle = (low + high) / 2;
        (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
      }
      t[i] = static_cast<float>((low + high) / 2);
      squares += (low + high) * (low + high) / 4;
    }
    // The tails that the steps cut off are made up for: SD exactly 1.
    const auto correction = static_cast<float>(1 / std::sqrt(squares / static_cast<double>(t.size())));
    for (float& v : t) v *= correction;
    return t;
  }();
  return table;
}

/// Convolution with a symmetric kernel along both axes, edges repeated. `half`: weights from the middle outwards.
void smooth(const float* from, int size, const std::vector<float>& half, float* to) {
  const auto n = static_cast<std::size_t>(size);
  const int radius = static_cast<int>(half.size()) - 1;
  std::vector<float> padded(n + 2 * static_cast<std::size_t>(radius)), between(n * n);
  for (std::size_t y = 0; y < n; ++y) {
    const float* row = from + y * n;
    std::fill_n(padded.begin(), radius, row[0]);
    std::copy_n(row, n, padded.begin() + radius);
    std::fill_n(padded.end() - radius, radius, row[n - 1]);
    float* out = between.data() + y * n;
    const float* middle = padded.data() + radius;
    for (std::size_t x = 0; x < n; ++x) out[x] = half[0] * middle[x];
    for (int k = 1; k <= radius; ++k) {
      const float w = half[static_cast<std::size_t>(k)];
      const float *low = middle - k, *high = middle + k;
      for (std::size_t x = 0; x < n; ++x) out[x] += w * (low[x] + high[x]);
    }
  }
  for (int y = 0; y < size; ++y) {
    float* out = to + static_cast<std::size_t>(y) * n;
    const float* middle = between.data() + static_cast<std::size_t>(y) * n;
    for (std::size_t x = 0; x < n; ++x) out[x] = half[0] * middle[x];
    for (int k = 1; k <= radius; ++k) {
      const float w = half[static_cast<std::size_t>(k)];
      const float* low = between.data() + static_cast<std::size_t>(std::max(0, y - k)) * n;
      const float* high = between.data() + static_cast<std::size_t>(std::min(size - 1, y + k)) * n;
      for (std::size_t x = 0; x < n; ++x) out[x] += w * (low[x] + high[x]);
    }
  }
}

std::vector<float> gaussian(double sd) {
  const int radius = std::max(1, static_cast<int>(std::ceil(3 * sd)));
  std::vector<double> half;
  double sum = 0;
  for (int k = 0; k <= radius; ++k) {
    half.push_back(std::exp(-0.5 * k * k / (sd * sd)));
    sum += (k == 0 ? 1 : 2) * half.back();
  }
  std::vector<float> result;
  for (const double w : half) result.push_back(static_cast<float>(w / sum));
  return result;
}

void addNoise(const AugmentationDraw& draw, int plane, int size, float* hu) {
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  const Random random(draw.noiseSeed, static_cast<std::uint64_t>(plane));
  const auto& table = normalTable();
  std::vector<float> noise(pixels);
  for (std::size_t i = 0; i < pixels;) {
    const auto words = random.words(i);
    for (const std::uint32_t word : words)
      for (unsigned shift = 0; shift < 30 && i < pixels; shift += 10) noise[i++] = table[(word >> shift) & 1023U];
  }
  float sd = static_cast<float>(draw.noiseHu);
  if (draw.grain) {
    std::vector<float> grain(pixels);
    smooth(noise.data(), size, {0.5F, 0.25F}, grain.data());
    noise.swap(grain);
    sd /= 0.375F;  // what [1 2 1] / 4 along both axes leaves of the SD: 6 / 16
  }
  for (std::size_t i = 0; i < pixels; ++i) hu[i] += sd * noise[i];
}

constexpr std::size_t kLevels = 256;

std::size_t levelOf(float value) {
  return std::min(kLevels - 1, static_cast<std::size_t>(value * static_cast<float>(kLevels)));
}

/// Share of the pixels below each level, [0] = 0 .. [kLevels] = 1.
std::array<double, kLevels + 1> cumulative(const float* values, std::size_t count) {
  std::array<std::uint32_t, kLevels> histogram{};
  for (std::size_t i = 0; i < count; ++i) ++histogram[levelOf(values[i])];
  std::array<double, kLevels + 1> below{};
  for (std::size_t l = 0; l < kLevels; ++l)
    below[l + 1] = below[l] + static_cast<double>(histogram[l]) / static_cast<double>(count);
  return below;
}

/// A rising map of 0 .. 1 onto 0 .. 1, read between its kLevels + 1 values.
using Tone = std::array<float, kLevels + 1>;

float read(const Tone& tone, float value) {
  const float at = value * static_cast<float>(kLevels);
  const std::size_t i = std::min(kLevels - 1, static_cast<std::size_t>(at));
  return tone[i] + (at - static_cast<float>(i)) * (tone[i + 1] - tone[i]);
}

void apply(const Tone& tone, std::size_t count, float* values) {
  for (std::size_t i = 0; i < count; ++i) values[i] = read(tone, values[i]);
}

Tone gammaAndCurve(const AugmentationDraw& draw) {
  Tone tone{};
  for (std::size_t i = 0; i <= kLevels; ++i) {
    double v = std::pow(static_cast<double>(i) / kLevels, draw.gamma);
    if (!draw.curve.empty()) {
      const double at = v * static_cast<double>(draw.curve.size() - 1);
      const std::size_t k = std::min(draw.curve.size() - 2, static_cast<std::size_t>(at));
      v = draw.curve[k] + (at - static_cast<double>(k)) * (draw.curve[k + 1] - draw.curve[k]);
    }
    tone[i] = static_cast<float>(v);
  }
  return tone;
}

/// The level of the reference below which as many pixels lie.
Tone matching(const float* values, std::size_t count, const std::vector<float>& reference) {
  const auto own = cumulative(values, count), wanted = cumulative(reference.data(), reference.size());
  Tone tone{};
  std::size_t k = 0;
  for (std::size_t i = 0; i <= kLevels; ++i) {
    while (k < kLevels - 1 && wanted[k + 1] < own[i]) ++k;
    const double width = wanted[k + 1] - wanted[k];
    const double part = width > 0 ? std::clamp((own[i] - wanted[k]) / width, 0.0, 1.0) : 0.0;
    tone[i] = static_cast<float>((static_cast<double>(k) + part) / kLevels);
  }
  return tone;
}

/// Local equalisation: a map for each of 8 x 8 tiles, read between the four nearest tiles' middles.
class Equalizer {
 public:
  Equalizer(const float* values, int size, double limit) : size_(size) {
    for (int ty = 0; ty < kTiles; ++ty)
      for (int tx = 0; tx < kTiles; ++tx)
        tones_[static_cast<std::size_t>(ty * kTiles + tx)] = toneOf(values, tx, ty, limit);
  }
  void apply(double share, float* values) const {
    const auto mix = static_cast<float>(share);
    for (int y = 0; y < size_; ++y) {
      const auto [y0, y1, fy] = between(y);
      for (int x = 0; x < size_; ++x) {
        const auto [x0, x1, fx] = between(x);
        float& v = values[static_cast<std::size_t>(y) * static_cast<std::size_t>(size_) + static_cast<std::size_t>(x)];
        const auto at = [&](int tx, int ty) { return read(tones_[static_cast<std::size_t>(ty * kTiles + tx)], v); };
        const float top = at(x0, y0) + fx * (at(x1, y0) - at(x0, y0));
        const float bottom = at(x0, y1) + fx * (at(x1, y1) - at(x0, y1));
        v += mix * (top + fy * (bottom - top) - v);
      }
    }
  }

 private:
  static constexpr int kTiles = 8;
  struct Between {
    int low, high;
    float share;
  };
  [[nodiscard]] Between between(int at) const {
    const float place = (static_cast<float>(at) + 0.5F) * kTiles / static_cast<float>(size_) - 0.5F;
    const int low = std::clamp(static_cast<int>(std::floor(place)), 0, kTiles - 1);
    return {low, std::min(low + 1, kTiles - 1), std::clamp(place - static_cast<float>(low), 0.0F, 1.0F)};
  }
  [[nodiscard]] Tone toneOf(const float* values, int tx, int ty, double limit) const {
    std::array<double, kLevels> histogram{};
    const int x0 = tx * size_ / kTiles, x1 = (tx + 1) * size_ / kTiles, y0 = ty * size_ / kTiles,
              y1 = (ty + 1) * size_ / kTiles;
    for (int y = y0; y < y1; ++y)
      for (int x = x0; x < x1; ++x)
        ++histogram[levelOf(
            values[static_cast<std::size_t>(y) * static_cast<std::size_t>(size_) + static_cast<std::size_t>(x)])];
    const double count = static_cast<double>(x1 - x0) * (y1 - y0);
    // The limit is in units of an even histogram over the levels that a CT slice uses, about a quarter.
    const double most = limit * 4 * count / kLevels;
    double excess = 0;
    for (double& h : histogram)
      if (h > most) excess += h - most, h = most;
    Tone tone{};
    double below = 0;
    for (std::size_t l = 0; l < kLevels; ++l) {
      below += (histogram[l] + excess / kLevels) / count;
      tone[l + 1] = static_cast<float>(std::min(1.0, below));
    }
    return tone;
  }

  int size_;
  std::array<Tone, std::size_t{kTiles} * kTiles> tones_{};
};

}  // namespace

void degradeSample(const AugmentationDraw& draw, const WindowHu& window, SampleSlices& sample) {
  const std::vector<float> kernel = draw.blur > 0.05 ? gaussian(draw.blur) : std::vector<float>{};
  const auto slope = static_cast<float>(draw.slope);
  const auto offset = static_cast<float>(window.centre * (1 - draw.slope) + draw.offsetHu);
  std::vector<float> soft(kernel.empty() ? 0 : sample.pixels());
  for (int k = 0; k < sample.count; ++k) {
    float* hu = sample.plane(k);
    if (!kernel.empty()) {
      smooth(hu, sample.size, kernel, soft.data());
      const auto more = static_cast<float>(draw.sharpen);
      if (more > 0)
        for (std::size_t i = 0; i < soft.size(); ++i) hu[i] += more * (hu[i] - soft[i]);
      else
        std::copy(soft.begin(), soft.end(), hu);
    }
    if (draw.noiseHu > 0) addNoise(draw, k, sample.size, hu);
    if (draw.slope != 1 || draw.offsetHu != 0)
      for (std::size_t i = 0; i < sample.pixels(); ++i) hu[i] = hu[i] * slope + offset;
  }
}

void throughWindow(const float* hu, std::size_t count, const WindowHu& window, float* to) {
  const auto low = static_cast<float>(window.centre - window.width / 2);
  const auto width = static_cast<float>(window.width);
  for (std::size_t i = 0; i < count; ++i) to[i] = std::clamp((hu[i] - low) / width, 0.0F, 1.0F);
}

void toneSample(const AugmentationDraw& draw, const std::vector<float>& reference, int size, int count, float* images) {
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  const auto plane = [&](int k) { return images + static_cast<std::size_t>(k) * pixels; };
  const float* middle = plane(count / 2);
  if (draw.histogram && !reference.empty()) {
    const Tone tone = matching(middle, pixels, reference);
    for (int k = 0; k < count; ++k) apply(tone, pixels, plane(k));
  }
  if (draw.gamma != 1 || !draw.curve.empty()) {
    const Tone tone = gammaAndCurve(draw);
    for (int k = 0; k < count; ++k) apply(tone, pixels, plane(k));
  }
  if (draw.equalizeLimit > 0) {
    const Equalizer equalizer(middle, size, draw.equalizeLimit);
    for (int k = 0; k < count; ++k) equalizer.apply(draw.equalizeShare, plane(k));
  }
}

void denoise(float* plane, int size) {
  const auto n = static_cast<std::size_t>(size);
  const std::vector<float> from(plane, plane + n * n);
  // A network of 19 exchanges that leaves the median of nine in the middle. Source: Devillard 1998, "Fast median
  // search".
  constexpr std::array<std::array<std::size_t, 2>, 19> kExchanges{{{1, 2},
                                                                   {4, 5},
                                                                   {7, 8},
                                                                   {0, 1},
                                                                   {3, 4},
                                                                   {6, 7},
                                                                   {1, 2},
                                                                   {4, 5},
                                                                   {7, 8},
                                                                   {0, 3},
                                                                   {5, 8},
                                                                   {4, 7},
                                                                   {3, 6},
                                                                   {1, 4},
                                                                   {2, 5},
                                                                   {4, 7},
                                                                   {4, 2},
                                                                   {6, 4},
                                                                   {4, 2}}};
  std::array<std::vector<float>, 9> v;
  for (auto& row : v) row.resize(n);
  for (int y = 0; y < size; ++y) {
    for (int dy = -1; dy <= 1; ++dy) {
      const float* row = from.data() + static_cast<std::size_t>(std::clamp(y + dy, 0, size - 1)) * n;
      for (int dx = -1; dx <= 1; ++dx)
        for (int x = 0; x < size; ++x)
          v[static_cast<std::size_t>(3 * (dy + 1) + dx + 1)][static_cast<std::size_t>(x)] =
              row[std::clamp(x + dx, 0, size - 1)];
    }
    for (const auto& [a, b] : kExchanges)
      for (std::size_t x = 0; x < n; ++x) {
        const float low = std::min(v[a][x], v[b][x]), high = std::max(v[a][x], v[b][x]);
        v[a][x] = low, v[b][x] = high;
      }
    std::copy(v[4].begin(), v[4].end(), plane + static_cast<std::size_t>(y) * n);
  }
}

}  // namespace pulmo
