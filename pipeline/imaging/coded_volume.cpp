// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/coded_volume.h"

namespace pulmo {

std::array<std::size_t, CodedVolume::kMostValues> CodedVolume::counts() const {
  std::array<std::size_t, kMostValues> counts{};
  for (const std::uint8_t code : codes.voxels()) ++counts[code];
  return counts;
}

std::optional<std::uint8_t> ValueCodes::of(std::int32_t value) {
  if (value == last_) return lastCode_;
  auto found = codes_.find(value);
  if (found == codes_.end()) {
    if (values_.size() == CodedVolume::kMostValues) return std::nullopt;
    found = codes_.emplace(value, static_cast<std::uint8_t>(values_.size())).first;
    values_.push_back(value);
  }
  last_ = value;
  lastCode_ = found->second;
  return lastCode_;
}

}  // namespace pulmo
