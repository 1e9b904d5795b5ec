// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/classical/body_air.h"

namespace pulmo {

/// Lumen of trachea and main bronchi on the work grid; all zero if no trachea is recognised.
[[nodiscard]] Mask findAirway(const WorkVolume& volume, const BodyAir& body);

}  // namespace pulmo
