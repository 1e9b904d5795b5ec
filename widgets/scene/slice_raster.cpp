// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/slice_raster.h"

#include <algorithm>
#include <cmath>

namespace pulmo {

namespace {

/// Which voxel, or which two and in what share, one screen column or row shows.
struct Sample {
  int first;  ///< of the two for linear interpolation; -1 = outside the slice
  int share;  ///< of the second, 0..256
  int nearest;
};

/// @param index  continuous voxel index of each pixel's middle
template <class IndexOf>
std::vector<Sample> samplesOf(int pixels, int voxels, const IndexOf& index) {
  std::vector<Sample> samples(static_cast<std::size_t>(pixels));
  for (int p = 0; p < pixels; ++p) {
    const double at = index(p + 0.5);
    Sample& sample = samples[static_cast<std::size_t>(p)];
    if (at < -0.5 || at >= voxels - 0.5) {
      sample = {-1, 0, -1};
      continue;
    }
    const double inside = std::clamp(at, 0.0, voxels - 1.0);
    const int first = std::clamp(static_cast<int>(inside), 0, std::max(0, voxels - 2));
    sample = {first, voxels > 1 ? static_cast<int>(std::lround((inside - first) * 256)) : 0,
              static_cast<int>(std::floor(at + 0.5))};
  }
  return samples;
}

std::vector<Sample> columnsOf(const PixelView& out, const SliceGeometry& geometry, int voxels) {
  return samplesOf(out.width, voxels, [&](double x) { return geometry.acrossAt(x); });
}

std::vector<Sample> rowsOf(const PixelView& out, const SliceGeometry& geometry, int voxels) {
  return samplesOf(out.height, voxels, [&](double y) { return geometry.downAt(y); });
}

/// The columns that lie on the slice: they are one run.
struct Run {
  int begin, end;
};
Run runOf(const std::vector<Sample>& samples) {
  const auto on = [](const Sample& s) { return s.first >= 0; };
  const auto begin = std::find_if(samples.begin(), samples.end(), on);
  const auto end = std::find_if_not(begin, samples.end(), on);
  return {static_cast<int>(begin - samples.begin()), static_cast<int>(end - samples.begin())};
}

}  // namespace

template <class Voxel>
SliceView<Voxel> SliceCache<Voxel>::slice(const VolumePtr& volume, Orientation orientation, int index) {
  const Index3& size = volume->grid().size;
  const SliceAxes& axes = sliceAxes(orientation);
  const int width = size[axes.across];
  const int height = size[axes.down];
  if (orientation == Orientation::Axial) return {volume->slice(index), width, height};
  for (const Kept& kept : kept_)
    if (kept.index == index && kept.orientation == orientation && kept.volume.lock() == volume)
      return {kept.voxels.data(), width, height};
  Kept& kept = kept_[next_];
  next_ = (next_ + 1) % kKept;
  kept.volume = volume;
  kept.orientation = orientation;
  kept.index = index;
  kept.voxels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  Voxel* to = kept.voxels.data();
  for (int v = 0; v < height; ++v, to += width) {
    if (orientation == Orientation::Coronal) {
      const Voxel* from = volume->voxels().data() + volume->offset({0, index, v});
      std::copy(from, from + width, to);
    } else {
      const Voxel* from = volume->voxels().data() + volume->offset({index, 0, v});
      for (int u = 0; u < width; ++u) to[u] = from[static_cast<std::ptrdiff_t>(u) * size[0]];
    }
  }
  return {kept.voxels.data(), width, height};
}
template <class Voxel>
void SliceCache<Voxel>::forget(const VolumePtr& volume) {
  for (Kept& kept : kept_)
    if (kept.volume.lock() == volume) kept.index = -1;
}
template class SliceCache<std::int16_t>;
template class SliceCache<std::uint8_t>;

void drawCt(const PixelView& out, const SliceGeometry& geometry, const SliceView<std::int16_t>& ct,
            const WindowLut& lut) {
  const std::vector<Sample> columns = columnsOf(out, geometry, ct.width);
  const std::vector<Sample> rows = rowsOf(out, geometry, ct.height);
  const Run run = runOf(columns);
  if (run.begin == run.end) return;
  const int first = columns[static_cast<std::size_t>(run.begin)].first;
  const int last = std::min(ct.width - 1, columns[static_cast<std::size_t>(run.end - 1)].first + 1);
  const Pixel* grey = lut.zero();
  // Down first: that pass runs along memory and is vectorised. Values stay whole numbers, 1/16 HU apart, and the sums
  // below 2^28. One slot more than the slice is wide: a slice of one column has no second voxel.
  std::vector<int> line(static_cast<std::size_t>(ct.width) + 1, 0);
  for (int y = 0; y < out.height; ++y) {
    const Sample& row = rows[static_cast<std::size_t>(y)];
    if (row.first < 0) continue;
    const std::int16_t* a = ct.voxels + static_cast<std::ptrdiff_t>(row.first) * ct.width;
    const std::int16_t* b = row.share > 0 ? a + ct.width : a;
    for (int u = first; u <= last; ++u)
      line[static_cast<std::size_t>(u)] = (a[u] * (256 - row.share) + b[u] * row.share) >> 4;
    Pixel* to = out.row(y);
    for (int x = run.begin; x < run.end; ++x) {
      const Sample& column = columns[static_cast<std::size_t>(x)];
      const int* two = line.data() + column.first;
      to[x] = grey[(two[0] * (256 - column.share) + two[1] * column.share + 2048) >> 12];
    }
  }
}

void drawLabels(const PixelView& out, const SliceGeometry& geometry, const SliceView<std::uint8_t>& labels,
                double opacity, const std::array<Pixel, 256>& colours) {
  const double weight = std::clamp(opacity, 0.0, 1.0) * 256;
  if (weight == 0) return;
  std::array<unsigned, 256> weights{};
  for (std::size_t id = 1; id < weights.size(); ++id)
    weights[id] = static_cast<unsigned>(std::lround(weight * (colours[id] >> 24U) / 255));
  const std::vector<Sample> columns = columnsOf(out, geometry, labels.width);
  const std::vector<Sample> rows = rowsOf(out, geometry, labels.height);
  const Run run = runOf(columns);
  for (int y = 0; y < out.height; ++y) {
    const int v = rows[static_cast<std::size_t>(y)].nearest;
    if (v < 0) continue;
    const std::uint8_t* from = labels.voxels + static_cast<std::ptrdiff_t>(v) * labels.width;
    Pixel* to = out.row(y);
    for (int x = run.begin; x < run.end; ++x) {
      const std::uint8_t label = from[columns[static_cast<std::size_t>(x)].nearest];
      if (label != 0) to[x] = blended(to[x], colours[label], weights[label]);
    }
  }
}

void LinePainter::begin(const PixelView& out) {
  out_ = out;
  const auto pixels = static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height);
  if (coverage_.size() < pixels) coverage_.resize(pixels, 0);
}

