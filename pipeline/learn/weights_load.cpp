// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/learn/half_floats.h"
#include "pipeline/learn/pickle.h"
#include "pipeline/learn/weights_description.h"
#include "pipeline/learn/weights_file.h"
#include "pipeline/learn/zip_archive.h"

namespace pulmo {

namespace {

using Kind = PickleValue::Kind;

constexpr std::uint64_t kPickleBytes = 8ULL << 20;
constexpr std::size_t kCardBytes = 1U << 20, kNameBytes = 256, kDimensions = 8;

enum class Element : std::uint8_t { Float32, Float16, BFloat16, Int64 };

std::size_t bytesOf(Element element) {
  return element == Element::Int64 ? 8 : element == Element::Float32 ? 4 : 2;
}

/// A tensor as the pickle describes it, checked against its storage; nothing of its values is read yet.
struct Plan {
  std::string name;
  Element element = Element::Float32;
  const ZipArchive::Member* storage = nullptr;
  std::uint64_t offset = 0, count = 1;
  std::vector<std::int64_t> shape{}, strides{};
};

class Loader {
 public:
  Loader(const std::filesystem::path& file, const WeightsLimits& limits)
      : name_(file.filename().string()), limits_(limits), zip_(openZip(file, limits)) {}

  NetworkWeights load();

 private:
  [[nodiscard]] Error damaged(const std::string& why) const {
    return {ErrorKind::InvalidInput, name_ + " is damaged or not weights: " + why + "."};
  }
  static ZipArchive openZip(const std::filesystem::path& file, const WeightsLimits& limits);
  void findFolder();
  Pickle readPickle();
  Plan planTensor(const Pickle& pickle, const std::string& name, const PickleValue& value) const;
  void planStorage(Plan& plan, const Pickle& pickle, const PickleValue& persistent) const;
  std::vector<std::int64_t> wholeNumbers(const Pickle& pickle, const PickleValue& tuple) const;
  std::vector<Plan> planAll(const Pickle& pickle, const PickleValue& dict) const;
  NamedTensor read(const Plan& plan, const std::vector<std::uint8_t>& bytes) const;
  std::vector<NamedTensor> readAll(const std::vector<Plan>& plans);

