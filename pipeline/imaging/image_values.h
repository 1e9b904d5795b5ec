// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

namespace pulmo {

/// How a file stores one number.
enum class NumberType { Uint8, Int8, Uint16, Int16, Uint32, Int32, Uint64, Int64, Float32, Float64 };

[[nodiscard]] std::size_t bytesOf(NumberType type);

/// @param from     count numbers, not aligned
/// @param swapped  stored in the other byte order
void toDoubles(const char* from, std::size_t count, NumberType type, bool swapped, double* to);

/// From the other byte order.
void swapBytes(std::int16_t* values, std::size_t count);

inline constexpr std::size_t kLanding = std::size_t{1} << 20;  ///< voxels read between two looks at the stop token

}  // namespace pulmo
