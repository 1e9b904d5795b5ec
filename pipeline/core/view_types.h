// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace pulmo {

enum class Orientation { Axial, Coronal, Sagittal };

/// Window (width and centre) in Hounsfield units.
struct WindowHu {
  double width = 1500;
  double centre = -600;
  friend bool operator==(const WindowHu&, const WindowHu&) = default;
};

/// How masks lie over the CT.
struct OverlayStyle {
  bool visible = true;
  bool outlineOnly = false;
  double opacity = 0.35;  ///< of the filled area, 0..1
  friend bool operator==(const OverlayStyle&, const OverlayStyle&) = default;
};

}  // namespace pulmo
