// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/slice_scene.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "pipeline/core/label_set.h"
#include "widgets/scene/slice_annotation.h"
#include "widgets/scene/slice_contour.h"

namespace pulmo {

namespace {

constexpr double kOutlineWidth = 1.5;  // logical pixels: crisp, and seen over bone

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

std::string labelName(std::uint8_t id) {
  for (const LabelInfo& label : lungLabels())
    if (label.id == id) return std::string(label.name);
  return id == kBackground ? std::string() : "label " + std::to_string(id);
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
void SliceScene::setLabelsExpected(bool expected) {
  labelsExpected_ = expected;
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
    drawCt(out, geometry_, shared_->ct.slice(ct_, orientation_, slice), lut_);
  }
  if (overlay_.visible && labelsShown()) drawMask(out);
  const Stopwatch watch(times_.annotations);
  if (crosshair_) {
    const auto [x, y] = pixelOf({double(cursor_[0]), double(cursor_[1]), double(cursor_[2])});
    drawCrosshair(out, x, y, scale_);
  }
  drawAnnotations(out, geometry_, facts(), scale_, shared_->texts);
}

void SliceScene::drawMask(const PixelView& out) {
  const std::size_t normal = geometry_.axes().normal;
  const int slice = std::clamp(cursor_[normal], 0, labels_->grid().size[normal] - 1);
  SliceView<std::uint8_t> view;
  {
    const Stopwatch watch(times_.labels);
    view = shared_->labels.slice(labels_, orientation_, slice);
    if (!overlay_.outlineOnly) drawLabels(out, geometry_, view, overlay_.opacity);
  }
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
    lines_.paint(labelPixels()[label], opacity);
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
    facts.probe = formatted("%d HU", static_cast<int>((*ct_)[voxel]));
    if (labelsShown()) facts.probeLabel = labelName((*labels_)[voxel]);
  }
  facts.window = formatted("W %.0f   L %.0f", lut_.window().width, lut_.window().centre);
  return facts;
}

}  // namespace pulmo
