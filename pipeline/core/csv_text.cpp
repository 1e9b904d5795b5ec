// SPDX-License-Identifier: Apache-2.0
#include "pipeline/core/csv_text.h"

#include <charconv>

namespace pulmo {

namespace {

constexpr std::string_view kFormula = "=+-@\t\r", kNumber = "+-.0123456789eE";

bool isNumber(std::string_view text) {
  if (text.find_first_not_of(kNumber) != std::string_view::npos) return false;
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// Whether a spreadsheet would run it, or it looks like what is written in place of such a text.
bool wantsApostrophe(std::string_view text) {
  const std::size_t first = text.find_first_not_of('\'');
  if (first == std::string_view::npos || kFormula.find(text[first]) == std::string_view::npos) return false;
  return first > 0 || !isNumber(text);
}

}  // namespace

std::string csvField(std::string_view text) {
  const char* before = wantsApostrophe(text) ? "'" : "";
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return before + std::string(text);
  std::string quoted = std::string("\"") + before;
  for (const char c : text) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + '"';
}

std::string_view withoutCsvApostrophe(std::string_view text) {
  const bool written = !text.empty() && text.front() == '\'' && wantsApostrophe(text);
  return written ? text.substr(1) : text;
}

}  // namespace pulmo
