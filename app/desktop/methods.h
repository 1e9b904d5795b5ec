// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "pipeline/core/segmenter.h"

namespace pulmo {

/// The ways to find the lungs that the window offers, best first: the network that comes with the program, where it is
/// there, then `threshold`, then the published methods without training.
[[nodiscard]] std::vector<std::shared_ptr<const Segmenter>> offeredMethods();

}  // namespace pulmo
