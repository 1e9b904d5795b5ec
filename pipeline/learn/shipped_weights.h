// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <optional>

namespace pulmo {

/// The trained network that comes with the program.
///
/// Looked for, in this order: $PULMO_WEIGHTS (a .pth file); `resources/weights` and `share/pulmoscope/weights` beside
/// the program and in up to four folders above it: so an installed program finds its own share folder, and one built
/// inside the source tree the tree's. In a folder it is lungs.pth, or the first .pth by name.
/// @param programFolder  of the running program
/// @return nullopt if there is none
/// @throws Error{InvalidInput} if $PULMO_WEIGHTS names no file
[[nodiscard]] std::optional<std::filesystem::path> findShippedWeights(const std::filesystem::path& programFolder);

/// The same for the running program's own folder (Linux; elsewhere only $PULMO_WEIGHTS and the working folder count).
[[nodiscard]] std::optional<std::filesystem::path> findShippedWeights();

}  // namespace pulmo
