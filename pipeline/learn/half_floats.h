// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace pulmo {

// 16-bit floating point numbers as bits, without asking the compiler or the processor for them.
// Source: IEEE 754-2019 binary16; bfloat16 is the upper half of binary32.

[[nodiscard]] float floatOfHalf(std::uint16_t bits);
[[nodiscard]] float floatOfBFloat16(std::uint16_t bits);
/// Rounded to nearest, ties to even; beyond 65504 infinite.
[[nodiscard]] std::uint16_t halfOfFloat(float value);

}  // namespace pulmo
