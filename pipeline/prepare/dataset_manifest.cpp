// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/imaging/volume_file.h"
#include "pipeline/prepare/dataset_layout.h"

namespace pulmo {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

json parsed(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorKind::Io, "Could not read " + file.string() + ".");
  try {
    return json::parse(in);
  } catch (const json::exception& e) {
    throw Error(ErrorKind::InvalidInput, file.string() + " is no sound JSON file.", e.what());
  }
}

/// One case of a manifest; every complaint names it and the field.
class Entry {
 public:
  Entry(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) fail("is no object");
    static const std::set<std::string> kFields{"image",      "mask",       "name",    "patient",
                                               "split",      "diseased",   "series",  "rightValues",
                                               "leftValues", "lungValues", "lowByte", "threshold"};
    for (const auto& [key, value] : object.items())
      if (!kFields.contains(key)) fail("has the unknown field \"" + key + "\"");
  }
  [[nodiscard]] bool has(const char* key) const { return object_.contains(key) && !object_[key].is_null(); }
  [[nodiscard]] std::string text(const char* key) const {
    if (!has(key)) return {};
    if (!object_[key].is_string()) fail(std::string("has a \"") + key + "\" that is no text");
    return object_[key].get<std::string>();
  }
  [[nodiscard]] bool flag(const char* key) const {
    if (!has(key)) return false;
    if (!object_[key].is_boolean()) fail(std::string("has a \"") + key + "\" that is neither true nor false");
    return object_[key].get<bool>();
  }
  [[nodiscard]] std::vector<std::int64_t> numbers(const char* key) const {
    std::vector<std::int64_t> result;
    if (!has(key)) return result;
    if (!object_[key].is_array()) fail(std::string("has a \"") + key + "\" that is no list");
    for (const json& value : object_[key]) {
      if (!value.is_number_integer()) fail(std::string("has a \"") + key + "\" with something else than whole numbers");
      result.push_back(value.get<std::int64_t>());
    }
    return result;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::InvalidInput, where_ + " " + what + ".");
  }

 private:
  const json& object_;
  std::string where_;
};

Split splitOf(const Entry& entry) {
  const std::string word = entry.text("split");
  for (const Split split : {Split::Train, Split::Validation, Split::Test})
    if (word == splitKey(split)) return split;
  entry.fail("has the split \"" + word + "\": use train, validation or test");
}

CaseSource caseOf(const Entry& entry, const fs::path& folder) {
  CaseSource source;
  if (!entry.has("image")) entry.fail("has no \"image\"");
  const auto absolute = [&](const std::string& text) { return (folder / fs::path(text)).lexically_normal(); };
  source.image = absolute(entry.text("image"));
  if (entry.has("mask")) source.mask = absolute(entry.text("mask"));
  source.seriesUid = entry.text("series");
  const fs::path image = source.image.has_filename() ? source.image : source.image.parent_path();
  source.name = entry.has("name") ? entry.text("name") : partsOf(image).stem;
  source.patient = entry.has("patient") ? entry.text("patient") : source.name;
  if (source.name.empty() || source.patient.empty()) entry.fail("has an empty name");
  if (entry.has("split")) source.split = splitOf(entry);
  source.diseased = entry.flag("diseased");
  if (entry.has("threshold")) source.threshold = entry.flag("threshold");
  source.values = {entry.numbers("rightValues"), entry.numbers("leftValues"), entry.numbers("lungValues"),
                   entry.flag("lowByte")};
  return source;
}

/// Which values are which lung, by the names in nnU-Net's dataset.json; empty if they do not say.
MaskValues valuesOf(const fs::path& folder) {
  MaskValues values;
  std::error_code ec;
  if (!fs::is_regular_file(folder / "dataset.json", ec)) return values;
  const json description = parsed(folder / "dataset.json");
  if (!description.is_object() || !description.contains("labels") || !description["labels"].is_object()) return values;
  for (const auto& [key, item] : description["labels"].items()) {
    // Version 2 writes {"lung": 1}, version 1 {"1": "lung"}.
    std::string name = key;
    std::int64_t value = 0;
    if (item.is_number_integer()) {
      value = item.get<std::int64_t>();
    } else if (item.is_string() && !key.empty() && key.size() < 10 &&
               key.find_first_not_of("0123456789") == std::string::npos) {
      name = item.get<std::string>();
      value = std::stoll(key);
    } else {
      continue;
    }
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (value == 0 || name.find("lung") == std::string::npos) continue;
    (name.find("right") != std::string::npos  ? values.right
     : name.find("left") != std::string::npos ? values.left
                                              : values.unsided)
        .push_back(value);
  }
  return values;
}

}  // namespace

DatasetCases loadManifest(const fs::path& file) {
  const json all = parsed(file);
  const bool bare = all.is_array();
  if (!bare && (!all.is_object() || !all.contains("cases") || !all["cases"].is_array()))
    throw Error(ErrorKind::InvalidInput, file.string() + " has no list of \"cases\".");
  const json& list = bare ? all : all["cases"];
  const fs::path folder = fs::absolute(file).parent_path();
  DatasetCases found;
  for (std::size_t i = 0; i < list.size(); ++i)
    found.cases.push_back(
        caseOf(Entry(list[i], "Case " + std::to_string(i + 1) + " of " + file.filename().string()), folder));
  return found;
}

std::optional<DatasetCases> findNnunetCases(const fs::path& folder, const std::string& prefix) {
  std::error_code ec;
  if (!fs::is_directory(folder / "imagesTr", ec)) return std::nullopt;
  DatasetCases found;
  const MaskValues values = valuesOf(folder);
  for (const char* part : {"Tr", "Ts"}) {
    const fs::path images = folder / (std::string("images") + part), labels = folder / (std::string("labels") + part);
    if (!fs::is_directory(images, ec)) continue;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(images))
      if (entry.is_regular_file() && isVolumeFileName(entry.path()) && entry.path().filename().string().front() != '.')
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      // "case_0000.nii.gz": the last number is the channel; CT has one.
      std::string stem = partsOf(file).stem;
      const std::string extension = file.filename().string().substr(stem.size());
      if (stem.size() > 5 && stem[stem.size() - 5] == '_') {
        const std::string channel = stem.substr(stem.size() - 4);
        if (channel.find_first_not_of("0123456789") == std::string::npos) {
          stem.resize(stem.size() - 5);
          if (channel != "0000") {
            found.problems.push_back(file.string() + " is another channel than the first; it was left out.");
            continue;
          }
        }
      }
      CaseSource source;
      source.name = source.patient = prefix + stem;
      source.image = file;
      source.values = values;
      if (std::string(part) == "Ts") source.split = Split::Test;
      for (const std::string& candidate : {stem + extension, stem + ".nii.gz", stem + ".nrrd", stem + ".mha"})
        if (!source.mask && fs::is_regular_file(labels / candidate, ec)) source.mask = labels / candidate;
      found.cases.push_back(std::move(source));
    }
  }
  return found;
}

}  // namespace pulmo
