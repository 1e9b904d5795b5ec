// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/slice_store_format.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/core/error.h"

namespace pulmo::store {

static_assert(std::endian::native == std::endian::little, "a store's bytes lie as on little-endian machines");

using nlohmann::json;

namespace {

constexpr int kMostSlices = 100'000'000;

[[noreturn]] void refuse(const std::string& folder, const std::string& what) {
  throw Error(ErrorKind::InvalidInput, "The dataset " + folder + " is damaged: " + what + ". Prepare it again.");
}

std::string maskKey(MaskOrigin origin) {
  return origin == MaskOrigin::Expert ? "expert" : origin == MaskOrigin::Threshold ? "threshold" : "phantom";
}

json toJson(const StoredCase& c, std::uint64_t shapeAt, std::uint64_t shapeBytes, const std::string& lung) {
  return {{"name", c.name},
          {"patient", c.patient},
          {"split", splitKey(c.split)},
          {"masks", maskKey(c.masks)},
          {"diseased", c.diseased},
          {"sidesKnown", c.sidesKnown},
          {"firstSlice", c.firstSlice},
          {"slices", c.slices},
          {"spacingMm", c.grid.spacingMm},
          {"spacingKnown", c.grid.spacingKnown},
          {"originMm", c.grid.originMm},
          {"direction", c.grid.direction},
          {"shapeAt", shapeAt},
          {"shapeBytes", shapeBytes},
          {"lung", lung},
          {"notes", c.notes}};
}

/// Fields of one JSON object, each checked for its presence and its type.
class Fields {
 public:
  Fields(const json& object, const std::string& folder) : object_(object), folder_(folder) {
    if (!object.is_object()) refuse(folder, "its description is no object");
  }
  [[nodiscard]] const json& at(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) refuse(folder_, std::string("\"") + key + "\" is missing");
    return *found;
  }
  [[nodiscard]] std::string text(const char* key) const {
    if (!at(key).is_string()) wrong(key);
    return at(key).get<std::string>();
  }
  [[nodiscard]] bool flag(const char* key) const {
    if (!at(key).is_boolean()) wrong(key);
    return at(key).get<bool>();
  }
  [[nodiscard]] std::uint64_t natural(const char* key, std::uint64_t most = ~std::uint64_t{0}) const {
    if (!at(key).is_number_unsigned() || at(key).get<std::uint64_t>() > most) wrong(key);
    return at(key).get<std::uint64_t>();
  }
  template <std::size_t N>
  [[nodiscard]] std::array<double, N> numbers(const char* key) const {
    std::array<double, N> result{};
    if (!at(key).is_array() || at(key).size() != N) wrong(key);
    for (std::size_t i = 0; i < N; ++i) {
      if (!at(key)[i].is_number()) wrong(key);
      result[i] = at(key)[i].get<double>();
      if (!std::isfinite(result[i]) || std::abs(result[i]) > 1e6) wrong(key);
    }
    return result;
  }
  [[nodiscard]] std::vector<std::string> texts(const char* key) const {
    if (!at(key).is_array()) wrong(key);
    std::vector<std::string> result;
    for (const json& item : at(key)) {
      if (!item.is_string()) wrong(key);
      result.push_back(item.get<std::string>());
    }
    return result;
  }
  [[noreturn]] void wrong(const char* key) const { refuse(folder_, std::string("\"") + key + "\" cannot be read"); }

