// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/lesion_painter.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "pipeline/simulate/cell_pattern.h"

namespace pulmo {

namespace {

constexpr float kLungHu = -860;  // of healthy lung, from which densities are reckoned
constexpr float kTissueHu = 40;
constexpr float kAirHu = -985;

/// The share of a voxel's air that has to give way to tissue for lung to reach `hu`.
float fillFor(double hu) {
  return std::clamp((static_cast<float>(hu) - kLungHu) / (kTissueHu - kLungHu), 0.F, 1.F);
}

class Painter {
 public:
  Painter(const LesionField& field, int z, std::int16_t* ct, const std::uint8_t* lungs, std::uint8_t* labels)
      : field_(field),
        z_(z),
        nx_(field.shape.grid.size[0]),
        ny_(field.shape.grid.size[1]),
        mm_(field.shape.grid.spacingMm),
        ct_(ct),
        lungs_(lungs),
        labels_(labels),
        noise_(measureNoise(ct, lungs, nx_, ny_)),
        grain_(GrainTile::sliceOf(field.seed, z, noise_.correlation)) {
    for (auto* row : {&cover_, &mottle_, &coarse_, &streak_, &depth_}) row->resize(static_cast<std::size_t>(nx_));
    scratch_.resize(4 * static_cast<std::size_t>(nx_));
  }

  void paint(const Lesion& lesion) {
    const Bounds b = lesion.bounds();
    const double zMm = z_ * mm_[2];
    if (zMm < b.low[2] || zMm > b.high[2]) return;
    x0_ = std::max(0, static_cast<int>(std::ceil(b.low[0] / mm_[0])));
    x1_ = std::min(nx_ - 1, static_cast<int>(std::floor(b.high[0] / mm_[0])));
    y0_ = std::max(0, static_cast<int>(std::ceil(b.low[1] / mm_[1])));
    y1_ = std::min(ny_ - 1, static_cast<int>(std::floor(b.high[1] / mm_[1])));
    if (x0_ > x1_ || y0_ > y1_) return;
    drawBronchi(lesion, zMm);
    CellPattern cells(field_.noise, lesion.cellMm, lesion.offset);
    for (int y = y0_; y <= y1_; ++y) paintRow(lesion, cells, y, zMm);
  }

  /// Voxels outside the mask that are part lung, part wall, become wall as far as the lung beside them became dense.
  void closeRim(const std::vector<std::int16_t>& before) {
    constexpr int kLow = -600, kHigh = -15;
    const int reach = mm_[0] < 0.75 ? 2 : 1;
    for (int y = reach; y < ny_ - reach; ++y)
      for (int x = reach; x < nx_ - reach; ++x) {
        const std::size_t i = at(x, y);
        if (lungs_[i] != 0 || before[i] < kLow || before[i] > kHigh) continue;
        float dense = 0;
        for (int v = -reach; v <= reach; ++v)
          for (int u = -reach; u <= reach; ++u) {
            const std::size_t n = at(x + u, y + v);
            if (lungs_[n] == 0 || ct_[n] == before[n]) continue;
            dense =
                std::max(dense, static_cast<float>(ct_[n] - before[n]) / (kTissueHu - std::min<float>(before[n], -60)));
          }
        if (dense < 0.25F) continue;
        put(i, over({static_cast<float>(before[i]), 0}, std::min(dense, 1.F), 25), field_.grain.at(grain_, x, y));
      }
  }

 private:
  [[nodiscard]] std::size_t at(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(nx_) + static_cast<std::size_t>(x);
  }

  /// Coverage by lumen, over the lesion's box; empty where no airway crosses the slice.
  void drawBronchi(const Lesion& lesion, double zMm) {
    air_.clear();
    const auto width = static_cast<std::size_t>(x1_ - x0_ + 1);
    const double soft = 0.5 * mm_[0], slab = 0.35 * mm_[2];
    for (const Tube& t : lesion.bronchi) {
      const double r = std::max(t.r0, t.r1) + soft;
      if (zMm < std::min(t.from[2], t.to[2]) - r - slab || zMm > std::max(t.from[2], t.to[2]) + r + slab) continue;
      const int xa = std::max(x0_, static_cast<int>(std::ceil((std::min(t.from[0], t.to[0]) - r) / mm_[0])));
      const int xb = std::min(x1_, static_cast<int>(std::floor((std::max(t.from[0], t.to[0]) + r) / mm_[0])));
      const int ya = std::max(y0_, static_cast<int>(std::ceil((std::min(t.from[1], t.to[1]) - r) / mm_[1])));
      const int yb = std::min(y1_, static_cast<int>(std::floor((std::max(t.from[1], t.to[1]) + r) / mm_[1])));
      if (xa > xb || ya > yb) continue;
      if (air_.empty()) air_.assign(width * static_cast<std::size_t>(y1_ - y0_ + 1), 0.F);
      for (int y = ya; y <= yb; ++y)
        for (int x = xa; x <= xb; ++x) {
          const double d = t.distance({x * mm_[0], y * mm_[1], zMm});
          const auto covered = static_cast<float>(std::clamp(0.5 - d / (2 * soft), 0.0, 1.0));
          float& to = air_[width * static_cast<std::size_t>(y - y0_) + static_cast<std::size_t>(x - x0_)];
          to = std::max(to, covered);
        }
    }
  }

