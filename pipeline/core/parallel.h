// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>

#include "pipeline/core/progress.h"

namespace pulmo {

/// Processors this process may use (its affinity mask), at least 1.
[[nodiscard]] int availableThreads();

/// Calls body(i) once for each i in [0, count), in any order, on up to `threads` threads
/// (0 = availableThreads()), the caller's among them; returns when all have ended and joined.
///
/// A stop request ends it between two calls. The first exception ends it likewise and is
/// rethrown here.
/// @return Stopped if the stop request left calls undone
/// @thread any; body must be safe to run on several threads at once
Outcome parallelFor(std::size_t count, int threads, const StopToken& stop,
                    const std::function<void(std::size_t)>& body);

}  // namespace pulmo
