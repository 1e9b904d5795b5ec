// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

namespace pulmo {

/// Counter-based random numbers: a value depends on the seed, the stream and the counter alone,
/// never on what was drawn before or on which thread asked. No `std::` distribution is used,
/// since those differ between standard libraries.
///
/// @source Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", Philox4x32-10
class Random {
 public:
  /// @param seed    of the run or the case
  /// @param stream  one per independent use (a lesion, a slice): equal seeds with different
  ///                streams give independent sequences
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  /// Four 32-bit words for a counter; pure.
  [[nodiscard]] std::array<std::uint32_t, 4> words(std::uint64_t counter) const;

  // The sequence: each call takes the next counter.
  [[nodiscard]] std::uint32_t next32();
  [[nodiscard]] double uniform();                         ///< [0, 1), 53 bits
  [[nodiscard]] double uniform(double low, double high);  ///< [low, high)
  [[nodiscard]] int integer(int low, int high);           ///< low..high, both included; @pre low <= high
  [[nodiscard]] double normal();  ///< mean 0, SD 1 (sum of 12 uniforms: no libm, equal bits everywhere; |x| <= 6)

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t counter_ = 0;
};

}  // namespace pulmo
