// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "pipeline/core/view_types.h"
#include "pipeline/core/volume.h"
#include "widgets/scene/slice_geometry.h"
#include "widgets/scene/slice_raster.h"
#include "widgets/scene/slice_text.h"

namespace pulmo {

/// What the scenes of one thread keep together, since they mostly show the same slices and texts.
struct SharedSlices {
  TextCache texts;
  SliceCache<std::int16_t> ct;
  SliceCache<std::uint8_t> labels;
};

/// One axial slice that is shown in place of the volume's: a preview that is there before its volume.
struct SlicePatch {
  int z = 0;
  CtPtr ct;         ///< one slice of the volume's width and height; null = the volume's own
  LabelPtr labels;  ///< likewise
};
using SlicePatchPtr = std::shared_ptr<const SlicePatch>;

/// One slice of a scan with a mask over it, written facts and a crosshair: settings in, pixels out.
///
/// Drawn by the processor, not by OpenGL: where OpenGL is done in software (remote desktops) one such pane through VTK
/// costs about 15 ms, this 2 ms; it needs no display, and a test sees the very pixels that the window shows. VTK's
/// FreeType makes the letters.
///
/// Not drawn until render(). One thread only. The labels must lie on the CT's grid; others are not shown.
class SliceScene {
 public:
  explicit SliceScene(std::shared_ptr<SharedSlices> shared = std::make_shared<SharedSlices>());

  void setCt(CtPtr ct);                   ///< null = nothing to show
  void setLabels(LabelPtr labels);        ///< null = none
  void labelsEdited();                    ///< the voxels of the labels have changed
  void setLabelsExpected(bool expected);  ///< without labels there is nothing to show
  void setPalette(LabelPalette palette);  ///< of the labels; the lungs' unless set
  void setPatch(SlicePatchPtr patch);     ///< null = none; one of another size is not shown
  void setSlice(Orientation orientation, const Index3& cursor);
  void setWindow(const WindowHu& window);
  void setOverlay(const OverlayStyle& style);
  void setView(const Point3& focus, double zoom);  ///< focus as in SliceGeometry
  void setCrosshair(bool visible);
  void setSphere(double radiusMm);             ///< round the cursor, as the circle that the slice cuts it in; 0 = none
  void setAnnotated(bool annotated);           ///< false: no text, letter or ruler is drawn, and no font is asked for
  void setProbe(std::optional<Index3> voxel);  ///< whose value is written; nullopt = the cursor's
  void setTitle(std::string title);            ///< utf-8
  void setEmptyText(std::string sentence);     ///< shown in the middle where there is nothing to show; utf-8
  void setViewport(int width, int height, double scale = 1);  ///< device pixels, and how many of them a logical one has

  [[nodiscard]] bool empty() const { return !ct_ || (labelsExpected_ && !labelsShown() && !patchedLabels()); }
  [[nodiscard]] Orientation orientation() const { return orientation_; }
  [[nodiscard]] const SliceGeometry& geometry() const { return geometry_; }  ///< without a CT: of no meaning
  /// The continuous voxel index under a device pixel position, on this slice. nullopt outside the scan.
  [[nodiscard]] std::optional<Point3> voxelAt(double x, double y) const;
  /// Device pixel position of a voxel's projection on this slice.
  [[nodiscard]] std::array<double, 2> pixelOf(const Point3& voxel) const { return geometry_.pixelOf(voxel); }

  /// Draws all of it. @pre out has the viewport's size
  /// @cost  about 2 ms for 500 x 450 pixels of a 512 x 512 slice
  void render(const PixelView& out);

  /// Where render()'s time went, in ms, added up over all calls.
  struct Times {
    double ct = 0, labels = 0, outlines = 0, annotations = 0;
  };
  [[nodiscard]] const Times& times() const { return times_; }

 private:
  [[nodiscard]] bool labelsShown() const { return labels_ && ct_ && labels_->grid().size == ct_->grid().size; }
  [[nodiscard]] bool patched() const { return patch_ && orientation_ == Orientation::Axial && cursor_[2] == patch_->z; }
  [[nodiscard]] const LabelVolume* patchedLabels() const;
  [[nodiscard]] const CtVolume* patchedCt() const;
  void updateGeometry();
  void drawMask(const PixelView& out);
  void drawOutlines(const PixelView& out, const SliceView<std::uint8_t>& labels);
  void drawSphere(const PixelView& out);
  [[nodiscard]] struct SliceFacts facts() const;

  CtPtr ct_;
  LabelPtr labels_;
  bool labelsExpected_ = false;
  SlicePatchPtr patch_;
  LabelPalette palette_ = lungPalette();
  Orientation orientation_ = Orientation::Axial;
  Index3 cursor_{0, 0, 0};
  Point3 focus_{0, 0, 0};
  double zoom_ = 1;
  OverlayStyle overlay_;
  bool crosshair_ = true, annotated_ = true;
  double sphereMm_ = 0;
  std::optional<Index3> probe_;
  std::string title_, emptyText_;
  int width_ = 1, height_ = 1;
  double scale_ = 1;

  SliceGeometry geometry_;
  WindowLut lut_;
  std::shared_ptr<SharedSlices> shared_;
  LinePainter lines_;
  Times times_;
};

}  // namespace pulmo
