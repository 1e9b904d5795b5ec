// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/distance_visit.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "pipeline/core/parallel.h"

namespace pulmo {
namespace {

constexpr float kNone = std::numeric_limits<float>::infinity();

/// Columns worked on together: 16 floats are a cache line, so strided memory is read a line at a time.
constexpr std::size_t kBlock = 16;

/// The lower envelope of parabolas of one curvature, rooted at the samples of a column.
class LowerEnvelope {
 public:
  LowerEnvelope(std::size_t length, double spacingMm)
      : curve_(spacingMm * spacingMm), halfSpan_(length), parts_(length) {
    for (std::size_t d = 1; d < length; ++d) halfSpan_[d] = 0.5 / (curve_ * static_cast<double>(d));
  }

  void build(const float* height, std::size_t length) {
    count_ = 0;
    current_ = 0;
    for (std::size_t q = 0; q < length; ++q) {
      if (height[q] == kNone) continue;
      const auto position = static_cast<double>(q);
      const double lift = static_cast<double>(height[q]) + curve_ * position * position;
      double from = -std::numeric_limits<double>::infinity();
      while (count_ > 0) {
        const Part& last = parts_[count_ - 1];
        from = (lift - last.lift) * halfSpan_[q - last.site];
        if (from > last.from) break;
        --count_;
        from = -std::numeric_limits<double>::infinity();
      }
      parts_[count_++] = {from, lift, static_cast<double>(height[q]), q};
    }
  }

  /// @pre positions are asked in ascending order between two builds
  double at(std::size_t position) {
    if (count_ == 0) return static_cast<double>(kNone);
    const auto p = static_cast<double>(position);
    while (current_ + 1 < count_ && parts_[current_ + 1].from < p) ++current_;
    const double away = p - static_cast<double>(parts_[current_].site);
    return parts_[current_].height + curve_ * away * away;
  }

