// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report/pathology_json.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, 2> kModes{"circles", "infiltrates"};
constexpr std::array<const char*, 4> kSides{"both", "right", "left", "either"};

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(ErrorKind::InvalidInput, where + ": " + what);
}

Json parsed(std::string_view text, const std::string& where) {
  try {
    Json json = Json::parse(text.begin(), text.end());
    if (!json.is_object()) refuse(where, "this is not a JSON object.");
    return json;
  } catch (const nlohmann::json::exception& e) {
    throw Error(ErrorKind::InvalidInput, where + ": this is not JSON text.", e.what());
  }
}

/// Takes fields out of an object one by one; what is left over in the end is refused.
class Fields {
 public:
  Fields(Json object, std::string where) : object_(std::move(object)), where_(std::move(where)) {}

  void number(const char* key, double& to) {
    const Json v = take(key);
    if (v.is_null()) return;
    if (!v.is_number()) refuse(where_, std::string(key) + " must be a number.");
    to = v.get<double>();
  }
  void flag(const char* key, bool& to) {
    const Json v = take(key);
    if (v.is_null()) return;
    if (!v.is_boolean()) refuse(where_, std::string(key) + " must be true or false.");
    to = v.get<bool>();
  }
  template <class Number>
  void range(const char* key, Number& low, Number& high) {
    const Json v = take(key);
    if (v.is_null()) return;
    const auto fits = [](const Json& n) {
      return std::is_integral_v<Number> ? n.is_number_integer() && std::abs(n.get<double>()) < 1e6 : n.is_number();
    };
    if (!v.is_array() || v.size() != 2 || !fits(v[0]) || !fits(v[1]))
      refuse(where_, std::string(key) + " must be two " + (std::is_integral_v<Number> ? "whole numbers" : "numbers") +
                         ", [least, most].");
    low = v[0].get<Number>();
    high = v[1].get<Number>();
  }
  template <class Enum, std::size_t N>
  void word(const char* key, const std::array<const char*, N>& words, Enum& to) {
    const Json v = take(key);
    if (v.is_null()) return;
    for (std::size_t i = 0; i < N; ++i)
      if (v.is_string() && v.get<std::string>() == words[i]) {
        to = static_cast<Enum>(i);
        return;
      }
    std::string all;
    for (const char* w : words) all += (all.empty() ? "" : ", ") + std::string(w);
    refuse(where_, std::string(key) + " must be one of " + all + ".");
  }
  Json take(const char* key) {
    const auto found = object_.find(key);
    if (found == object_.end()) return nullptr;
    if (found->is_null()) refuse(where_, std::string(key) + " has no value.");
    Json value = *found;
    object_.erase(found);
    return value;
  }
  std::string text(const char* key) {
    const Json v = take(key);
    if (!v.is_string()) refuse(where_, std::string(key) + " is missing, or is no text.");
    return v.get<std::string>();
  }
  void end() const {
    if (!object_.empty()) refuse(where_, "there is no field " + object_.begin().key() + ".");
  }

 private:
  Json object_;
  std::string where_;
};

PathologySpec specOf(const Json& json, const std::string& where) {
  PathologySpec s;
  Fields fields(json, where);
  fields.word("mode", kModes, s.mode);
  if (const Json weight = fields.take("weight"); !weight.is_null()) {
    if (!weight.is_object()) refuse(where, "weight must name kinds with a number each.");
    Fields weights(weight, where + ", weight");
    for (std::size_t k = 0; k < kInfiltrateKinds; ++k) {
      s.weight[k] = 0;
      weights.number(std::string(lesionKinds()[k].key).c_str(), s.weight[k]);
    }
    weights.end();
  }
  fields.range("lesions", s.lesionsMin, s.lesionsMax);
  fields.range("size_mm", s.sizeMmMin, s.sizeMmMax);
  fields.number("extent_percent", s.extentPercent);
  fields.number("density_shift_hu", s.densityShiftHu);
  fields.number("pleural", s.pleural);
  fields.number("basal", s.basal);
  fields.number("dorsal", s.dorsal);
  fields.word("sides", kSides, s.sides);
  fields.flag("close_rim", s.closeRim);
  fields.range("circles", s.circlesMin, s.circlesMax);
  fields.range("radius_share", s.radiusShareMin, s.radiusShareMax);
  fields.range("opacity", s.opacityMin, s.opacityMax);
  fields.flag("spill", s.spill);
  fields.end();
  try {
    validate(s);
  } catch (const Error& e) {
    throw Error(e.kind(), where + ": " + e.what(), e.detail());
  }
  return s;
}

PathologyPreset presetOf(const std::filesystem::path& file) {
  const std::string where = file.filename().string();
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) throw Error(ErrorKind::Io, "The preset " + file.string() + " cannot be read.");
  Fields fields(parsed(text, where), where);
  PathologyPreset preset;
  preset.key = file.stem().string();
  preset.name = fields.text("name");
  preset.description = fields.text("description");
  const Json spec = fields.take("spec");
  if (!spec.is_object()) refuse(where, "spec is missing, or is no object.");
  preset.spec = specOf(spec, where + ", spec");
  fields.end();
  return preset;
}

}  // namespace

std::string toJson(const PathologySpec& s) {
  Json weight = Json::object();
  for (std::size_t k = 0; k < kInfiltrateKinds; ++k) weight[std::string(lesionKinds()[k].key)] = s.weight[k];
  const Json json = {{"mode", kModes[static_cast<std::size_t>(s.mode)]},
                     {"weight", weight},
                     {"lesions", {s.lesionsMin, s.lesionsMax}},
                     {"size_mm", {s.sizeMmMin, s.sizeMmMax}},
                     {"extent_percent", s.extentPercent},
                     {"density_shift_hu", s.densityShiftHu},
                     {"pleural", s.pleural},
                     {"basal", s.basal},
                     {"dorsal", s.dorsal},
                     {"sides", kSides[static_cast<std::size_t>(s.sides)]},
                     {"close_rim", s.closeRim},
                     {"circles", {s.circlesMin, s.circlesMax}},
                     {"radius_share", {s.radiusShareMin, s.radiusShareMax}},
                     {"opacity", {s.opacityMin, s.opacityMax}},
                     {"spill", s.spill}};
  return json.dump(2);
}

PathologySpec pathologySpecFromJson(std::string_view json, const std::string& where) {
  return specOf(parsed(json, where), where);
}

std::vector<PathologyPreset> loadPathologyPresets(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  std::filesystem::directory_iterator entries(folder, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error))
    if (entries->path().extension() == ".json") files.push_back(entries->path());
  if (error)
    throw Error(ErrorKind::Io, "The folder of presets " + folder.string() + " cannot be read.", error.message());
  std::sort(files.begin(), files.end());
  std::vector<PathologyPreset> presets;
  for (const auto& file : files) presets.push_back(presetOf(file));
  return presets;
}

std::filesystem::path findPathologyPresets(const std::filesystem::path& programFolder) {
  std::error_code error;
  for (auto folder = programFolder; !folder.empty(); folder = folder.parent_path()) {
    for (const char* inside : {"share/pulmoscope/presets", "resources/presets"})
      if (std::filesystem::is_directory(folder / inside, error)) return folder / inside;
    if (folder == folder.root_path()) break;
  }
  return {};
}

}  // namespace pulmo
