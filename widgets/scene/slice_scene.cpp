// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/slice_scene.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "widgets/scene/slice_annotation.h"
#include "widgets/scene/slice_contour.h"

namespace pulmo {

namespace {

constexpr double kOutlineWidth = 1.5;                 // logical pixels: crisp, and seen over bone
constexpr Pixel kSphere = pixelOfRgb(140, 226, 150);  // as the crosshair

/// Adds the time until its end to a sum.
class Stopwatch {
 public:
  explicit Stopwatch(double& sumMs) : sum_(sumMs), start_(std::chrono::steady_clock::now()) {}
  ~Stopwatch() { sum_ += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& sum_;
  std::chrono::steady_clock::time_point start_;
};

template <class... Numbers>
std::string formatted(const char* pattern, Numbers... numbers) {
  char text[96];
  std::snprintf(text, sizeof text, pattern, numbers...);
  return text;
}

/// The voxels of a patch that fits the scan's slices.
template <class V>
const V* fitting(const std::shared_ptr<const V>& patch, const CtPtr& ct) {
  if (!patch || !ct) return nullptr;
  const Index3& size = patch->grid().size;
  const bool fits = size[0] == ct->grid().size[0] && size[1] == ct->grid().size[1] && size[2] == 1;
  return fits ? patch.get() : nullptr;
}

}  // namespace

SliceScene::SliceScene(std::shared_ptr<SharedSlices> shared) : shared_(std::move(shared)) {}

void SliceScene::setCt(CtPtr ct) {
  ct_ = ct && ct->grid().voxelCount() > 0 ? std::move(ct) : nullptr;
  probe_.reset();
  updateGeometry();
}

void SliceScene::setLabels(LabelPtr labels) {
  labels_ = std::move(labels);
}
void SliceScene::labelsEdited() {
  shared_->labels.forget(labels_);
}
void SliceScene::setLabelsExpected(bool expected) {
  labelsExpected_ = expected;
}
void SliceScene::setPalette(LabelPalette palette) {
  palette_ = std::move(palette);
}
void SliceScene::setPatch(SlicePatchPtr patch) {
  patch_ = std::move(patch);
}
const LabelVolume* SliceScene::patchedLabels() const {
  return patched() ? fitting(patch_->labels, ct_) : nullptr;
}
const CtVolume* SliceScene::patchedCt() const {
  return patched() ? fitting(patch_->ct, ct_) : nullptr;
}
void SliceScene::setWindow(const WindowHu& window) {
  lut_.setWindow(window);
}
void SliceScene::setOverlay(const OverlayStyle& style) {
  overlay_ = style;
}
void SliceScene::setCrosshair(bool visible) {
  crosshair_ = visible;
}
void SliceScene::setSphere(double radiusMm) {
  sphereMm_ = radiusMm;
}
void SliceScene::setAnnotated(bool annotated) {
  annotated_ = annotated;
}
void SliceScene::setProbe(std::optional<Index3> voxel) {
  probe_ = voxel;
}
void SliceScene::setTitle(std::string title) {
  title_ = std::move(title);
}
void SliceScene::setEmptyText(std::string sentence) {
  emptyText_ = std::move(sentence);
}

void SliceScene::setSlice(Orientation orientation, const Index3& cursor) {
  orientation_ = orientation;
  cursor_ = cursor;
  updateGeometry();
}

void SliceScene::setView(const Point3& focus, double zoom) {
  focus_ = focus;
  zoom_ = zoom;
  updateGeometry();
}

void SliceScene::setViewport(int width, int height, double scale) {
  width_ = std::max(1, width);
  height_ = std::max(1, height);
  scale_ = scale;
  updateGeometry();
}

void SliceScene::updateGeometry() {
  if (ct_) geometry_ = SliceGeometry(ct_->grid(), orientation_, focus_, zoom_, width_, height_);
}

std::optional<Point3> SliceScene::voxelAt(double x, double y) const {
  if (!ct_) return std::nullopt;
  return geometry_.voxelAt(x, y, cursor_[geometry_.axes().normal]);
}

void SliceScene::render(const PixelView& out) {
  for (int y = 0; y < out.height; ++y) std::fill_n(out.row(y), out.width, pixelOfRgb(0, 0, 0));
  if (empty()) {
    const Stopwatch watch(times_.annotations);
    drawEmptyText(out, emptyText_, scale_, shared_->texts);
    return;
  }
  {
    const Stopwatch watch(times_.ct);
    const int slice = std::clamp(cursor_[geometry_.axes().normal], 0, ct_->grid().size[geometry_.axes().normal] - 1);
    const CtVolume* patch = patchedCt();
    const Index3& size = ct_->grid().size;
    drawCt(out, geometry_,
           patch ? SliceView<std::int16_t>{patch->slice(0), size[0], size[1]}
                 : shared_->ct.slice(ct_, orientation_, slice),
           lut_);
  }
  if (overlay_.visible && (labelsShown() || patchedLabels())) drawMask(out);
  const Stopwatch watch(times_.annotations);
  if (crosshair_) {
    const auto [x, y] = pixelOf({double(cursor_[0]), double(cursor_[1]), double(cursor_[2])});
    drawCrosshair(out, x, y, scale_);
  }
  if (sphereMm_ > 0) drawSphere(out);
  if (annotated_) drawAnnotations(out, geometry_, facts(), scale_, shared_->texts);
}

void SliceScene::drawMask(const PixelView& out) {
  const std::size_t normal = geometry_.axes().normal;
  const Index3& size = ct_->grid().size;
  const int slice = std::clamp(cursor_[normal], 0, size[normal] - 1);
  SliceView<std::uint8_t> view;
  {
    const Stopwatch watch(times_.labels);
    if (const LabelVolume* patch = patchedLabels())
      view = {patch->slice(0), size[0], size[1]};
    else
      view = shared_->labels.slice(labels_, orientation_, slice);
    if (!overlay_.outlineOnly || !palette_.outlined)
      drawLabels(out, geometry_, view, overlay_.opacity * palette_.strength, palette_.colours);
  }
  if (!palette_.outlined) return;
  const Stopwatch watch(times_.outlines);
  drawOutlines(out, view);
}

void SliceScene::drawOutlines(const PixelView& out, const SliceView<std::uint8_t>& labels) {
  std::vector<ContourSegment> segments = labelContours(labels.voxels, labels.width, labels.height);
  std::stable_sort(segments.begin(), segments.end(),
                   [](const ContourSegment& a, const ContourSegment& b) { return a.label < b.label; });
  // Over a filled area the line follows its opacity, so that a faint mask stays faint.
  const double opacity = overlay_.outlineOnly ? 1.0 : std::min(1.0, 0.25 + 1.5 * overlay_.opacity);
  for (auto first = segments.begin(); first != segments.end();) {
    const std::uint8_t label = first->label;
    lines_.begin(out);
    for (; first != segments.end() && first->label == label; ++first)
      lines_.addLine(geometry_.xOf(static_cast<double>(first->across0)),
                     geometry_.yOf(static_cast<double>(first->down0)),
                     geometry_.xOf(static_cast<double>(first->across1)),
                     geometry_.yOf(static_cast<double>(first->down1)), kOutlineWidth * scale_);
    lines_.paint(palette_.colours[label], opacity);
  }
}

void SliceScene::drawSphere(const PixelView& out) {
  const auto [x, y] = pixelOf({double(cursor_[0]), double(cursor_[1]), double(cursor_[2])});
  const double radius = sphereMm_ * geometry_.pixelsPerMm();
  const int corners = std::clamp(static_cast<int>(std::ceil(2 * std::numbers::pi * radius / 3)), 24, 720);
  const auto corner = [&, x = x, y = y](int i) -> std::array<double, 2> {
    const double angle = 2 * std::numbers::pi * i / corners;
    return {x + radius * std::cos(angle), y + radius * std::sin(angle)};
  };
  struct Line {
    double width;
    Pixel colour;
    double opacity;
  };
  // Seen over black and white alike.
  for (const auto& [width, colour, opacity] : {Line{3, pixelOfRgb(0, 0, 0), 0.5}, Line{kOutlineWidth, kSphere, 0.9}}) {
    lines_.begin(out);
    for (int i = 0; i < corners; ++i) {
      const auto from = corner(i), to = corner(i + 1);
      lines_.addLine(from[0], from[1], to[0], to[1], width * scale_);
    }
    lines_.paint(colour, opacity);
  }
}

SliceFacts SliceScene::facts() const {
  const Grid& grid = ct_->grid();
  const std::size_t normal = geometry_.axes().normal;
  SliceFacts facts;
  facts.title = title_;
  facts.slice = formatted("%c %d/%d", "xyz"[normal], cursor_[normal] + 1, grid.size[normal]);
  facts.ruler = grid.spacingKnown;
  if (grid.spacingKnown) facts.positionMm = formatted("%.1f mm", toPatient(grid, cursor_)[normal]);
  const Index3 voxel = probe_.value_or(cursor_);
  if (grid.contains(voxel)) {
    const Index3 flat{voxel[0], voxel[1], 0};
    const CtVolume* ct = patchedCt();
    const LabelVolume* labels = patchedLabels();
    facts.probe = formatted("%d HU", static_cast<int>(ct ? (*ct)[flat] : (*ct_)[voxel]));
    if (labels || labelsShown()) facts.probeLabel = palette_.names[labels ? (*labels)[flat] : (*labels_)[voxel]];
  }
  facts.window = formatted("W %.0f   L %.0f", lut_.window().width, lut_.window().centre);
  return facts;
}

}  // namespace pulmo
