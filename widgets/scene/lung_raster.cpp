// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/lung_raster.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "pipeline/core/volume.h"
#include "widgets/scene/error_colours.h"

namespace pulmo {

namespace {

constexpr int kFine = 3;          // samples a pixel along each axis
constexpr double kFilled = 0.84;  // of the picture, by the lungs: letters and ruler stand beside them
constexpr float kFarShade = 0.74F;

using Vector = std::array<float, 3>;

Vector unit(float x, float y, float z) {
  const float length = std::sqrt(x * x + y * y + z * z);
  return {x / length, y / length, z / length};
}

float dot3(const Vector& a, const Vector& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/// The picture's axes in LPS: to the right, up, towards the camera.
struct Axes {
  Vector right, up, near;
};

Axes axesOf(double turnedDeg) {
  const double angle = turnedDeg * std::numbers::pi / 180;
  const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
  return {{c, s, 0}, {0, 0, 1}, {s, -c, 0}};
}

/// What the light leaves of a colour where the surface faces along n (picture's axes). Lights as in SurfaceScene.
float lightOn(const Vector& n) {
  static const Vector kMain = unit(-0.6F, 0.9F, 1), kFill = unit(0.9F, 0.1F, 1);
  return 0.26F + 0.72F * std::max(0.F, dot3(n, kMain)) + 0.28F * std::max(0.F, dot3(n, kFill));
}

float shineOn(const Vector& n) {
  static const Vector kHalf = unit(-0.3F, 0.45F, 1);  // between the main light and the camera
  const float x = std::max(0.F, dot3(n, kHalf)), x4 = x * x * x * x, x8 = x4 * x4;
  return 46 * x8 * x8 * x8 * x4;
}

Vector rgbOf(Pixel pixel) {
  return {static_cast<float>(pixel >> 16U & 255U), static_cast<float>(pixel >> 8U & 255U),
          static_cast<float>(pixel & 255U)};
}

/// What is nearest at each sample.
struct Samples {
  int width, height;
  std::vector<float> depth;  ///< towards the camera; lowest() = nothing there
  std::vector<Pixel> colour;

  Samples(int w, int h)
      : width(w),
        height(h),
        depth(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), std::numeric_limits<float>::lowest()),
        colour(depth.size()) {}
};

/// Lit where it is: a lung's triangles are a few pixels large, so that nothing is lost between their corners.
struct Corner {
  float x, y, depth;
  Vector rgb;
};

Vector lit(const Vector& rgb, const Vector& normal) {
  const float light = lightOn(normal), shine = shineOn(normal);
  Vector result{};
  for (std::size_t k = 0; k < 3; ++k) result[k] = std::min(255.F, light * rgb[k] + shine);
  return result;
}

void drawTriangle(Samples& samples, const Corner& a, const Corner& b, const Corner& c) {
  const float area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  if (!(area < 0)) return;  // y grows downwards: the ones that face the camera turn the other way
  const auto [minX, maxX] = std::minmax({a.x, b.x, c.x});
  const auto [minY, maxY] = std::minmax({a.y, b.y, c.y});
  const int x0 = std::max(0, static_cast<int>(std::ceil(minX - 0.5F)));
  const int x1 = std::min(samples.width - 1, static_cast<int>(std::floor(maxX - 0.5F)));
  const int y0 = std::max(0, static_cast<int>(std::ceil(minY - 0.5F)));
  const int y1 = std::min(samples.height - 1, static_cast<int>(std::floor(maxY - 0.5F)));
  for (int y = y0; y <= y1; ++y)
    for (int x = x0; x <= x1; ++x) {
      const float px = static_cast<float>(x) + 0.5F, py = static_cast<float>(y) + 0.5F;
      const float u = ((b.x - px) * (c.y - py) - (b.y - py) * (c.x - px)) / area;
      const float v = ((c.x - px) * (a.y - py) - (c.y - py) * (a.x - px)) / area;
      const float w = 1 - u - v;
      if (u < 0 || v < 0 || w < 0) continue;
      const float depth = u * a.depth + v * b.depth + w * c.depth;
      const std::size_t at =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(samples.width) + static_cast<std::size_t>(x);
      if (depth <= samples.depth[at]) continue;
      samples.depth[at] = depth;
      const auto mix = [&](std::size_t k) { return static_cast<unsigned>(u * a.rgb[k] + v * b.rgb[k] + w * c.rgb[k]); };
      samples.colour[at] = pixelOfRgb(mix(0), mix(1), mix(2));
    }
}

/// Averages the samples of each pixel over the background; what is farther is darker.
void settle(const Samples& samples, const PixelView& out, const LungView& view) {
  float nearest = std::numeric_limits<float>::lowest(), farthest = std::numeric_limits<float>::max();
  for (const float depth : samples.depth) {
    if (depth == std::numeric_limits<float>::lowest()) continue;
    nearest = std::max(nearest, depth);
    farthest = std::min(farthest, depth);
  }
  const float range = std::max(1.F, nearest - farthest);
  for (int y = 0; y < out.height; ++y) {
    const Pixel ground = blended(view.top, view.bottom, static_cast<unsigned>(256 * y / std::max(1, out.height - 1)));
    const Vector groundRgb = rgbOf(ground);
    for (int x = 0; x < out.width; ++x) {
      Vector sum{0, 0, 0};
      for (int j = 0; j < kFine; ++j)
        for (int i = 0; i < kFine; ++i) {
          const std::size_t at = static_cast<std::size_t>(y * kFine + j) * static_cast<std::size_t>(samples.width) +
                                 static_cast<std::size_t>(x * kFine + i);
          const bool lung = samples.depth[at] != std::numeric_limits<float>::lowest();
          const float shade = lung ? kFarShade + (1 - kFarShade) * (samples.depth[at] - farthest) / range : 1;
          const Vector colour = lung ? rgbOf(samples.colour[at]) : groundRgb;
          for (std::size_t k = 0; k < 3; ++k) sum[k] += shade * colour[k];
        }
      constexpr float kCount = kFine * kFine;
      out.row(y)[x] = pixelOfRgb(static_cast<unsigned>(sum[0] / kCount), static_cast<unsigned>(sum[1] / kCount),
                                 static_cast<unsigned>(sum[2] / kCount));
    }
  }
}

}  // namespace

LungDirections directionsOf(double turnedDeg) {
  const Vector right = axesOf(turnedDeg).right;
  constexpr float kAside = 0.35F;  // about 20 degrees: less is not worth a second letter
  const auto lettersOf = [&](float x, float y) {
    std::string letters;
    const char across = x > 0 ? 'L' : 'R', along = y > 0 ? 'P' : 'A';
    const bool acrossFirst = std::abs(x) >= std::abs(y);
    if (acrossFirst && std::abs(x) > kAside) letters += across;
    if (std::abs(y) > kAside) letters += along;
    if (!acrossFirst && std::abs(x) > kAside) letters += across;
    return letters;
  };
  return {lettersOf(-right[0], -right[1]), lettersOf(right[0], right[1])};
}

LungRaster::LungRaster(const std::vector<TriangleMesh>& lungs) {
  Point3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
  for (const TriangleMesh& mesh : lungs) {
    lungs_.push_back({shaded(mesh), std::vector<Pixel>(mesh.pointsMm.size(), labelPixels()[mesh.label])});
    for (const auto& p : mesh.pointsMm)
      for (std::size_t k = 0; k < 3; ++k) {
        low[k] = std::min<double>(low[k], p[k]);
        high[k] = std::max<double>(high[k], p[k]);
      }
  }
  if (low[0] <= high[0])
    for (std::size_t k = 0; k < 3; ++k) middle_[k] = (low[k] + high[k]) / 2;
}

void LungRaster::colourByError(const std::vector<std::vector<float>>& mm, double limitMm) {
  for (std::size_t i = 0; i < std::min(lungs_.size(), mm.size()); ++i) {
    if (mm[i].size() != lungs_[i].colours.size()) continue;
    std::transform(mm[i].begin(), mm[i].end(), lungs_[i].colours.begin(),
                   [limitMm](float value) { return errorColour(value, limitMm); });
  }
}

double LungRaster::fittingPixelsPerMm(int width, int height, double turnedDeg) const {
  const Axes axes = axesOf(turnedDeg);
  double across = 1, along = 1;  // from the middle, in mm
  for (const Lung& lung : lungs_)
    for (const Vector& p : lung.shape.pointsMm) {
      const double x = (p[0] - middle_[0]) * static_cast<double>(axes.right[0]) +
                       (p[1] - middle_[1]) * static_cast<double>(axes.right[1]);
      across = std::max(across, std::abs(x));
      along = std::max(along, std::abs(p[2] - middle_[2]));
    }
  return kFilled / 2 * std::min(width / across, height / along);
}

double LungRaster::turningPixelsPerMm(int width, int height) const {
  double least = fittingPixelsPerMm(width, height, 0);
  for (int deg = 15; deg < 180; deg += 15) least = std::min(least, fittingPixelsPerMm(width, height, deg));
  return least;
}

void LungRaster::draw(const PixelView& out, const LungView& view) const {
  const Axes axes = axesOf(view.turnedDeg);
  Samples samples(out.width * kFine, out.height * kFine);
  const auto scale = static_cast<float>(view.pixelsPerMm * kFine);
  std::vector<Corner> corners;
  for (const Lung& lung : lungs_) {
    corners.clear();
    for (std::size_t i = 0; i < lung.shape.pointsMm.size(); ++i) {
      const Vector& p = lung.shape.pointsMm[i];
      const Vector q{p[0] - static_cast<float>(middle_[0]), p[1] - static_cast<float>(middle_[1]),
                     p[2] - static_cast<float>(middle_[2])};
      const Vector& n = lung.shape.normals[i];
      corners.push_back({static_cast<float>(samples.width) / 2 + scale * dot3(q, axes.right),
                         static_cast<float>(samples.height) / 2 - scale * dot3(q, axes.up), dot3(q, axes.near),
                         lit(rgbOf(lung.colours[i]), {dot3(n, axes.right), dot3(n, axes.up), dot3(n, axes.near)})});
    }
    for (const auto& t : lung.shape.triangles) drawTriangle(samples, corners[t[0]], corners[t[1]], corners[t[2]]);
  }
  settle(samples, out, view);
}

}  // namespace pulmo
