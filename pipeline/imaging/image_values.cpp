// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/image_values.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace pulmo {

namespace {

template <class T>
void convert(const char* from, std::size_t count, bool swapped, double* to) {
  for (std::size_t i = 0; i < count; ++i) {
    std::array<char, sizeof(T)> raw{};
    std::memcpy(raw.data(), from + i * sizeof(T), sizeof(T));
    if (swapped) std::reverse(raw.begin(), raw.end());
    T value;
    std::memcpy(&value, raw.data(), sizeof value);
    to[i] = static_cast<double>(value);
  }
}

}  // namespace

std::size_t bytesOf(NumberType type) {
  switch (type) {
    case NumberType::Uint8:
    case NumberType::Int8:
      return 1;
    case NumberType::Uint16:
    case NumberType::Int16:
      return 2;
    case NumberType::Uint32:
    case NumberType::Int32:
    case NumberType::Float32:
      return 4;
    case NumberType::Uint64:
    case NumberType::Int64:
    case NumberType::Float64:
      break;
  }
  return 8;
}

void toDoubles(const char* from, std::size_t count, NumberType type, bool swapped, double* to) {
  switch (type) {
    case NumberType::Uint8:
      return convert<std::uint8_t>(from, count, swapped, to);
    case NumberType::Int8:
      return convert<std::int8_t>(from, count, swapped, to);
    case NumberType::Uint16:
      return convert<std::uint16_t>(from, count, swapped, to);
    case NumberType::Int16:
      return convert<std::int16_t>(from, count, swapped, to);
    case NumberType::Uint32:
      return convert<std::uint32_t>(from, count, swapped, to);
    case NumberType::Int32:
      return convert<std::int32_t>(from, count, swapped, to);
    case NumberType::Uint64:
      return convert<std::uint64_t>(from, count, swapped, to);
    case NumberType::Int64:
      return convert<std::int64_t>(from, count, swapped, to);
    case NumberType::Float32:
      return convert<float>(from, count, swapped, to);
    case NumberType::Float64:
      return convert<double>(from, count, swapped, to);
  }
}

void swapBytes(std::int16_t* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto bits = static_cast<std::uint16_t>(values[i]);
    values[i] = static_cast<std::int16_t>(static_cast<std::uint16_t>((bits << 8 | bits >> 8) & 0xffff));
  }
}

}  // namespace pulmo
