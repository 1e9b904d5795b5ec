// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "pipeline/core/view_types.h"

namespace pulmo {

/// A window for one kind of tissue. The menu, the tool bar, their tool tips and the keys are made from this table.
struct WindowPreset {
  const char* id;    ///< "lung"; the tool bar's button is "window.ID"
  const char* name;  ///< as people read it
  int key;           ///< a digit; 4 is the window that fits the scan
  WindowHu window;
};

inline constexpr int kAutoWindowKey = 4;

inline constexpr std::array<WindowPreset, 3> kWindowPresets{{
    {"lung", "Lung", 1, {1500, -600}},
    {"mediastinum", "Mediastinum", 2, {400, 40}},
    {"bone", "Bone", 3, {1800, 400}},
}};

}  // namespace pulmo