  /// Depth below the pleura, mm, between the coarse cells.
  void depthRow(const PointRow& row) {
    const LungShape& s = field_.shape;
    const auto part = [](double position, int size, int& low, int& high) {
      const double p = std::clamp(position, 0.0, static_cast<double>(size - 1));
      low = static_cast<int>(p);
      high = std::min(low + 1, size - 1);
      return static_cast<float>(p - low);
    };
    int ya = 0, yb = 0, za = 0, zb = 0, xa = 0, xb = 0;
    const double half = (s.step - 1) / 2.0;
    const float ty = part((row.y / mm_[1] - half) / s.step, s.coarseSize[1], ya, yb);
    const float tz = part((z_ - (s.stepZ - 1) / 2.0) / s.stepZ, s.coarseSize[2], za, zb);
    const auto cx = static_cast<std::size_t>(s.coarseSize[0]), cy = static_cast<std::size_t>(s.coarseSize[1]);
    const auto line = [&](int y, int z) {
      return s.coarseDepthMm.data() + cx * (static_cast<std::size_t>(y) + cy * static_cast<std::size_t>(z));
    };
    const std::uint8_t *aa = line(ya, za), *ba = line(yb, za), *ab = line(ya, zb), *bb = line(yb, zb);
    const auto column = [&](int x) {
      const float a = static_cast<float>(aa[x]) + ty * static_cast<float>(ba[x] - aa[x]);
      const float b = static_cast<float>(ab[x]) + ty * static_cast<float>(bb[x] - ab[x]);
      return a + tz * (b - a);
    };
    for (int x = row.first; x <= row.last; ++x) {
      const float t = part((x - half) / s.step, s.coarseSize[0], xa, xb);
      const float a = column(xa), b = column(xb);
      depth_[static_cast<std::size_t>(x - row.first)] = a + t * (b - a);
    }
  }

  void paintRow(const Lesion& lesion, CellPattern& cells, int y, double zMm) {
    int first = x0_, last = x1_;
    while (first <= last && lungs_[at(first, y)] != lesion.side) ++first;
    while (last >= first && lungs_[at(last, y)] != lesion.side) --last;
    if (first > last) return;
    const PointRow row{0, mm_[0], y * mm_[1], zMm, first, last};
    const auto n = static_cast<std::size_t>(last - first + 1);
    if (lesion.depthMm > 0 || lesion.hugs) depthRow(row);
    coverRow(field_.noise, lesion, row, depth_.data(), cover_.data(), scratch_.data());
    if (std::all_of(cover_.begin(), cover_.begin() + static_cast<std::ptrdiff_t>(n),
                    [](float c) { return c < kLeastCover; }))
      return;
    std::fill_n(mottle_.begin(), n, 0.F);
    std::fill_n(coarse_.begin(), n, 0.F);
    const Mm3& o = lesion.offset;
    field_.noise.add(row, 9, {o[0] + 2, o[1] + 9, o[2] + 15}, 0.75F, mottle_.data());
    field_.noise.add(row, 2.6, {o[0] + 6, o[1] + 1, o[2] + 29}, 0.65F, mottle_.data());
    std::fill_n(streak_.begin(), n, 0.F);
    field_.noise.add(row, 6.5, {o[0] + 14, o[1] + 30, o[2] + 7}, 1, streak_.data());
    field_.noise.add(row, 21, {o[0] + 27, o[1] + 12, o[2] + 2}, 1, coarse_.data());
    for (int x = first; x <= last; ++x) {
      const std::size_t i = at(x, y), k = static_cast<std::size_t>(x - first);
      if (cover_[k] < kLeastCover || lungs_[i] != lesion.side) continue;
      if (put(i, opacity(lesion, cells, {x * mm_[0], row.y, zMm}, k, i), field_.grain.at(grain_, x, y)))
        labels_[i] = static_cast<std::uint8_t>(lesion.kind);
    }
  }

  /// What a voxel becomes before noise, and how much of its own noise was lost on the way.
  struct Paint {
    float hu, lost;
  };

