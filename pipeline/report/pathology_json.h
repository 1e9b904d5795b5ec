// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/simulate/pathology.h"

namespace pulmo {

/// What to draw, as one JSON object: {"mode": "infiltrates", "weight": {"ground_glass": 1, ...}, "lesions": [3, 14],
/// "size_mm": [12, 80], "extent_percent": 60, ...}. Numbers come back exactly.
[[nodiscard]] std::string toJson(const PathologySpec& spec);

/// Fields that are absent keep their defaults; of `weight`, kinds that are absent get 0. Unknown fields are refused, so
/// that a slip of the pen is seen.
/// @param where  what the text is, for the sentence: a file's name, say
/// @throws Error{InvalidInput} naming the field, for text that is no such object or out of the limits
[[nodiscard]] PathologySpec pathologySpecFromJson(std::string_view json, const std::string& where);

/// A file of resources/presets: {"name", "description", "spec"}.
struct PathologyPreset {
  std::string key;  ///< the file's name without .json, for the command line
  std::string name;
  std::string description;
  PathologySpec spec;
};

/// Every .json of a folder, by key.
/// @throws Error{Io} if the folder cannot be read, Error{InvalidInput} naming file and field if one is not a preset
[[nodiscard]] std::vector<PathologyPreset> loadPathologyPresets(const std::filesystem::path& folder);

/// Where the presets lie for a program in this folder: share/pulmoscope/presets or resources/presets in it or in a
/// folder above it.
/// @return empty if there are none
[[nodiscard]] std::filesystem::path findPathologyPresets(const std::filesystem::path& programFolder);

}  // namespace pulmo
