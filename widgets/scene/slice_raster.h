// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "widgets/scene/colour_map.h"
#include "widgets/scene/slice_geometry.h"

namespace pulmo {

/// Pixels to draw into, owned by the caller; rows `stride` pixels apart, the first row on top.
struct PixelView {
  Pixel* pixels = nullptr;
  int width = 0, height = 0;
  std::ptrdiff_t stride = 0;
  [[nodiscard]] Pixel* row(int y) const { return pixels + y * stride; }
};

/// One slice of a volume as a plain image, [height, width] along the screen's axes (`down` is not flipped here).
template <class Voxel>
struct SliceView {
  const Voxel* voxels = nullptr;
  int width = 0, height = 0;
};

/// Slices as plain images. An axial one points into its volume; the others lie scattered in memory (a sagittal one
/// costs a cache line a voxel) and are gathered once for all the panes that show them. One thread only.
template <class Voxel>
class SliceCache {
 public:
  using VolumePtr = std::shared_ptr<const Volume<Voxel>>;
  /// @return valid while the volume lives and until kKept other slices have been asked for
  [[nodiscard]] SliceView<Voxel> slice(const VolumePtr& volume, Orientation orientation, int index);
  void forget(const VolumePtr& volume);  ///< its voxels have changed

 private:
  static constexpr std::size_t kKept = 6;  ///< two volumes in three orientations
  struct Kept {
    std::weak_ptr<const Volume<Voxel>> volume;
    Orientation orientation = Orientation::Axial;
    int index = -1;
    std::vector<Voxel> voxels;
  };
  std::array<Kept, kKept> kept_;
  std::size_t next_ = 0;
};

/// Draws a slice: Hounsfield units are interpolated linearly, then windowed. Pixels outside it are left alone.
void drawCt(const PixelView& out, const SliceGeometry& geometry, const SliceView<std::int16_t>& ct,
            const WindowLut& lut);

/// Lays label colours over the pixels, each voxel as it is (nearest neighbour).
/// @param opacity  0..1
void drawLabels(const PixelView& out, const SliceGeometry& geometry, const SliceView<std::uint8_t>& labels,
                double opacity, const std::array<Pixel, 256>& colours = labelPixels());

/// Anti-aliased lines whose crossings and joints are not laid on twice. Keeps its buffer between frames.
class LinePainter {
 public:
  /// Starts a set of lines of one colour.
  void begin(const PixelView& out);
  /// Ends are round. Coordinates as in SliceGeometry: whole numbers are pixel corners.
  void addLine(double x0, double y0, double x1, double y1, double width);
  void paint(Pixel colour, double opacity);

 private:
  PixelView out_;
  std::vector<std::uint8_t> coverage_;  ///< all zero between sets
  std::vector<std::uint32_t> touched_;
};

/// A horizontal or vertical bar of whole pixels, laid on with a weight 0..256; clipped.
void fillRectangle(const PixelView& out, int x, int y, int width, int height, Pixel colour, unsigned weight);

}  // namespace pulmo
