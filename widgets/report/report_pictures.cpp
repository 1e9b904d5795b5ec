// SPDX-License-Identifier: Apache-2.0
#include "widgets/report/report_pictures.h"

#include <algorithm>
#include <memory>
#include <string>

#include "pipeline/metrics/agreement.h"
#include "pipeline/report/number_text.h"
#include "pipeline/report/report_rows.h"
#include "widgets/scene/error_colours.h"
#include "widgets/scene/lung_raster.h"
#include "widgets/scene/pane_picture.h"
#include "widgets/scene/slice_scene.h"

namespace pulmo {

namespace {

// Pixels at which a picture is as fine as print: three slices, or three views and the histogram, fill a line of A4.
constexpr int kSliceWidth = 900, kSliceHeight = 750, kLungsWidth = 660, kLungsHeight = 690;
constexpr double kAroundMm = 12;      // the lungs
constexpr double kLeastStackMm = 60;  // a thinner one is a line in the coronal picture
constexpr double kLineScale = 2;      // of outlines: seen on paper
constexpr WindowHu kWindow{1500, -600};

ReportPicture pictureOf(const std::vector<Pixel>& pixels, int width, int height) {
  ReportPicture picture;
  picture.png = pngOf(rgbOf(pixels, width, height));
  picture.width = width;
  picture.height = height;
  return picture;
}

double extentMm(const Grid& grid, const VoxelBox& box, std::size_t axis) {
  return (box.high[axis] - box.low[axis] + 1) * grid.spacingMm[axis];
}

/// The scale at which each of the pictures shows the lungs.
double commonPixelsPerMm(const Grid& grid, const VoxelBox& lungs, const std::vector<Orientation>& orientations) {
  double least = 100;
  for (const Orientation orientation : orientations) {
    const SliceAxes& axes = sliceAxes(orientation);
    least = std::min({least, kSliceWidth / (extentMm(grid, lungs, axes.across) + 2 * kAroundMm),
                      kSliceHeight / (extentMm(grid, lungs, axes.down) + 2 * kAroundMm)});
  }
  return least;
}

std::string captionOf(const char* name, const Grid& grid, std::size_t normal, const Index3& cursor) {
  std::string caption =
      std::string(name) + ", slice " + std::to_string(cursor[normal] + 1) + " of " + std::to_string(grid.size[normal]);
  if (grid.spacingKnown)
    caption += ", " + std::string(1, "xyz"[normal]) + " = " +
               withMinus(numberText(toPatient(grid, cursor)[normal], 1, "")) + " mm";
  return caption;
}

}  // namespace

LabelPalette agreementPalette() {
  LabelPalette palette;
  const auto set = [&](Agreement what, Pixel colour, const char* name) {
    palette.colours[static_cast<std::size_t>(what)] = colour;
    palette.names[static_cast<std::size_t>(what)] = name;
  };
  set(Agreement::Agreed, kAgreedColour, "agreed");
  set(Agreement::Missed, kMissedColour, "missed");
  set(Agreement::Added, kAddedColour, "added");
  set(Agreement::OtherSide, kOtherSideColour, "other side");
  return palette;
}

std::vector<ReportPicture> drawSlices(const SliceStills& stills) {
  constexpr std::array<std::pair<const char*, const char*>, 3> kNames{
      {{"axial", "Axial"}, {"coronal", "Coronal"}, {"sagittal", "Sagittal"}}};
  const Grid& grid = stills.ct->grid();
  std::vector<Orientation> orientations{Orientation::Axial};
  if (grid.size[2] * grid.spacingMm[2] >= kLeastStackMm)
    orientations.insert(orientations.end(), {Orientation::Coronal, Orientation::Sagittal});
  const double pixelsPerMm = commonPixelsPerMm(grid, stills.lungs, orientations);
  const auto shared = std::make_shared<SharedSlices>();
  std::vector<Pixel> pixels(std::size_t{kSliceWidth} * kSliceHeight);
  std::vector<ReportPicture> pictures;
  for (const Orientation orientation : orientations) {
    const auto which = static_cast<std::size_t>(orientation);
    const SliceAxes& axes = sliceAxes(orientation);
    SliceScene scene(shared);
    scene.setAnnotated(false);
    scene.setCt(stills.ct);
    scene.setLabels(stills.agreement ? stills.agreement : stills.labels);
    if (stills.agreement) scene.setPalette(agreementPalette());
    scene.setOverlay({true, !stills.agreement, 0.4});
    scene.setWindow(kWindow);
    scene.setCrosshair(stills.marked);
    scene.setViewport(kSliceWidth, kSliceHeight, kLineScale);
    scene.setSlice(orientation, stills.cursors[which]);
    const double whole = SliceGeometry(grid, orientation, {0, 0, 0}, 1, kSliceWidth, kSliceHeight).pixelsPerMm();
    Point3 middle{};
    for (std::size_t k = 0; k < 3; ++k) middle[k] = (stills.lungs.low[k] + stills.lungs.high[k]) / 2.0;
    scene.setView(middle, pixelsPerMm / whole);
    scene.render({pixels.data(), kSliceWidth, kSliceHeight, kSliceWidth});
    ReportPicture picture = pictureOf(pixels, kSliceWidth, kSliceHeight);
    picture.key = kNames[which].first;
    picture.caption = captionOf(kNames[which].second, grid, axes.normal, stills.cursors[which]);
    picture.left = axes.left;
    picture.right = axes.right;
    picture.top = axes.top;
    picture.bottom = axes.bottom;
    picture.pixelsPerMm = grid.spacingKnown ? pixelsPerMm : 0;
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

std::vector<ReportPicture> drawLungs(const std::vector<TriangleMesh>& lungs,
                                     const std::vector<std::vector<float>>& errors, double limitMm) {
  LungRaster raster(lungs);
  if (!errors.empty()) raster.colourByError(errors, limitMm);
  struct View {
    const char* key;
    const char* caption;
    double turnedDeg;
  };
  constexpr View kViews[] = {
      {"front", "From the front", 0}, {"right", "From the right", -90}, {"left", "From the left", 90}};
  double pixelsPerMm = 100;
  for (const View& view : kViews)
    pixelsPerMm = std::min(pixelsPerMm, raster.fittingPixelsPerMm(kLungsWidth, kLungsHeight, view.turnedDeg));
  std::vector<Pixel> pixels(std::size_t{kLungsWidth} * kLungsHeight);
  std::vector<ReportPicture> pictures;
  for (const View& view : kViews) {
    raster.draw({pixels.data(), kLungsWidth, kLungsHeight, kLungsWidth},
                {view.turnedDeg, pixelsPerMm, pixelOfRgb(252, 253, 254), pixelOfRgb(226, 231, 237)});
    ReportPicture picture = pictureOf(pixels, kLungsWidth, kLungsHeight);
    picture.key = view.key;
    picture.caption = view.caption;
    const LungDirections directions = directionsOf(view.turnedDeg);
    picture.left = directions.left;
    picture.right = directions.right;
    picture.top = "S";
    picture.bottom = "I";
    picture.pixelsPerMm = pixelsPerMm;
    picture.dark = false;
    picture.surface = true;
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

}  // namespace pulmo