  std::string name_;
  WeightsLimits limits_;
  ZipArchive zip_;
  std::string folder_;  ///< "weights/"
};

/// Files of PyTorch before 1.6 begin with a pickled number, those before 0.1.10 are tar archives.
ZipArchive Loader::openZip(const std::filesystem::path& file, const WeightsLimits& limits) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, 265> head{};
  in.read(head.data(), head.size());
  const std::string_view begin(head.data(), static_cast<std::size_t>(in.gcount()));
  if (begin.starts_with("\x80\x02\x8a\x0a") || (begin.size() >= 262 && begin.substr(257, 5) == "ustar"))
    throw Error(ErrorKind::Unsupported,
                file.filename().string() +
                    " is in PyTorch's old format. Load it in Python with weights_only=True and save it again.");
  return ZipArchive(file, {limits.fileBytes, limits.tensors + 64});
}

/// All members lie in one folder, whatever it is called; the pickle's place tells.
void Loader::findFolder() {
  constexpr std::string_view kPickle = "/data.pkl";
  for (const ZipArchive::Member& member : zip_.members())
    if (member.name.ends_with(kPickle) && member.name.find('/') == member.name.size() - kPickle.size()) {
      if (!folder_.empty()) throw damaged("it holds two sets of weights");
      folder_ = member.name.substr(0, member.name.size() - kPickle.size() + 1);
    }
  if (folder_.empty()) throw damaged("it has no data.pkl, as torch.save writes it");
  for (const ZipArchive::Member& member : zip_.members()) {
    if (!member.name.starts_with(folder_)) throw damaged("it has members outside its folder");
    if (member.name == folder_ + "constants.pkl" || member.name.starts_with(folder_ + "code/"))
      throw Error(ErrorKind::Unsupported, name_ + " is a TorchScript program; only plain weights are opened.");
  }
  if (const auto* order = zip_.find(folder_ + "byteorder")) {
    std::array<std::uint8_t, 6> word{};
    constexpr std::array<std::uint8_t, 6> little{'l', 'i', 't', 't', 'l', 'e'};
    if (order->size != word.size()) throw Error(ErrorKind::Unsupported, name_ + " is not little-endian.");
    zip_.read(*order, word);
    if (word != little) throw Error(ErrorKind::Unsupported, name_ + " is not little-endian.");
  }
}

Pickle Loader::readPickle() {
  const ZipArchive::Member* member = zip_.find(folder_ + "data.pkl");
  if (member == nullptr || member->size > kPickleBytes) throw damaged("its description of the weights is too long");
  std::vector<std::uint8_t> bytes(member->size);
  zip_.read(*member, bytes);
  return {bytes, name_};
}

std::vector<std::int64_t> Loader::wholeNumbers(const Pickle& pickle, const PickleValue& tuple) const {
  if (tuple.kind != Kind::Tuple || tuple.items.size() > kDimensions) throw damaged("a tensor's shape is none");
  std::vector<std::int64_t> numbers;
  for (const PickleId id : tuple.items) {
    const PickleValue& n = pickle[id];
    if (n.kind != Kind::Int || n.integer < 0) throw damaged("a tensor's shape has what is no whole number");
    numbers.push_back(n.integer);
  }
  return numbers;
}

/// ('storage', class, key, place, number of values)
void Loader::planStorage(Plan& plan, const Pickle& pickle, const PickleValue& persistent) const {
  if (persistent.kind != Kind::Persistent) throw damaged("a tensor has no storage");
  const PickleValue& id = pickle[persistent.items[0]];
  if (id.kind != Kind::Tuple || id.items.size() != 5) throw damaged("a storage is not described");
  const PickleValue &word = pickle[id.items[0]], &type = pickle[id.items[1]], &key = pickle[id.items[2]],
                    &numel = pickle[id.items[4]];
  if (word.kind != Kind::Text || word.text != "storage" || type.kind != Kind::Global || key.kind != Kind::Text ||
      key.text.empty() || key.text.size() > 9 || numel.kind != Kind::Int)
    throw damaged("a storage is not described");
  if (type.text == "torch FloatStorage")
    plan.element = Element::Float32;
  else if (type.text == "torch HalfStorage")
    plan.element = Element::Float16;
  else if (type.text == "torch BFloat16Storage")
    plan.element = Element::BFloat16;
  else if (type.text == "torch LongStorage")
    plan.element = Element::Int64;
  else
    throw damaged("a storage has no type");
  for (const char c : key.text)
    if (c < '0' || c > '9') throw damaged("a storage's name is not a number");
  plan.storage = zip_.find(folder_ + "data/" + key.text);
  if (plan.storage == nullptr) throw damaged("the values of " + plan.name + " are missing");
  const std::uint64_t values = plan.storage->size / bytesOf(plan.element);
  if (plan.storage->size % bytesOf(plan.element) != 0 || numel.integer < 0 ||
      static_cast<std::uint64_t>(numel.integer) != values)
    throw damaged("the values of " + plan.name + " are not as many as stated");
}

Plan Loader::planTensor(const Pickle& pickle, const std::string& name, const PickleValue& value) const {
  Plan plan{.name = name};
  if (value.kind != Kind::Tensor || value.items.size() < 4 || value.items.size() > 7)
    throw damaged(name + " is no tensor");
  planStorage(plan, pickle, pickle[value.items[0]]);
  const PickleValue& offset = pickle[value.items[1]];
  plan.shape = wholeNumbers(pickle, pickle[value.items[2]]);
  plan.strides = wholeNumbers(pickle, pickle[value.items[3]]);
  if (offset.kind != Kind::Int || offset.integer < 0 || plan.strides.size() != plan.shape.size())
    throw damaged("the shape of " + name + " is none");
  plan.offset = static_cast<std::uint64_t>(offset.integer);
  const std::uint64_t held = plan.storage->size / bytesOf(plan.element);
  // Each factor and the product stay below 2^30, so that nothing here can run over.
  for (const std::int64_t n : plan.shape) {
    if (static_cast<std::uint64_t>(n) > limits_.values) throw damaged(name + " is too large");
    plan.count *= static_cast<std::uint64_t>(n);
    if (plan.count > limits_.values) throw damaged(name + " is too large");
  }
  if (plan.count > held || plan.offset > held) throw damaged(name + " is larger than its values");
  if (plan.count == 0) return plan;
  std::uint64_t last = plan.offset;
  for (std::size_t i = 0; i < plan.shape.size(); ++i) {
    const auto steps = static_cast<std::uint64_t>(plan.shape[i] - 1),
               stride = static_cast<std::uint64_t>(plan.strides[i]);
    if (steps != 0 && stride > held) throw damaged(name + " reaches beyond its values");
    last += steps * stride;
    if (last >= held) throw damaged(name + " reaches beyond its values");
  }
  if (last >= held) throw damaged(name + " reaches beyond its values");
  return plan;
}

std::vector<Plan> Loader::planAll(const Pickle& pickle, const PickleValue& dict) const {
  if (dict.pairs.empty()) throw damaged("it holds no tensor");
  if (dict.pairs.size() > limits_.tensors) throw damaged("it holds more tensors than any network here");
  std::vector<Plan> plans;
  std::set<std::string> names;
  std::uint64_t total = 0;
  for (const auto& [key, value] : dict.pairs) {
    const PickleValue& name = pickle[key];
    if (name.kind != Kind::Text || name.text.empty() || name.text.size() > kNameBytes ||
        std::any_of(name.text.begin(), name.text.end(), [](char c) { return c < 0x21 || c > 0x7E; }))
      throw damaged("a tensor's name is not allowed");
    if (!names.insert(name.text).second) throw damaged(name.text + " is there twice");
    plans.push_back(planTensor(pickle, name.text, pickle[value]));
    total += plans.back().count;
    // Tensors may share values, but not so that a small file fills the memory.
    if (total > limits_.values || total > zip_.fileBytes()) throw damaged("its tensors are too large together");
  }
  return plans;
}

NamedTensor Loader::read(const Plan& plan, const std::vector<std::uint8_t>& bytes) const {
  NamedTensor tensor{.name = plan.name, .shape = plan.shape, .values = {}, .integers = {}};
  if (plan.count == 0) return tensor;
  std::vector<std::int64_t> place(plan.shape.size(), 0);
  const auto element = [&]<class T>(T /*type*/, std::uint64_t index) {
    T value;
    std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
    return value;
  };
  const bool integers = plan.element == Element::Int64;
  if (integers)
    tensor.integers.reserve(plan.count);
  else
    tensor.values.reserve(plan.count);
  std::uint64_t index = plan.offset;
  for (std::uint64_t i = 0; i < plan.count; ++i) {
    switch (plan.element) {
      case Element::Float32:
        tensor.values.push_back(element(float{}, index));
        break;
      case Element::Float16:
        tensor.values.push_back(floatOfHalf(element(std::uint16_t{}, index)));
        break;
      case Element::BFloat16:
        tensor.values.push_back(floatOfBFloat16(element(std::uint16_t{}, index)));
        break;
      case Element::Int64:
        tensor.integers.push_back(element(std::int64_t{}, index));
        break;
    }
    if (!integers && !std::isfinite(tensor.values.back()))
      throw damaged(plan.name + " holds a value that is no number");
    for (std::size_t axis = plan.shape.size(); axis-- > 0;) {  // the next place, row-major
      index += static_cast<std::uint64_t>(plan.strides[axis]);
      if (++place[axis] < plan.shape[axis]) break;
      index -= static_cast<std::uint64_t>(plan.strides[axis]) * static_cast<std::uint64_t>(plan.shape[axis]);
      place[axis] = 0;
    }
  }
  return tensor;
}

/// Each storage is read once, however many tensors share it and in whatever order.
std::vector<NamedTensor> Loader::readAll(const std::vector<Plan>& plans) {
  std::vector<std::size_t> order(plans.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return plans[a].storage->dataOffset < plans[b].storage->dataOffset;
  });
  std::vector<NamedTensor> tensors(plans.size());
  std::vector<std::uint8_t> bytes;
  const ZipArchive::Member* loaded = nullptr;
  for (const std::size_t i : order) {
    if (plans[i].storage != loaded) {
      loaded = plans[i].storage;
      bytes.resize(loaded->size);
      zip_.read(*loaded, bytes);
    }
    tensors[i] = read(plans[i], bytes);
  }
  return tensors;
}

