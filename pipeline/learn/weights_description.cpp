// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/weights_description.h"

#include <array>
#include <cmath>
#include <set>
#include <string_view>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

using Kind = PickleValue::Kind;

struct WholeField {
  std::string_view key;
  int NetworkDescription::*member;
};
constexpr std::array<WholeField, 5> kWholeFields{{{"baseChannels", &NetworkDescription::baseChannels},
                                                  {"levels", &NetworkDescription::levels},
                                                  {"neighbours", &NetworkDescription::neighbours},
                                                  {"classes", &NetworkDescription::classes},
                                                  {"size", &NetworkDescription::size}}};
struct NumberField {
  std::string_view key;
  double WindowHu::*member;
};
constexpr std::array<NumberField, 2> kNumberFields{
    {{"inputWindowWidthHu", &WindowHu::width}, {"inputWindowCentreHu", &WindowHu::centre}}};
constexpr std::string_view kArchitecture = "architecture", kDenoise = "denoise";

}  // namespace

void writeDescription(PickleWriter& pickle, const NetworkDescription& description) {
  pickle.emptyDict();
  pickle.mark();
  pickle.text(kArchitecture);
  pickle.text(architectureKey(description.architecture));
  for (const WholeField& field : kWholeFields) {
    pickle.text(field.key);
    pickle.integer(description.*field.member);
  }
  for (const NumberField& field : kNumberFields) {
    pickle.text(field.key);
    pickle.number(description.inputWindow.*field.member);
  }
  pickle.text(kDenoise);
  pickle.boolean(description.denoise);
  pickle.setItems();
}

NetworkDescription readDescription(const Pickle& pickle, const PickleValue& dict, const std::string& name) {
  const auto wrong = [&](std::string_view key) {
    return Error(ErrorKind::InvalidInput,
                 name + " does not describe its network: \"" + std::string(key) + "\" is missing or no such value.");
  };
  if (dict.kind != Kind::Dict) throw wrong("description");
  NetworkDescription description;
  std::set<std::string_view> known{kArchitecture, kDenoise};
  const PickleValue* architecture = pickle.find(dict, kArchitecture);
  if (architecture == nullptr || architecture->kind != Kind::Text) throw wrong(kArchitecture);
  description.architecture = architectureOf(architecture->text);
  for (const auto& [key, member] : kWholeFields) {
    const PickleValue* value = pickle.find(dict, key);
    if (value == nullptr || value->kind != Kind::Int || value->integer < 0 || value->integer > 100000) throw wrong(key);
    description.*member = static_cast<int>(value->integer);
    known.insert(key);
  }
  for (const auto& [key, member] : kNumberFields) {
    const PickleValue* value = pickle.find(dict, key);
    if (value == nullptr || (value->kind != Kind::Int && value->kind != Kind::Float)) throw wrong(key);
    const double number = value->kind == Kind::Int ? static_cast<double>(value->integer) : value->number;
    if (!std::isfinite(number)) throw wrong(key);
    description.inputWindow.*member = number;
    known.insert(key);
  }
  if (const PickleValue* value = pickle.find(dict, kDenoise)) {  // absent: a file from before there was a choice
    if (value->kind != Kind::Bool) throw wrong(kDenoise);
    description.denoise = value->integer != 0;
  }
  for (const auto& pair : dict.pairs) {
    const PickleValue& key = pickle[pair.first];
    if (key.kind != Kind::Text || !known.contains(key.text))
      throw Error(ErrorKind::Unsupported, name +
                                              " describes its network in a way this version does not know. A newer "
                                              "version may have written it.");
  }
  validate(description);
  return description;
}

NetworkDescription describeTensors(const std::vector<NamedTensor>& tensors, const std::string& name) {
  const auto find = [&](const std::string& key) -> const NamedTensor* {
    for (const NamedTensor& tensor : tensors)
      if (tensor.name == key) return &tensor;
    return nullptr;
  };
  NetworkDescription description;
  const bool cascade = find("fine.head.weight") != nullptr;
  const std::string prefix = cascade ? "fine." : "";
  const NamedTensor *first = find(prefix + "down.0.conv1.weight"), *head = find(prefix + "head.weight");
  if (first == nullptr || head == nullptr || first->shape.size() != 4 || head->shape.size() != 4)
    throw Error(ErrorKind::InvalidInput, name + " holds the weights of another network than this program's.");
  const auto bounded = [&](std::int64_t value) {
    if (value < 0 || value > 100000)
      throw Error(ErrorKind::InvalidInput, name + " holds the weights of a network that is too large.");
    return static_cast<int>(value);
  };
  description.baseChannels = bounded(first->shape[0]);
  description.classes = bounded(head->shape[0]);
  description.neighbours = bounded(first->shape[1]) - (cascade ? description.classes : 0);
  description.levels = 0;
  while (find(prefix + "down." + std::to_string(description.levels) + ".conv1.weight") != nullptr) ++description.levels;
  description.architecture = cascade                                 ? Architecture::Cascade
                             : find("down.0.skip.weight") != nullptr ? Architecture::ResidualUNet
                                                                     : Architecture::UNet;
  validate(description);
  return description;
}

}  // namespace pulmo
