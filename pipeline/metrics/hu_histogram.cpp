// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/hu_histogram.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "pipeline/core/error.h"

namespace pulmo {

HuHistogram::HuHistogram(int firstHu, std::vector<std::uint64_t> counts)
    : firstHu_(firstHu), counts_(std::move(counts)) {
  while (!counts_.empty() && counts_.back() == 0) counts_.pop_back();
  const auto first = std::find_if(counts_.begin(), counts_.end(), [](std::uint64_t n) { return n > 0; });
  firstHu_ += static_cast<int>(first - counts_.begin());
  counts_.erase(counts_.begin(), first);
  for (const std::uint64_t n : counts_) voxels_ += n;
}

std::uint64_t HuHistogram::between(int lowHu, int highHu) const {
  std::uint64_t sum = 0;
  for (int hu = std::max(lowHu, firstHu_); hu < std::min(highHu, endHu()); ++hu) sum += at(hu);
  return sum;
}

int HuHistogram::ordered(std::uint64_t k) const {
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    if ((seen += counts_[i]) > k) return firstHu_ + static_cast<int>(i);
  return kLeastHu;
}

double HuHistogram::percentile(double percent) const {
  const double at = percent / 100 * static_cast<double>(voxels_ - 1);
  const auto low = static_cast<std::uint64_t>(at);
  const double value = ordered(low);
  if (low + 1 >= voxels_) return value;
  return value + (at - static_cast<double>(low)) * (ordered(low + 1) - value);
}

double HuHistogram::moment(double centre, int power) const {
  double sum = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    if (counts_[i] > 0)
      sum += static_cast<double>(counts_[i]) * std::pow(static_cast<double>(i) + firstHu_ - centre, power);
  return sum / static_cast<double>(voxels_);
}

std::array<double, kAerationClasses> aerationPercent(const HuHistogram& histogram, const AerationLimits& limits) {
  std::array<double, kAerationClasses> percent{};
  if (histogram.voxels() == 0) return percent;
  int from = HuHistogram::kLeastHu;
  for (std::size_t i = 0; i < kAerationClasses; ++i) {
    const int to = i < AerationLimits::kCount ? limits.fromHu[i] : HuHistogram::kEndHu;
    percent[i] = 100 * static_cast<double>(histogram.between(from, to)) / static_cast<double>(histogram.voxels());
    from = to;
  }
  return percent;
}

void requireValid(const AerationLimits& limits) {
  const auto& hu = limits.fromHu;
  const bool rising = std::adjacent_find(hu.begin(), hu.end(), [](int a, int b) { return a >= b; }) == hu.end();
  if (!rising || hu.front() < AerationLimits::kLeastHu || hu.back() > AerationLimits::kMostHu)
    throw Error(ErrorKind::InvalidInput, "The limits of aeration are four HU, each larger than the one before, from " +
                                             std::to_string(AerationLimits::kLeastHu) + " to " +
                                             std::to_string(AerationLimits::kMostHu) +
                                             ": -950,-750,-400,0 are the published ones.");
}

}  // namespace pulmo