NetworkWeights Loader::load() {
  findFolder();
  const Pickle pickle = readPickle();
  const PickleValue& root = pickle.root();
  if (root.kind != Kind::Dict) throw damaged("it holds no state dict");
  const PickleValue* state = pickle.find(root, "state_dict");
  const bool ours = state != nullptr && state->kind == Kind::Dict;
  const std::vector<Plan> plans = planAll(pickle, ours ? *state : root);
  NetworkWeights weights;
  if (ours) {
    const PickleValue* description = pickle.find(root, "description");
    if (description != nullptr) weights.description = readDescription(pickle, *description, name_);
    if (const PickleValue* card = pickle.find(root, "card")) {
      if (card->kind != Kind::Text || card->text.size() > kCardBytes) throw damaged("its card is not a text");
      weights.card = card->text;
    }
    weights.tensors = readAll(plans);
    if (description == nullptr) weights.description = describeTensors(weights.tensors, name_);
    return weights;
  }
  weights.tensors = readAll(plans);
  weights.description = describeTensors(weights.tensors, name_);
  return weights;
}

}  // namespace

NetworkWeights loadWeights(const std::filesystem::path& file, const WeightsLimits& limits) {
  try {
    return Loader(file, limits).load();
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::OutOfMemory, "There is not enough memory to open " + file.filename().string() + ".");
  }
}

}  // namespace pulmo
