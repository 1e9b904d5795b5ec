// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <random>

#include "pipeline/dicomseg/segmentation_content.h"

namespace pulmo {

std::string decimalString(double value) {
  constexpr std::size_t kMost = 16;
  std::array<char, 64> text{};
  auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  for (int digits = 15; result.ptr - text.data() > static_cast<std::ptrdiff_t>(kMost) && digits > 0; --digits)
    result = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, digits);
  return {text.data(), result.ptr};
}

std::string newUid() {
  std::random_device random;
  std::array<std::uint32_t, 4> words{};  // the UUID, most significant first
  for (std::uint32_t& word : words) word = random();
  words[1] = (words[1] & 0xFFFF0FFFU) | 0x4000U;      // version 4: random
  words[2] = (words[2] & 0x3FFFFFFFU) | 0x80000000U;  // variant of RFC 4122
  std::string digits;
  while (std::any_of(words.begin(), words.end(), [](std::uint32_t w) { return w != 0; })) {
    std::uint64_t rest = 0;
    for (std::uint32_t& word : words) {
      const std::uint64_t part = rest << 32 | word;
      word = static_cast<std::uint32_t>(part / 10);
      rest = part % 10;
    }
    digits.push_back(static_cast<char>('0' + rest));
  }
  std::reverse(digits.begin(), digits.end());
  return "2.25." + digits;
}

}  // namespace pulmo
