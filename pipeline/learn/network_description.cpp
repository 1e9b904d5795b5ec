// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <string_view>

#include "pipeline/core/error.h"
#include "pipeline/learn/network_description.h"

namespace pulmo {

namespace {

constexpr std::array<std::string_view, 3> kArchitectures{"unet", "residual", "cascade"};

void requireWithin(const char* name, int value, int low, int high) {
  if (value < low || value > high)
    throw Error(ErrorKind::InvalidInput, std::string(name) + " is " + std::to_string(value) + ": it must lie between " +
                                             std::to_string(low) + " and " + std::to_string(high) + ".");
}

}  // namespace

std::string architectureKey(Architecture architecture) {
  return std::string(kArchitectures.at(static_cast<std::size_t>(architecture)));
}

Architecture architectureOf(const std::string& key) {
  for (std::size_t i = 0; i < kArchitectures.size(); ++i)
    if (kArchitectures[i] == key) return static_cast<Architecture>(i);
  throw Error(ErrorKind::InvalidInput,
              "\"" + key + "\" is no network architecture: use \"unet\", \"residual\" or \"cascade\".");
}

void validate(const NetworkDescription& d) {
  requireWithin("network.baseChannels", d.baseChannels, 4, 64);
  requireWithin("network.levels", d.levels, 3, 6);
  if (d.neighbours != 1 && d.neighbours != 3 && d.neighbours != 5)
    throw Error(ErrorKind::InvalidInput,
                "network.neighbours is " + std::to_string(d.neighbours) + ": it must be 1, 3 or 5.");
  requireWithin("network.classes", d.classes, 3, 3);
  if (d.size != 64 && d.size != 128 && d.size != 256 && d.size != 512)
    throw Error(ErrorKind::InvalidInput,
                "network.size is " + std::to_string(d.size) + ": it must be 256 or 512, or 64 or 128 for trials.");
  if (!(d.inputWindow.width >= 100 && d.inputWindow.width <= 10000))
    throw Error(ErrorKind::InvalidInput, "network.inputWindowWidthHu must lie between 100 and 10000 HU.");
  if (!(std::abs(d.inputWindow.centre) <= 3000))
    throw Error(ErrorKind::InvalidInput, "network.inputWindowCentreHu must lie between -3000 and 3000 HU.");
}

}  // namespace pulmo