 private:
  struct Part {
    double from;  ///< lowest from here, in samples
    double lift;  ///< height + curve * site^2
    double height;
    std::size_t site;
  };
  double curve_;
  std::vector<double> halfSpan_;  ///< 1 / (2 * curve * distance between two sites)
  std::vector<Part> parts_;
  std::size_t count_ = 0, current_ = 0;
};

/// Squared distance along x to the nearest source of the row. @return whether there is one
bool alongX(const std::uint8_t* marks, std::uint8_t source, std::size_t nx, float spacing, float* out) {
  std::size_t first = 0;
  while (first < nx && (marks[first] & source) == 0) ++first;
  if (first == nx) {
    std::fill(out, out + nx, kNone);
    return false;
  }
  std::size_t last = first;  // nearest source at or before x
  for (std::size_t x = 0; x < first; ++x) out[x] = static_cast<float>(first - x);
  for (std::size_t x = first; x < nx; ++x) {
    if ((marks[x] & source) != 0) {
      for (std::size_t back = x; back-- > last + (x - last) / 2 + 1;) out[back] = static_cast<float>(x - back);
      last = x;
    }
    out[x] = static_cast<float>(x - last);
  }
  for (std::size_t x = 0; x < nx; ++x) {
    const float mm = out[x] * spacing;
    out[x] = mm * mm;
  }
  return true;
}

/// The slice's own distances, in x and y: from those in x, in place.
void alongY(float* slice, std::size_t nx, std::size_t ny, double spacingMm) {
  LowerEnvelope envelope(ny, spacingMm);
  std::vector<float> columns(ny * kBlock);
  for (std::size_t x0 = 0; x0 < nx; x0 += kBlock) {
    const std::size_t width = std::min(kBlock, nx - x0);
    for (std::size_t y = 0; y < ny; ++y)
      for (std::size_t c = 0; c < width; ++c) columns[c * ny + y] = slice[nx * y + x0 + c];
    for (std::size_t c = 0; c < width; ++c) {
      float* column = columns.data() + c * ny;
      envelope.build(column, ny);
      for (std::size_t y = 0; y < ny; ++y) column[y] = static_cast<float>(envelope.at(y));
    }
    for (std::size_t y = 0; y < ny; ++y)
      for (std::size_t c = 0; c < width; ++c) slice[nx * y + x0 + c] = columns[c * ny + y];
  }
}

/// Which columns of a block hold targets, and which of those are not all sources themselves.
struct BlockNeed {
  std::uint32_t visited = 0, measured = 0;
};

BlockNeed needOf(const std::uint8_t* marks, std::size_t stride, std::size_t nz, std::size_t width, std::uint8_t source,
                 std::uint8_t target) {
  BlockNeed need;
  for (std::size_t z = 0; z < nz; ++z, marks += stride) {
    if (width == kBlock) {
      std::array<std::uint64_t, 2> words{};
      std::memcpy(words.data(), marks, kBlock);
      if ((words[0] | words[1]) == 0) continue;
    }
    for (std::size_t c = 0; c < width; ++c) {
      if ((marks[c] & target) == 0) continue;
      need.visited |= 1U << c;
      if ((marks[c] & source) == 0) need.measured |= 1U << c;
    }
  }
  return need;
}

/// The last axis, for one row y of every slice: told instead of stored.
void alongZ(const MarkedBox& box, const std::vector<float>& planar, std::size_t y, std::uint8_t source,
            std::uint8_t target, const DistanceVisitor& visit) {
  const auto nx = static_cast<std::size_t>(box.size[0]), ny = static_cast<std::size_t>(box.size[1]);
  const auto nz = static_cast<std::size_t>(box.size[2]);
  LowerEnvelope envelope(nz, box.spacingMm[2]);
  std::vector<float> columns(nz * kBlock);
  for (std::size_t x0 = 0; x0 < nx; x0 += kBlock) {
    const std::size_t width = std::min(kBlock, nx - x0);
    const std::size_t start = nx * y + x0;
    const BlockNeed need = needOf(box.marks.data() + start, nx * ny, nz, width, source, target);
    if (need.visited == 0) continue;
    if (need.measured != 0) {
      for (std::size_t z = 0; z < nz; ++z)
        for (std::size_t c = 0; c < width; ++c) columns[c * nz + z] = planar[start + nx * ny * z + c];
    }
    for (std::size_t c = 0; c < width; ++c) {
      if ((need.visited >> c & 1U) == 0) continue;
      if ((need.measured >> c & 1U) != 0) envelope.build(columns.data() + c * nz, nz);
      for (std::size_t z = 0; z < nz; ++z) {
        const std::uint8_t marks = box.marks[start + nx * ny * z + c];
        if ((marks & target) == 0) continue;
        visit({static_cast<int>(x0 + c), static_cast<int>(y), static_cast<int>(z)}, marks,
              (marks & source) != 0 ? 0.0 : std::sqrt(envelope.at(z)));
      }
    }
  }
}

}  // namespace

std::vector<std::uint8_t> bordersOf(const MarkedBox& box, const std::array<bool, 3>& flat, int threads,
                                    const StopToken& stop) {
  const auto nx = static_cast<std::size_t>(box.size[0]), ny = static_cast<std::size_t>(box.size[1]);
  const auto nz = static_cast<std::size_t>(box.size[2]);
  std::vector<std::uint8_t> borders(box.marks.size());
  const std::vector<std::uint8_t> none(nx, 0), all(nx, 0xFF);
  parallelFor(nz, threads, stop, [&](std::size_t z) {
    for (std::size_t y = 0; y < ny; ++y) {
      const std::uint8_t* c = box.marks.data() + nx * (y + ny * z);
      const auto beyond = [&](std::size_t axis) { return (flat[axis] ? all : none).data(); };
      const std::uint8_t* north = y > 0 ? c - nx : beyond(1);
      const std::uint8_t* south = y + 1 < ny ? c + nx : beyond(1);
      const std::uint8_t* below = z > 0 ? c - nx * ny : beyond(2);
      const std::uint8_t* above = z + 1 < nz ? c + nx * ny : beyond(2);
      std::uint8_t* out = borders.data() + nx * (y + ny * z);
      const auto put = [&](std::size_t x, unsigned west, unsigned east) {
        const unsigned inside = west & east & north[x] & south[x] & below[x] & above[x];
        out[x] = static_cast<std::uint8_t>(c[x] & ~inside);
      };
      const unsigned edge = *beyond(0);
      put(0, edge, nx > 1 ? c[1] : edge);
      for (std::size_t x = 1; x + 1 < nx; ++x) put(x, c[x - 1], c[x + 1]);
      if (nx > 1) put(nx - 1, c[nx - 2], edge);
    }
  });
  return borders;
}

Outcome visitDistances(const MarkedBox& box, std::uint8_t source, std::uint8_t target, int threads,
                       const StopToken& stop, const DistanceVisitor& visit) {
  const auto nx = static_cast<std::size_t>(box.size[0]), ny = static_cast<std::size_t>(box.size[1]);
  const auto nz = static_cast<std::size_t>(box.size[2]);
  std::vector<float> planar(nx * ny * nz);
  const Outcome planes = parallelFor(nz, threads, stop, [&](std::size_t z) {
    float* slice = planar.data() + nx * ny * z;
    bool any = false;
    for (std::size_t y = 0; y < ny; ++y) {
      const std::uint8_t* row = box.marks.data() + nx * (y + ny * z);
      if (alongX(row, source, nx, static_cast<float>(box.spacingMm[0]), slice + nx * y)) any = true;
    }
    if (any) alongY(slice, nx, ny, box.spacingMm[1]);
  });
  if (planes == Outcome::Stopped) return planes;
  return parallelFor(ny, threads, stop, [&](std::size_t y) { alongZ(box, planar, y, source, target, visit); });
}

}  // namespace pulmo