  /// What is denser already, a vessel with contrast above all, gives way to nothing.
  static Paint fill(float hu, float share, float tissue) {
    const float yields = share * std::clamp(1 - (hu - tissue) / 100, 0.F, 1.F);
    return {hu + yields * (tissue - hu), yields};
  }
  static Paint over(const Paint& p, float share, float hu) {
    return {p.hu + share * (hu - p.hu), 1 - (1 - p.lost) * (1 - share)};
  }

  /// Thickness varies, and a reconstruction blurs by some 0.7 mm beside the voxel.
  [[nodiscard]] float lineCover(const Lesion& lesion, float toFace, std::size_t k) const {
    const auto blur = static_cast<float>(mm_[0] + 0.7);
    const float width = static_cast<float>(lesion.lineMm) * std::clamp(1 + 0.5F * streak_[k], 0.3F, 1.8F);
    return std::clamp((0.5F * width - toFace) / blur + 0.5F, 0.F, std::min(1.F, 1.2F * width / blur));
  }

  /// No two walls are equally dense.
  [[nodiscard]] float lineHu(const Lesion& l, std::size_t k) const {
    return std::min(static_cast<float>(l.lineHu) + 130 * mottle_[k] + 90 * coarse_[k], kTissueHu);
  }

  /// Thin curved sheets where a field passes through 0: streaks and thickened walls.
  [[nodiscard]] float ridge(std::size_t k) const {
    const float r = std::max(0.F, 1 - 3 * std::abs(streak_[k]));
    return r * r;
  }

  [[nodiscard]] Paint opacity(const Lesion& l, CellPattern& cells, const Mm3& p, std::size_t k, std::size_t i) const {
    const auto was = static_cast<float>(ct_[i]);
    const float uneven =
        std::clamp(1 + static_cast<float>(l.mottle) * (mottle_[k] + 0.8F * coarse_[k] + 1.3F * ridge(k)), 0.3F, 1.8F);
    float cover = cover_[k];
    if (l.depthMm > 0) {
      const auto limit = static_cast<float>(l.depthMm);
      cover *= std::clamp((limit * (1 + 0.35F * coarse_[k]) - depth_[k]) / (0.3F * limit), 0.F, 1.F);
      if (cover < kLeastCover) return {was, 0};
    }
    switch (l.kind) {
      case LesionKind::GroundGlass:
        return fill(was, cover * std::min(0.55F, fillFor(l.hu) * uneven), kTissueHu);
      case LesionKind::CrazyPaving: {
        const Paint haze = fill(was, cover * std::min(0.6F, fillFor(l.hu) * uneven), kTissueHu);
        return net(l, cells, p, k, haze, cover);
      }
      case LesionKind::Reticulation: {
        const Paint haze = fill(was, cover * fillFor(l.hu) * uneven, kTissueHu);
        return net(l, cells, p, k, haze, cover);
      }
      case LesionKind::Honeycombing:
        return comb(l, cells, p, k, was, cover);
      case LesionKind::Diffuse:
        return settled(l, p, k, i, was, cover);
      default:
        return dense(l, k, i, was, cover);
    }
  }

  /// Bends the foam, so that its faces are no planes.
  [[nodiscard]] float faceAt(CellPattern& cells, const Lesion& l, const Mm3& p, std::size_t k) const {
    const double bend = 0.16 * l.cellMm;
    return cells.toFace({p[0] + bend * static_cast<double>(mottle_[k]), p[1] + bend * static_cast<double>(coarse_[k]),
                         p[2] + bend * static_cast<double>(mottle_[k] - coarse_[k])});
  }

  [[nodiscard]] Paint net(const Lesion& l, CellPattern& cells, const Mm3& p, std::size_t k, const Paint& haze,
                          float cover) const {
    const float line = lineCover(l, faceAt(cells, l, p, k), k);
    if (line <= 0) return haze;
    const float strength = std::clamp(0.6F + 0.45F * mottle_[k] + 0.25F * coarse_[k], 0.F, 1.F);  // they fade and stop
    const float target = std::max(haze.hu, lineHu(l, k));
    return over(haze, cover * line * strength, target);
  }

  /// Walls around air, in lung that is fibrous between: cells lie in clusters, some stay shut.
  [[nodiscard]] Paint comb(const Lesion& l, CellPattern& cells, const Mm3& p, std::size_t k, float was,
                           float cover) const {
    const float wall = lineCover(l, faceAt(cells, l, p, k), k);
    const float open = std::clamp(1.4F + 1.1F * coarse_[k] + 0.5F * mottle_[k], 0.F, 1.F);
    const Paint fibrous =
        fill(was, cover * std::clamp(0.3F + 0.14F * mottle_[k] + 0.1F * streak_[k], 0.05F, 0.7F), kTissueHu);
    const Paint lumen =
        over(fibrous, cover * open * (1 - wall), std::min(was, static_cast<float>(l.hu) + 30 * mottle_[k]));
    return over(lumen, cover * wall * (0.5F + 0.5F * open), std::max(lumen.hu, lineHu(l, k)));
  }