void LinePainter::addLine(double x0, double y0, double x1, double y1, double width) {
  const double reach = width / 2 + 0.5;
  const int left = std::max(0, static_cast<int>(std::floor(std::min(x0, x1) - reach)));
  const int right = std::min(out_.width - 1, static_cast<int>(std::floor(std::max(x0, x1) + reach)));
  const int top = std::max(0, static_cast<int>(std::floor(std::min(y0, y1) - reach)));
  const int bottom = std::min(out_.height - 1, static_cast<int>(std::floor(std::max(y0, y1) + reach)));
  const double dx = x1 - x0;
  const double dy = y1 - y0;
  const double inverse = dx * dx + dy * dy > 0 ? 1 / (dx * dx + dy * dy) : 0;
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      const double px = x + 0.5 - x0;
      const double py = y + 0.5 - y0;
      const double along = std::clamp((px * dx + py * dy) * inverse, 0.0, 1.0);
      const double ex = px - along * dx;
      const double ey = py - along * dy;
      const double square = ex * ex + ey * ey;
      if (square >= reach * reach) continue;
      const auto covered = static_cast<std::uint8_t>(std::min(1.0, reach - std::sqrt(square)) * 255);
      const auto at = static_cast<std::uint32_t>(y * out_.width + x);
      if (covered <= coverage_[at]) continue;
      if (coverage_[at] == 0) touched_.push_back(at);
      coverage_[at] = covered;
    }
  }
}

void LinePainter::paint(Pixel colour, double opacity) {
  const auto width = static_cast<std::uint32_t>(out_.width);
  const auto most = static_cast<unsigned>(std::lround(opacity * 256));
  for (const std::uint32_t at : touched_) {
    Pixel& pixel = out_.row(static_cast<int>(at / width))[at % width];
    pixel = blended(pixel, colour, coverage_[at] * most / 255);
    coverage_[at] = 0;
  }
  touched_.clear();
}

void fillRectangle(const PixelView& out, int x, int y, int width, int height, Pixel colour, unsigned weight) {
  const int left = std::max(0, x);
  const int right = std::min(out.width, x + width);
  for (int j = std::max(0, y); j < std::min(out.height, y + height); ++j) {
    Pixel* row = out.row(j);
    for (int i = left; i < right; ++i) row[i] = blended(row[i], colour, weight);
  }
}

}  // namespace pulmo
