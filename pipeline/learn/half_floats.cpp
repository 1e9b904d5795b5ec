// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/half_floats.h"

#include <bit>
#include <cmath>

namespace pulmo {

float floatOfHalf(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1F, fraction = bits & 0x3FF;
  const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  if (exponent < 31) return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  return fraction == 0 ? sign * HUGE_VALF : std::nanf("");
}

float floatOfBFloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::uint16_t halfOfFloat(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000;
  const std::uint32_t magnitude = bits & 0x7FFFFFFF;
  std::uint32_t half = 0;
  if (magnitude > 0x7F800000) {
    half = 0x7E00;  // not a number
  } else if (magnitude >= 0x47800000) {
    half = 0x7C00;                       // 65536 and more
  } else if (magnitude >= 0x38800000) {  // normal: 2^-14 and more. A carry may run into the exponent, as it should.
    half = (magnitude - 0x38000000 + 0xFFF + ((magnitude >> 13) & 1)) >> 13;
  } else {  // counted in 2^-24, which is exact in float
    half = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(std::bit_cast<float>(magnitude), 24)));
  }
  return static_cast<std::uint16_t>(sign | half);
}

}  // namespace pulmo