  [[nodiscard]] float airAt(std::size_t i) const {
    if (air_.empty()) return 0;
    const int x = static_cast<int>(i % static_cast<std::size_t>(nx_)) - x0_;
    const int y = static_cast<int>(i / static_cast<std::size_t>(nx_)) - y0_;
    return air_[static_cast<std::size_t>(y) * static_cast<std::size_t>(x1_ - x0_ + 1) + static_cast<std::size_t>(x)];
  }

  /// A dense middle that frays into ground-glass: noise decides where it ends, more than distance does.
  [[nodiscard]] Paint dense(const Lesion& l, std::size_t k, std::size_t i, float was, float cover) const {
    const float uneven = 0.17F * mottle_[k] + 0.06F * streak_[k] + 0.15F * ridge(k);
    const float edge = std::clamp((cover + uneven * (1.2F - cover) - 0.3F) / 0.52F, 0.F, 1.F);
    const float solid =
        edge * edge * (3 - 2 * edge) * std::clamp(1.2F + 0.3F * coarse_[k] + 0.1F * mottle_[k], 0.5F, 1.F);
    const float haze = 0.34F * cover * std::clamp(1 + 0.4F * mottle_[k], 0.3F, 1.6F);
    const Paint opaque = fill(was, std::max(haze, 0.97F * solid), static_cast<float>(l.hu));
    return over(opaque, solid * airAt(i) * 0.95F, kAirHu);
  }

  [[nodiscard]] Paint settled(const Lesion& l, const Mm3& p, std::size_t k, std::size_t i, float was,
                              float cover) const {
    const double down = (p[1] - l.gravityY0) / std::max(1.0, l.gravityY1 - l.gravityY0);
    const float t =
        std::clamp(static_cast<float>(down) + 0.2F * coarse_[k] + 0.1F * mottle_[k] + 0.1F * ridge(k), 0.F, 1.F);
    const float share = 0.14F + 0.83F * t * t * (3 - 2 * t);
    const Paint opaque = fill(was, cover * share, static_cast<float>(l.hu));
    return over(opaque, cover * share * airAt(i) * 0.95F, kAirHu);
  }

  bool put(std::size_t i, const Paint& paint, float grain) {
    const float lost = std::clamp(paint.lost, 0.F, 1.F);
    const float value = paint.hu + static_cast<float>(noise_.sdHu) * std::sqrt(lost * (2 - lost)) * grain;
    const auto hu = static_cast<std::int16_t>(std::clamp(std::floor(value + 0.5F), -1024.F, 3071.F));
    const bool changes = hu != ct_[i];
    ct_[i] = hu;
    return changes;
  }

  const LesionField& field_;
  int z_, nx_, ny_;
  Point3 mm_;
  std::int16_t* ct_;
  const std::uint8_t* lungs_;
  std::uint8_t* labels_;
  SliceNoise noise_;
  GrainTile::Slice grain_;
  int x0_ = 0, x1_ = -1, y0_ = 0, y1_ = -1;
  std::vector<float> cover_, mottle_, coarse_, streak_, depth_, scratch_, air_;
};

}  // namespace

std::size_t paintLesions(const LesionField& field, const std::vector<Lesion>& lesions, bool closeRim, int z,
                         std::int16_t* ct, const std::uint8_t* lungs, std::uint8_t* labels) {
  const double zMm = z * field.shape.grid.spacingMm[2];
  const bool any = std::any_of(lesions.begin(), lesions.end(), [&](const Lesion& l) {
    const Bounds b = l.bounds();
    return zMm >= b.low[2] && zMm <= b.high[2];
  });
  if (!any) return 0;
  const auto [nx, ny, nz] = field.shape.grid.size;
  const std::size_t plane = static_cast<std::size_t>(nx) * static_cast<std::size_t>(ny);
  const std::vector<std::int16_t> before(ct, ct + plane);
  std::vector<std::uint8_t> own(plane, 0);
  Painter painter(field, z, ct, lungs, own.data());
  for (const Lesion& lesion : lesions) painter.paint(lesion);
  std::size_t changed = 0;
  for (std::size_t i = 0; i < plane; ++i) {
    if (ct[i] == before[i]) continue;
    ++changed;
    if (labels != nullptr) labels[i] = own[i];
  }
  if (closeRim && changed > 0) painter.closeRim(before);
  return changed;
}

}  // namespace pulmo
