// SPDX-License-Identifier: Apache-2.0
#include "pipeline/core/mha_header.h"

#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

namespace pulmo {
namespace {

/// A gantry larger than this is a typing error, and squares of it stay finite.
constexpr double kFarMm = 1e6;
constexpr int kMostVoxelsAlongAnAxis = 1 << 16;
/// 4 GiB of HU: several times the largest chest CT.
constexpr std::uint64_t kMostVoxels = std::uint64_t{1} << 31U;
/// Directions are written with as few as six digits.
constexpr double kDirectionTolerance = 1e-3;

[[noreturn]] void damaged(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::InvalidInput, name + " cannot be read: " + what + ".");
}

[[noreturn]] void unsupported(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::Unsupported, name + " cannot be read here: " + what + ".");
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Foreign text in a message: short, one line, printable.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text.substr(0, 40)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (text.size() > 40 ? "...\"" : "\"");
}

/// The header's fields, with the questions one asks of them.
class Fields {
 public:
  Fields(std::string_view head, std::string name) : name_(std::move(name)) {
    std::size_t at = 0;
    while (true) {
      const auto end = head.find('\n', at);
      if (end == std::string_view::npos)
        damaged(name_, "it has no complete MetaImage header (the line ElementDataFile is missing)");
      const std::string_view line = head.substr(at, end - at);
      at = end + 1;
      if (trimmed(line).empty()) continue;
      const auto equals = line.find('=');
      if (equals == std::string_view::npos) damaged(name_, "it has no MetaImage header");
      const std::string key(trimmed(line.substr(0, equals)));
      if (!values_.emplace(key, trimmed(line.substr(equals + 1))).second)
        damaged(name_, "its header gives " + quoted(key) + " twice");
      if (key == "ElementDataFile") break;  // MetaIO: always the last
    }
    end_ = at;
  }

  [[nodiscard]] std::size_t end() const { return end_; }

  [[nodiscard]] std::optional<std::string_view> find(std::initializer_list<const char*> keys) const {
    for (const char* key : keys)
      if (const auto found = values_.find(key); found != values_.end()) return found->second;
    return std::nullopt;
  }

  [[nodiscard]] std::string_view required(const char* key) const {
    const auto value = find({key});
    if (!value) damaged(name_, std::string("its header lacks the field ") + key);
    return *value;
  }

  [[nodiscard]] bool flag(std::initializer_list<const char*> keys, bool otherwise) const {
    const auto value = find(keys);
    if (!value) return otherwise;
    if (*value == "True" || *value == "true" || *value == "1") return true;
    if (*value == "False" || *value == "false" || *value == "0") return false;
    damaged(name_, std::string("its field ") + *keys.begin() + " is " + quoted(*value) + ", not True or False");
  }

  /// Numbers parted by spaces; nullopt if the field is absent.
  template <class Number>
  [[nodiscard]] std::optional<std::vector<Number>> numbers(std::initializer_list<const char*> keys,
                                                           std::size_t count) const {
    const auto value = find(keys);
    if (!value) return std::nullopt;
    std::vector<Number> result;
    std::string_view rest = *value;
    while (!(rest = trimmed(rest)).empty()) {
      if (rest.front() == '+') rest.remove_prefix(1);
      Number number{};
      const auto [next, code] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
      const bool whole = next == rest.data() + rest.size() || *next == ' ' || *next == '\t';
      if (code != std::errc() || !whole || result.size() == count) {
        result.clear();
        break;
      }
      result.push_back(number);
      rest.remove_prefix(static_cast<std::size_t>(next - rest.data()));
    }
    if (result.size() != count)
      damaged(name_, std::string("its field ") + *keys.begin() + " is " + quoted(*value) + ", not " +
                         std::to_string(count) + (count == 1 ? " number" : " numbers"));
    return result;
  }

 private:
  std::string name_;
  std::map<std::string, std::string_view, std::less<>> values_;
  std::size_t end_ = 0;
};

/// All that MetaImage allows and this reader does not.
void refuseTheRest(const Fields& fields, const std::string& name) {
  if (const auto type = fields.find({"ObjectType"}); type && *type != "Image")
    unsupported(name, "it holds a MetaIO " + quoted(*type) + ", not an image");
  if (fields.numbers<int>({"NDims"}, 1).value_or(std::vector<int>{0})[0] != 3)
    unsupported(name, "it has " + quoted(fields.required("NDims")) + " dimensions; a volume has 3");
  if (const auto file = fields.required("ElementDataFile"); file != "LOCAL")
    unsupported(name, "its voxels are in another file (" + quoted(file) + "); save it as one .mha file");
  if (fields.flag({"CompressedData"}, false))
    unsupported(name, "its voxels are compressed; save it without compression");
  if (!fields.flag({"BinaryData"}, true)) unsupported(name, "its voxels are written as text; save it as binary");
  if (fields.numbers<int>({"ElementNumberOfChannels"}, 1).value_or(std::vector<int>{1})[0] != 1)
    unsupported(name, "it has several values a voxel; a scan or a mask has one");
  if (fields.numbers<long long>({"HeaderSize"}, 1).value_or(std::vector<long long>{0})[0] != 0)
    unsupported(name, "it has a second header between its own and the voxels");
  if (fields.numbers<double>({"ElementToIntensityFunctionSlope"}, 1).value_or(std::vector<double>{1})[0] != 1 ||
      fields.numbers<double>({"ElementToIntensityFunctionOffset"}, 1).value_or(std::vector<double>{0})[0] != 0)
    unsupported(name, "its values are scaled; save it with values as they are meant");
}