 private:
  const json& object_;
  const std::string& folder_;
};

StoredCase caseFrom(const Fields& in, int size) {
  StoredCase c;
  c.name = in.text("name");
  c.patient = in.text("patient");
  const std::string split = in.text("split"), masks = in.text("masks");
  bool known = false;
  for (const Split s : {Split::Train, Split::Validation, Split::Test})
    if (split == splitKey(s)) c.split = s, known = true;
  if (!known) in.wrong("split");
  known = false;
  for (const MaskOrigin m : {MaskOrigin::Expert, MaskOrigin::Threshold, MaskOrigin::Phantom})
    if (masks == maskKey(m)) c.masks = m, known = true;
  if (!known) in.wrong("masks");
  c.diseased = in.flag("diseased");
  c.sidesKnown = in.flag("sidesKnown");
  c.firstSlice = static_cast<int>(in.natural("firstSlice", kMostSlices));
  c.slices = static_cast<int>(in.natural("slices", kMostSlices));
  c.grid.size = {size, size, c.slices};
  c.grid.spacingMm = in.numbers<3>("spacingMm");
  c.grid.spacingKnown = in.flag("spacingKnown");
  c.grid.originMm = in.numbers<3>("originMm");
  c.grid.direction = in.numbers<9>("direction");
  for (const double mm : c.grid.spacingMm)
    if (!(mm > 0)) in.wrong("spacingMm");
  c.notes = in.texts("notes");
  return c;
}

std::string hex(std::uint64_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 0; i < 16; ++i) text[i] = kDigits[(value >> (60 - 4 * i)) & 15U];
  return text;
}

std::uint64_t fromHex(const std::string& text, const Fields& in, const char* key) {
  if (text.size() != 16 || text.find_first_not_of("0123456789abcdef") != std::string::npos) in.wrong(key);
  return std::stoull(text, nullptr, 16);
}

template <class T>
void put(std::string& bytes, const T& value) {
  const auto at = bytes.size();
  bytes.resize(at + sizeof value);
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

template <class T>
bool take(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return true;
}

}  // namespace

std::uint64_t hashBytes(std::uint64_t before, const void* bytes, std::size_t count) {
  constexpr std::uint64_t kPrime = 0x100000001b3;
  const auto* from = static_cast<const unsigned char*>(bytes);
  std::uint64_t hash = before;
  for (std::size_t i = 0; i < count; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + i, std::min<std::size_t>(8, count - i));
    hash = (hash ^ word) * kPrime;
    hash ^= hash >> 29;  // the high bytes of a word reach the low bits too
  }
  return hash;
}

