// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report/number_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace pulmo {

std::optional<double> measured(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::string numberText(const std::optional<double>& value, int decimals, const char* absent) {
  if (!measured(value)) return absent;
  std::array<char, 400> text{};  // the largest double has 309 digits before the point
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), *value, std::chars_format::fixed, decimals).ptr;
  std::string digits(text.data(), end);
  if (digits.front() == '-' && digits.find_first_not_of("-0.") == std::string::npos) digits.erase(0, 1);  // no "-0.0"
  return digits;
}

std::string padded(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

}  // namespace pulmo
