// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "pipeline/classical/body_air.h"

namespace pulmo {

struct Sides {
  Mask labels;          ///< 0, kRightLung, kLeftLung
  bool wereJoined = false;
  bool single = false;  ///< one lung only
};

/// Chooses the lungs among the pieces of air and tells right from left.
///
/// Lungs that touch (anterior or posterior junction) are eroded until they fall apart; the two cores then grow back over
/// the piece step by step, and meet in the middle of the thin bridge. Right is the lung nearer the patient's right, low x
/// on the canonical grid: anatomy and orientation decide, never the order in which pieces are found. A single lung is
/// told by the body's middle.
/// @param lungAir  air in the body without the airway
/// @throws Error{InvalidInput} if nothing is like a lung
[[nodiscard]] Sides splitSides(const Mask& lungAir, const WorkVolume& volume, const BodyAir& body);

}  // namespace pulmo
