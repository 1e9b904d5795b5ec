// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/methods/border_regions.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

namespace pulmo::bench {

double BorderRegion::kept(const LabelVolume& mask) const {
  std::size_t in = 0, all = 0;
  for (int y = y0; y <= y1; ++y)
    for (int x = x0; x <= x1; ++x) {
      ++all;
      in += mask[{x, y, z}] != 0 ? 1 : 0;
    }
  return static_cast<double>(in) / static_cast<double>(all);
}

std::vector<BorderScan> borderScans(const std::filesystem::path& file) {
  const auto list = nlohmann::json::parse(std::ifstream(file));
  std::vector<BorderScan> scans;
  for (const auto& [folder, regions] : list["scans"].items()) {
    scans.push_back({folder, {}});
    for (const auto& box : regions)
      scans.back().regions.push_back(
          {box["z"], box["x"][0], box["x"][1], box["y"][0], box["y"][1], box["what"].get<std::string>()});
  }
  return scans;
}

bool isDiseasedSlice(const std::string& name) {
  constexpr const char* kDiseased[] = {"ID_0000", "ID_0090", "ID_0171", "ID_0216", "ID_0243"};
  return std::any_of(std::begin(kDiseased), std::end(kDiseased),
                     [&](const char* id) { return name.compare(0, 7, id) == 0; });
}

}  // namespace pulmo::bench