std::string toJson(const Index& index) {
  json cases = json::array();
  for (std::size_t i = 0; i < index.cases.size(); ++i) {
    const StoredCase& c = index.cases[i];
    std::string lung;
    for (int k = 0; k < c.slices; ++k) lung += index.lung[static_cast<std::size_t>(c.firstSlice + k)] ? '1' : '0';
    cases.push_back(toJson(c, index.shapeAt[i], index.shapeBytes[i], lung));
  }
  const json all = {{"format", "pulmoscope slice store"},
                    {"version", kVersion},
                    {"size", index.size},
                    {"slices", index.slices},
                    {"contentHash", hex(index.contentHash)},
                    {"splitSeed", index.splitSeed},
                    {"cases", cases},
                    {"problems", index.problems}};
  return all.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Index indexFromJson(const std::string& text, const std::string& folder) {
  json all;
  try {
    all = json::parse(text);
  } catch (const json::exception& e) {
    throw Error(ErrorKind::InvalidInput, "The dataset " + folder + " is damaged: store.json cannot be read.", e.what());
  }
  const Fields in(all, folder);
  if (in.text("format") != "pulmoscope slice store") refuse(folder, "store.json describes something else");
  if (const auto version = in.natural("version"); version != kVersion)
    throw Error(ErrorKind::InvalidInput, "The dataset " + folder + " is of format version " + std::to_string(version) +
                                             ", this program reads version " + std::to_string(kVersion) +
                                             ". Prepare it again with this program.");
  Index index;
  index.size = static_cast<int>(in.natural("size", kMostSize));
  if (index.size < kLeastSize || index.size % 16 != 0) in.wrong("size");
  index.slices = static_cast<int>(in.natural("slices", kMostSlices));
  index.contentHash = fromHex(in.text("contentHash"), in, "contentHash");
  index.splitSeed = in.natural("splitSeed");
  index.problems = in.texts("problems");
  if (!in.at("cases").is_array() || in.at("cases").empty()) in.wrong("cases");
  int next = 0;
  for (const json& item : in.at("cases")) {
    const Fields one(item, folder);
    StoredCase c = caseFrom(one, index.size);
    const std::string lung = one.text("lung");
    if (c.firstSlice != next || c.slices < 1 || c.slices > index.slices - next) one.wrong("slices");
    if (lung.size() != static_cast<std::size_t>(c.slices) || lung.find_first_not_of("01") != std::string::npos)
      one.wrong("lung");
    for (const char slice : lung) index.lung.push_back(slice == '1');
    next += c.slices;
    index.shapeAt.push_back(one.natural("shapeAt"));
    index.shapeBytes.push_back(one.natural("shapeBytes", std::uint64_t{1} << 31));
    index.cases.push_back(std::move(c));
  }
  if (next != index.slices) refuse(folder, "its cases do not add up to its slices");
  requireWholePatients(index.cases);
  return index;
}

void requireWholePatients(const std::vector<StoredCase>& cases) {
  std::map<std::string, Split> side;
  for (const StoredCase& c : cases) {
    const auto [known, added] = side.emplace(c.patient, c.split);
    if (!added && known->second != c.split)
      throw Error(ErrorKind::InvalidInput, "The patient " + c.patient + " would be on two sides, " +
                                               splitKey(known->second) + " and " + splitKey(c.split) +
                                               ". All cases of a patient belong on one side.");
  }
}

std::string shapeToBytes(const LungShape& shape) {
  std::string bytes;
  put(bytes, static_cast<std::int32_t>(shape.step));
  put(bytes, static_cast<std::int32_t>(shape.stepZ));
  for (const int side : shape.coarseSize) put(bytes, static_cast<std::int32_t>(side));
  put(bytes, static_cast<std::uint32_t>(shape.boxes.size()));
  put(bytes, shape.lungMl);
  for (const auto& pair : shape.boxes)
    for (const LungShape::Box& box : pair)
      for (const int v : {box.x0, box.y0, box.x1, box.y1}) put(bytes, static_cast<std::int32_t>(v));
  bytes.append(shape.coarseLabel.begin(), shape.coarseLabel.end());
  bytes.append(shape.coarseDepthMm.begin(), shape.coarseDepthMm.end());
  return bytes;
}

LungShape shapeFromBytes(std::string_view bytes, const Grid& grid, const std::string& folder) {
  LungShape shape;
  shape.grid = grid;
  std::array<std::int32_t, 5> head{};
  std::uint32_t boxes = 0;
  bool ok = true;
  for (std::int32_t& value : head) ok = ok && take(bytes, value);
  ok = ok && take(bytes, boxes) && take(bytes, shape.lungMl);
  if (!ok || boxes != static_cast<std::uint32_t>(grid.size[2]) || !std::isfinite(shape.lungMl) || shape.lungMl < 0)
    refuse(folder, "a lung shape cannot be read");
  shape.step = head[0];
  shape.stepZ = head[1];
  shape.coarseSize = {head[2], head[3], head[4]};
  // Cells cover the grid, and not many times over.
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const int step = axis == 2 ? shape.stepZ : shape.step;
    if (step < 1 || step > 4096 || shape.coarseSize[axis] != (grid.size[axis] + step - 1) / step)
      refuse(folder, "a lung shape does not fit its case");
  }
  std::size_t cells = 1;
  for (const int side : shape.coarseSize) cells *= static_cast<std::size_t>(side);
  if (bytes.size() != std::size_t{boxes} * 32 + 2 * cells) refuse(folder, "a lung shape has another length");
  shape.boxes.resize(boxes);
  for (auto& pair : shape.boxes)
    for (LungShape::Box& box : pair) {
      std::array<std::int32_t, 4> v{};
      for (std::int32_t& value : v) (void)take(bytes, value);
      box = {v[0], v[1], v[2], v[3]};
      const bool none = box.x1 < box.x0;
      if (!none && (box.x0 < 0 || box.y0 < 0 || box.y1 < box.y0 || box.x1 >= grid.size[0] || box.y1 >= grid.size[1]))
        refuse(folder, "a lung box lies outside its slice");
    }
  shape.coarseLabel.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cells));
  shape.coarseDepthMm.assign(bytes.begin() + static_cast<std::ptrdiff_t>(cells), bytes.end());
  for (const std::uint8_t label : shape.coarseLabel)
    if (label > 3) refuse(folder, "a lung shape holds what is no lung");
  return shape;
}

}  // namespace pulmo::store
