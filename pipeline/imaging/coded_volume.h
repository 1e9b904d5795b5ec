// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "pipeline/core/volume.h"

namespace pulmo {

/// The integers of a mask file in a byte a voxel: each holds the code of its value. Masks have few different values.
struct CodedVolume {
  static constexpr std::size_t kMostValues = 256;  ///< 0 included

  Volume<std::uint8_t> codes;
  std::vector<std::int32_t> values{0};  ///< by code; code 0 is the value 0, whether there is one or not

  /// How many voxels have which code. @cost one pass
  [[nodiscard]] std::array<std::size_t, kMostValues> counts() const;
};

/// Gives values their codes, in the order in which they come.
class ValueCodes {
 public:
  explicit ValueCodes(std::vector<std::int32_t>& values) : values_(values) {}
  /// @return nullopt for the value that is one too many
  [[nodiscard]] std::optional<std::uint8_t> of(std::int32_t value);

 private:
  std::vector<std::int32_t>& values_;
  std::unordered_map<std::int32_t, std::uint8_t> codes_{{0, 0}};
  std::int32_t last_ = 0;  ///< voxels come in runs: a look-up each would be slow
  std::uint8_t lastCode_ = 0;
};

}  // namespace pulmo
