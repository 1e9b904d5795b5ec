// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/learn/training_config.h"

namespace pulmo {

namespace {

// Order kept: the file reads in the order of the fields.
using Json = nlohmann::ordered_json;

/// A field whose values have names.
struct WordField {
  std::string_view key;
  std::vector<std::string_view> words;  ///< in the order of the enum's values
  std::uint8_t (*get)(const TrainingConfig&);
  void (*set)(TrainingConfig&, std::uint8_t);
};

const std::vector<WordField>& wordFields() {
  using C = TrainingConfig;
  using Byte = std::uint8_t;
  static const std::vector<WordField> fields{
      {"network.architecture",
       {"unet", "residual", "cascade"},
       [](const C& c) { return static_cast<Byte>(c.network.architecture); },
       [](C& c, Byte v) { c.network.architecture = static_cast<Architecture>(v); }},
      {"optimizer",
       {"adam", "adamw"},
       [](const C& c) { return static_cast<Byte>(c.optimizer); },
       [](C& c, Byte v) { c.optimizer = static_cast<OptimizerKind>(v); }},
      {"schedule",
       {"constant", "poly", "cosine"},
       [](const C& c) { return static_cast<Byte>(c.schedule); },
       [](C& c, Byte v) { c.schedule = static_cast<Schedule>(v); }},
      {"pathology.mode",
       {"circles", "infiltrates"},
       [](const C& c) { return static_cast<Byte>(c.pathology.mode); },
       [](C& c, Byte v) { c.pathology.mode = static_cast<PathologyMode>(v); }},
      {"pathology.sides",
       {"both", "right", "left", "either"},
       [](const C& c) { return static_cast<Byte>(c.pathology.sides); },
       [](C& c, Byte v) { c.pathology.sides = static_cast<LesionSides>(v); }},
      {"device",
       {"auto", "cpu", "cuda"},
       [](const C& c) { return static_cast<Byte>(c.device); },
       [](C& c, Byte v) { c.device = static_cast<DeviceChoice>(v); }},
      {"precision",
       {"auto", "float32", "bfloat16"},
       [](const C& c) { return static_cast<Byte>(c.precision); },
       [](C& c, Byte v) { c.precision = static_cast<Precision>(v); }},
  };
  return fields;
}

struct SwitchField {
  std::string_view key;
  bool& (*of)(TrainingConfig&);
};
constexpr std::array<SwitchField, 4> kSwitches{
    {{"pathology.closeRim", [](TrainingConfig& c) -> bool& { return c.pathology.closeRim; }},
     {"pathology.spill", [](TrainingConfig& c) -> bool& { return c.pathology.spill; }},
     {"simulateIntoDiseased", [](TrainingConfig& c) -> bool& { return c.simulateIntoDiseased; }},
     {"network.denoise", [](TrainingConfig& c) -> bool& { return c.network.denoise; }}}};

Json::json_pointer pointerTo(std::string_view key) {
  std::string path = "/";
  for (const char c : key) path += c == '.' ? '/' : c;
  return Json::json_pointer(path);
}

Error wrong(std::string_view key, const std::string& why) {
  return {ErrorKind::InvalidInput, "The configuration's \"" + std::string(key) + "\" " + why + "."};
}

/// Null: the file is from before there was such a field.
const Json* valueAt(const Json& object, std::string_view key) {
  const auto pointer = pointerTo(key);
  return object.contains(pointer) ? &object.at(pointer) : nullptr;
}

/// What a run did before there was the field, where that is not the default.
struct Before {
  std::string_view key;
  double value;
};
constexpr std::array<Before, 1> kBefore{{{"augmentation.domeProbability", 0}}};

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

void collectKeys(const Json& object, const std::string& prefix, std::vector<std::string>& keys) {
  for (const auto& [key, value] : object.items()) {
    const std::string whole = prefix.empty() ? key : prefix + "." + key;
    if (value.is_object())
      collectKeys(value, whole, keys);
    else
      keys.push_back(whole);
  }
}

void requireKnown(const Json& object) {
  std::set<std::string, std::less<>> known;
  for (const TrainingField& f : trainingFields()) known.emplace(f.key);
  for (const WordField& f : wordFields()) known.emplace(f.key);
  for (const SwitchField& f : kSwitches) known.emplace(f.key);
  std::vector<std::string> keys;
  collectKeys(object, "", keys);
  for (const std::string& key : keys)
    if (!known.contains(key)) throw wrong(key, "is no field of this version");
}

void readNumber(const Json& object, const TrainingField& f, TrainingConfig& config) {
  const Json* found = valueAt(object, f.key);
  if (found == nullptr) {
    for (const Before& before : kBefore)
      if (before.key == f.key) f.set(config, before.value);
    return;
  }
  const Json& value = *found;
  if (!value.is_number()) throw wrong(f.key, "must be a number");
  const double number = value.get<double>();
  if (!std::isfinite(number)) throw wrong(f.key, "must be a number");
  // Before it becomes an int: a value beyond one would wrap.
  if (!(number >= f.low && number <= f.high))
    throw Error(ErrorKind::InvalidInput, std::string(f.key) + " is " + value.dump() + ": it must lie between " +
                                             Json(f.low).dump() + " and " + Json(f.high).dump() + ".");
  f.set(config, number);
  if (f.get(config) != number) throw wrong(f.key, "must be a whole number");
}

}  // namespace

std::string toJson(const TrainingConfig& config) {
  Json object;
  const auto isWhole = [](double value) { return std::floor(value) == value && std::abs(value) < 1e15; };
  const auto words = [&](std::string_view section) {
    for (const WordField& f : wordFields())
      if (f.key.starts_with(section)) object[pointerTo(f.key)] = std::string(f.words.at(f.get(config)));
  };
  words("network.");
  for (const TrainingField& f : trainingFields()) {
    const double value = f.get(config);
    if (f.key == "seed")
      object["seed"] = config.seed;
    else if (isWhole(value))
      object[pointerTo(f.key)] = static_cast<std::int64_t>(value);
    else
      object[pointerTo(f.key)] = value;
  }
  words("");
  for (const SwitchField& f : kSwitches) {
    TrainingConfig copy = config;
    object[pointerTo(f.key)] = f.of(copy);
  }
  return object.dump(2) + "\n";
}

std::string firstDifference(const TrainingConfig& a, const TrainingConfig& b) {
  const Json first = Json::parse(toJson(a)).flatten(), second = Json::parse(toJson(b)).flatten();
  for (const auto& [pointer, value] : first.items()) {
    if (value == second.at(pointer)) continue;
    std::string key = pointer.substr(1);
    std::replace(key.begin(), key.end(), '/', '.');
    return key;
  }
  return {};
}

TrainingConfig trainingConfigFromJson(const std::string& text) {
  const Json object = Json::parse(text, nullptr, false);
  if (!object.is_object())
    throw Error(ErrorKind::InvalidInput,
                "The training configuration is no JSON object: it is damaged or another file.");
  requireKnown(object);
  TrainingConfig config;
  for (const TrainingField& f : trainingFields()) readNumber(object, f, config);
  for (const WordField& f : wordFields()) {
    const Json* value = valueAt(object, f.key);
    if (value == nullptr) continue;
    bool found = false;
    for (std::size_t i = 0; i < f.words.size(); ++i) {
      if (!value->is_string() || value->get_ref<const std::string&>() != f.words[i]) continue;
      f.set(config, static_cast<std::uint8_t>(i));
      found = true;
    }
    if (!found) throw wrong(f.key, "must be one of " + joined(f.words));
  }
  for (const SwitchField& f : kSwitches) {
    const Json* value = valueAt(object, f.key);
    if (value == nullptr) continue;
    if (!value->is_boolean()) throw wrong(f.key, "must be true or false");
    f.of(config) = value->get<bool>();
  }
  validate(config);
  return config;
}

}  // namespace pulmo
