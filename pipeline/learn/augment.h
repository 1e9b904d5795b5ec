// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/core/view_types.h"
#include "pipeline/learn/training_config.h"

namespace pulmo {

/// One training sample on its way to the network.
struct SampleSlices {
  int size = 0;                       ///< N
  int count = 1;                      ///< neighbouring slices; the middle one is labelled
  std::vector<float> hu;              ///< [count, N, N]
  std::vector<std::uint8_t> labels;   ///< [N, N]
  std::vector<std::uint8_t> lesions;  ///< [N, N]

  [[nodiscard]] std::size_t pixels() const { return static_cast<std::size_t>(size) * static_cast<std::size_t>(size); }
  [[nodiscard]] float* plane(int k) { return hu.data() + static_cast<std::size_t>(k) * pixels(); }
};

/// What happens to one sample, drawn; the members as they stand here change nothing.
struct AugmentationDraw {
  // Where things are. Content is mirrored or flipped, then scaled and turned about the middle, then shifted.
  double angleDeg = 0;  ///< from +x towards +y
  double scale = 1;
  double shiftX = 0, shiftY = 0;  ///< pixels
  bool mirror = false;            ///< x; right and left labels change places
  bool flip = false;              ///< y; a slice shown with the back up: labels stay
  // Field of view: what lies outside is padding, without lung.
  std::array<double, 4> crop{0, 0, 0, 0};  ///< shares of a side cut off at low x, high x, low y, high y
  double circle = 0;                       ///< radius as a share of N, of the scanner's circle; 0 = none
  float paddingHu = -1024;                 ///< also where the warp reaches beyond the picture
  // How it was scanned.
  bool thick = false;  ///< mean of three neighbouring slices (done where the slices are read)
  double blur = 0;     ///< SD in pixels of a Gaussian
  double sharpen = 0;  ///< share of what the Gaussian took away that is added
  double noiseHu = 0;  ///< SD
  bool grain = false;  ///< the noise is smooth over about three pixels
  double slope = 1;    ///< of HU about the window's centre
  double offsetHu = 0;
  // How it is shown, on 0 .. 1.
  double gamma = 1;           ///< exponent
  std::vector<double> curve;  ///< values at even steps from 0 to 1, rising; empty = none
  bool histogram = false;     ///< matched to another slice
  double equalizeLimit = 0;   ///< contrast limit, > 1; 0 = none
  double equalizeShare = 0;   ///< of the equalised picture in the result
  std::uint64_t noiseSeed = 0;

  [[nodiscard]] bool moves() const {
    return angleDeg != 0 || scale != 1 || shiftX != 0 || shiftY != 0 || mirror || flip;
  }
};

/// Draws within the limits that the configuration sets. Kernels come with thick slices, crops with a smaller circle of
/// view and with the padding values of several scanners: the configuration's one number for each rules both.
[[nodiscard]] AugmentationDraw drawAugmentation(const AugmentationConfig& config, int size, Random& random);

/// Geometry and field of view of HU, labels and lesions, in one pass: bilinear, nearest for labels.
void moveSample(const AugmentationDraw& draw, SampleSlices& sample);

/// Kernel, noise, slope and offset, in HU.
void degradeSample(const AugmentationDraw& draw, const WindowHu& window, SampleSlices& sample);

/// HU through the window onto 0 .. 1, clipped.
void throughWindow(const float* hu, std::size_t count, const WindowHu& window, float* to);

/// Gamma, curve, matched histogram, contrast-limited equalisation.
/// @param reference  values 0 .. 1 of the slice whose histogram is wanted; may be empty
/// @param images     [count, N, N] in 0 .. 1, changed in place; the middle slice rules what happens to all
/// @source Zuiderveld 1994, "Contrast limited adaptive histogram equalization", Graphics Gems IV
void toneSample(const AugmentationDraw& draw, const std::vector<float>& reference, int size, int count, float* images);

/// Median of 3 x 3, in place; at the border of those that are there, by repeating the edge.
void denoise(float* plane, int size);

}  // namespace pulmo
