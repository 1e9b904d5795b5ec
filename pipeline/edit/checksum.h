// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

namespace pulmo {

/// 64 bits that differ, for practical purposes, whenever the bytes or the seed do. Not against intent.
/// @source Collet, XXH64, "xxHash fast digest algorithm", version 0.1.1
[[nodiscard]] std::uint64_t checksum64(std::span<const std::uint8_t> bytes, std::uint64_t seed = 0);

}  // namespace pulmo
