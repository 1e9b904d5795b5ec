// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "models/review/mask_maker.h"
#include "pipeline/core/segmenter.h"

namespace pulmo {

/// What the segmenter's masks are made by. @throws as the other makerOf
[[nodiscard]] MaskMaker makerOf(const Segmenter& segmenter);

}  // namespace pulmo
