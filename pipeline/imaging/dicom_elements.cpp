// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>

#include "pipeline/imaging/dicom_layout.h"

namespace pulmo {

const DicomElements::Element* DicomElements::find(std::uint32_t tag) const {
  const auto found = std::find_if(elements.begin(), elements.end(), [tag](const Element& e) { return e.tag == tag; });
  return found == elements.end() ? nullptr : &*found;
}

std::string DicomElements::text(std::uint32_t tag) const {
  const Element* element = find(tag);
  if (!element) return {};
  std::string text = element->bytes.substr(0, element->bytes.find('\0'));
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<double> DicomElements::numbers(std::uint32_t tag) const {
  const std::string all = text(tag);
  std::vector<double> numbers;
  const char* at = all.data();
  const char* end = at + all.size();
  while (at < end) {
    while (at < end && (*at == ' ' || *at == '+')) ++at;
    double value = 0;
    // Not strtod: in a program that has taken over the person's locale it would want a decimal comma.
    const auto [after, error] = std::from_chars(at, end, value);
    if (error != std::errc() || !std::isfinite(value)) return {};
    numbers.push_back(value);
    at = after;
    while (at < end && *at == ' ') ++at;
    if (at < end && *at++ != '\\') return {};
  }
  return numbers;
}

int DicomElements::word(std::uint32_t tag, int absent) const {
  const Element* element = find(tag);
  if (!element || element->bytes.size() < 2) return absent;
  const auto byte = [&](std::size_t i) { return static_cast<int>(static_cast<unsigned char>(element->bytes[i])); };
  return bigEndian ? byte(0) << 8 | byte(1) : byte(1) << 8 | byte(0);
}

const DicomElements* DicomElements::firstItem(std::uint32_t tag) const {
  const Element* element = find(tag);
  return element && !element->items.empty() ? &element->items.front() : nullptr;
}

}  // namespace pulmo
