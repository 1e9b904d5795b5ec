// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace pulmo {

// Which stream of the case's seed each use takes: no two may overlap.
inline constexpr std::uint64_t kLatticeStream = 1, kGrainStream = 2, kCountStream = 3;
inline constexpr std::uint64_t kLesionStreams = std::uint64_t{1} << 32;    ///< + number of the lesion
inline constexpr std::uint64_t kBronchusStreams = std::uint64_t{2} << 32;  ///< + number of the lesion
inline constexpr std::uint64_t kCircleStreams = std::uint64_t{3} << 32;    ///< + slice
inline constexpr std::uint64_t kGrainSlices = std::uint64_t{4} << 32;      ///< + slice

}  // namespace pulmo