std::array<double, 9> directionOf(const Fields& fields, const std::string& name) {
  const auto listed = fields.numbers<double>({"TransformMatrix", "Rotation", "Orientation"}, 9);
  if (!listed) return Grid{}.direction;
  std::array<double, 9> direction{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    for (std::size_t row = 0; row < 3; ++row) direction[3 * row + axis] = (*listed)[3 * axis + row];
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = a; b < 3; ++b) {
      double dot = 0;
      for (std::size_t row = 0; row < 3; ++row) dot += direction[3 * row + a] * direction[3 * row + b];
      if (!(std::abs(dot - (a == b ? 1 : 0)) <= kDirectionTolerance))
        damaged(name, "the axes in its TransformMatrix are not at right angles and of length 1");
    }
  }
  return direction;
}

Grid gridOf(const Fields& fields, const std::string& name) {
  Grid grid;
  const auto size = fields.numbers<long long>({"DimSize"}, 3);
  if (!size) (void)fields.required("DimSize");
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if ((*size)[axis] < 1 || (*size)[axis] > kMostVoxelsAlongAnAxis)
      damaged(name, "its header says " + std::to_string((*size)[axis]) + " voxels along an axis");
    grid.size[axis] = static_cast<int>((*size)[axis]);
  }
  if (grid.voxelCount() > kMostVoxels)  // each <= 2^16, so the product fits 64 bits
    damaged(name, "its header says " + std::to_string(grid.voxelCount()) + " voxels, more than the limit of " +
                      std::to_string(kMostVoxels));
  const auto spacing = fields.numbers<double>({"ElementSpacing", "ElementSize"}, 3);
  grid.spacingKnown = spacing.has_value();
  if (spacing) std::copy(spacing->begin(), spacing->end(), grid.spacingMm.begin());
  if (const auto origin = fields.numbers<double>({"Offset", "Position", "Origin"}, 3))
    std::copy(origin->begin(), origin->end(), grid.originMm.begin());
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!(grid.spacingMm[axis] > 0 && grid.spacingMm[axis] < kFarMm))
      damaged(name, "its spacing along an axis is not a length above 0 mm");
    if (!(std::abs(grid.originMm[axis]) < kFarMm)) damaged(name, "its position is not a place in mm");
  }
  grid.direction = directionOf(fields, name);
  return grid;
}

void append(std::string& text, double value) {
  char digits[32];
  const auto [end, code] = std::to_chars(digits, digits + sizeof digits, value);  // shortest that reads back the same
  text.append(digits, code == std::errc() ? end : digits);
}

template <class Values>
void appendLine(std::string& text, const char* key, const Values& values) {
  text += key;
  text += " =";
  for (const auto& value : values) {
    text += ' ';
    append(text, static_cast<double>(value));
  }
  text += '\n';
}

}  // namespace

MhaHeader parseMhaHeader(std::string_view head, const std::string& name) {
  const Fields fields(head, name);
  refuseTheRest(fields, name);
  MhaHeader header;
  header.grid = gridOf(fields, name);
  header.elementType = fields.required("ElementType");
  header.bigEndian = fields.flag({"BinaryDataByteOrderMSB", "ElementByteOrderMSB"}, false);
  header.dataOffset = fields.end();
  return header;
}

std::string mhaHeaderText(const Grid& grid, std::string_view elementType, bool bigEndian) {
  std::string text = "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = ";
  text += bigEndian ? "True" : "False";
  text += "\nCompressedData = False\n";
  const auto& d = grid.direction;
  appendLine(text, "TransformMatrix", std::array<double, 9>{d[0], d[3], d[6], d[1], d[4], d[7], d[2], d[5], d[8]});
  appendLine(text, "Offset", grid.originMm);
  text += "CenterOfRotation = 0 0 0\n";
  if (grid.spacingKnown) appendLine(text, "ElementSpacing", grid.spacingMm);
  appendLine(text, "DimSize", grid.size);
  text += "ElementType = ";
  text += elementType;
  text += "\nElementDataFile = LOCAL\n";
  return text;
}

}  // namespace pulmo
