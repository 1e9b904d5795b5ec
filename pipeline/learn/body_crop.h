// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/core/volume.h"

namespace pulmo {

/// Where the patient lies in the plane, in voxels of the scan.
struct BodyBox {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;  ///< edges of voxels, so that x1 - x0 is a width
  bool cutX = false;                      ///< the body reaches both sides of the picture
  bool found = false;                     ///< false: the box is the whole picture
};

/// The box of the largest connected tissue (above -500 HU) on a coarse grid; couches, wires and a frame of one constant
/// value around the picture are no part of it. Works from 1 slice on.
/// @cost reads about 128 x 128 voxels of at most 64 slices
[[nodiscard]] BodyBox findBodyBox(const CtVolume& ct);

/// A square of the axial plane, in voxels of the scan; it may reach beyond the picture, where there is air.
struct PlaneSquare {
  double middleX = 0, middleY = 0;  ///< edges of voxels are whole numbers
  double sideMm = 0;
};

/// The whole picture, its shorter side padded.
[[nodiscard]] PlaneSquare wholeField(const Grid& scan);

/// What a network is shown of a scan, in training and in prediction alike, whatever the field of view: the body's
/// longer side takes 0.88 of the square. A body that is cut at both sides gets no margin, since the rest of it would
/// lie there; but no square is narrower than 360 mm (1.4 mm a pixel of 256), or a field of view zoomed onto the lungs
/// would show them larger than training ever does.
[[nodiscard]] PlaneSquare squareAround(const Grid& scan, const BodyBox& body);

/// The square that is shown to the network at its matrix size, isotropic, and the ways there and back.
class SliceFrame {
 public:
  /// @param size  of the network's matrix
  SliceFrame(const Grid& scan, const PlaneSquare& square, int size);

  [[nodiscard]] int size() const { return size_; }

  /// HU of one slice [Y, X] through the window onto 0 .. 1: area average where the matrix is coarser, else linear.
  void toNetwork(const std::int16_t* slice, double windowWidthHu, double windowCentreHu, float* matrix) const;

  /// Class of largest logit, logits interpolated linearly at each voxel of the scan; 0 outside the square.
  /// @param logits   [3, size, size]
  /// @param entropy  null, or the entropy of the softmax there: 0 .. 255 = all classes alike
  void toScan(const float* logits, std::uint8_t* labels, std::uint8_t* entropy) const;

 private:
  struct Taps {
    int first = 0;
    std::vector<float> weight;  ///< of first, first + 1 ...; they sum to the share inside the picture
  };
  struct Place {
    int low = -1, high = -1;  ///< -1: outside the square
    float share = 0;          ///< of high
  };
  [[nodiscard]] std::vector<Taps> tapsOf(int count, double lowEdge, double ratio) const;
  [[nodiscard]] std::vector<Place> placesOf(int count, double lowEdge, double ratio) const;

  int nx_, ny_, size_;
  std::vector<Taps> x_, y_;
  std::vector<Place> backX_, backY_;
};

}  // namespace pulmo
