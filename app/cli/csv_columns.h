// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/csv_text.h"

namespace pulmo::cli {

/// The table with columns at its end that say the same in every row: tables of many scans can then be put together.
/// @param csv  a header row, and rows in which no field holds a line's end
[[nodiscard]] inline std::string withColumns(const std::string& csv,
                                             const std::vector<std::pair<std::string, std::string>>& columns) {
  std::string names, values, result;
  for (const auto& [name, value] : columns) {
    names += "," + name;
    values += "," + csvField(value);
  }
  for (std::size_t from = 0, row = 0; from < csv.size(); ++row) {
    const std::size_t end = std::min(csv.find('\n', from), csv.size());
    result += csv.substr(from, end - from) + (row == 0 ? names : values) + "\n";
    from = end + 1;
  }
  return result;
}

}  // namespace pulmo::cli
