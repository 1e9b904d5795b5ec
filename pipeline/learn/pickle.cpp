// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kOrderedDict = "collections OrderedDict", kRebuildTensor = "torch._utils _rebuild_tensor_v2";
constexpr std::array<std::string_view, 6> kGlobals{kOrderedDict,        kRebuildTensor,          "torch FloatStorage",
                                                   "torch HalfStorage", "torch BFloat16Storage", "torch LongStorage"};
constexpr std::size_t kLongestWord = 200;
constexpr std::size_t kMostValues = 1U << 20;  ///< ten times what 4096 tensors need

/// As text for a message: strangers' bytes may be anything.
std::string printable(std::string_view text) {
  std::string out(text.substr(0, 60));
  for (char& c : out)
    if (c < 0x20 || c > 0x7E) c = '?';
  return out;
}

}  // namespace

/// Runs the opcodes on a stack of value numbers.
class PickleMachine {
 public:
  PickleMachine(std::span<const std::uint8_t> bytes, std::string name, std::vector<PickleValue>& values)
      : bytes_(bytes), name_(std::move(name)), values_(values) {}

  PickleId run();

 private:
  [[noreturn]] void damaged(const std::string& why) const {
    throw Error(ErrorKind::InvalidInput, name_ + " is damaged: " + why + ".", "at byte " + std::to_string(at_));
  }

  std::span<const std::uint8_t> take(std::size_t count) {
    if (bytes_.size() - at_ < count) damaged("its description of the weights is cut off");
    at_ += count;
    return bytes_.subspan(at_ - count, count);
  }
  std::uint64_t unsignedOf(std::size_t count) {
    std::uint64_t value = 0;
    const auto raw = take(count);
    for (std::size_t i = 0; i < count; ++i) value |= static_cast<std::uint64_t>(raw[i]) << (8 * i);
    return value;
  }

  PickleId make(PickleValue value) {
    if (values_.size() >= kMostValues) damaged("its description of the weights is far too long");
    values_.push_back(std::move(value));
    return static_cast<PickleId>(values_.size() - 1);
  }
  void push(PickleValue value) { stack_.push_back(make(std::move(value))); }
  void pushInteger(std::int64_t value) { push({.kind = Kind::Int, .integer = value}); }
  PickleId pop() {
    // What lies below the last mark belongs to it.
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) damaged("its description of the weights is unbalanced");
    const PickleId id = stack_.back();
    stack_.pop_back();
    return id;
  }
  PickleId top() {
    const PickleId id = pop();
    stack_.push_back(id);
    return id;
  }
  std::vector<PickleId> popToMark() {
    if (marks_.empty()) damaged("its description of the weights is unbalanced");
    const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleId> items(from, stack_.end());
    stack_.erase(from, stack_.end());
    marks_.pop_back();
    return items;
  }

  void tuple(std::size_t count) {
    PickleValue value{.kind = Kind::Tuple};
    value.items.resize(count);
    for (std::size_t i = count; i-- > 0;) value.items[i] = pop();
    push(std::move(value));
  }
  void tupleToMark() {
    PickleValue value{.kind = Kind::Tuple};
    value.items = popToMark();
    push(std::move(value));
  }
  void setItems(const std::vector<PickleId>& items) {
    PickleValue& dict = values_[top()];
    if (dict.kind != Kind::Dict || items.size() % 2 != 0) damaged("entries are set on what is no dictionary");
    for (std::size_t i = 0; i < items.size(); i += 2) dict.pairs.emplace_back(items[i], items[i + 1]);
  }
  void appendItems(const std::vector<PickleId>& items) {
    PickleValue& list = values_[top()];
    if (list.kind != Kind::List) damaged("items are added to what is no list");
    list.items.insert(list.items.end(), items.begin(), items.end());
  }

  void text();
  void number();
  void longInteger();
  void global();
  void persistent();
  void reduce();
  void build();
  void remember(std::uint64_t index);
  void recall(std::uint64_t index);
  bool simple(std::uint8_t code);
  bool sized(std::uint8_t code);

  std::span<const std::uint8_t> bytes_;
  std::string name_;
  std::vector<PickleValue>& values_;
  std::size_t at_ = 0;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;  ///< sizes of the stack at each mark
  std::vector<std::optional<PickleId>> memo_;
};

void PickleMachine::text() {
  const auto raw = take(unsignedOf(4));
  push({.kind = Kind::Text, .text = std::string(raw.begin(), raw.end())});
}

void PickleMachine::number() {
  std::uint64_t bits = 0;
  for (const std::uint8_t b : take(8)) bits = bits << 8 | b;  // the one big-endian thing in a pickle
  push({.kind = Kind::Float, .number = std::bit_cast<double>(bits)});
}

void PickleMachine::longInteger() {
  const std::size_t count = unsignedOf(1);
  if (count > 8) damaged("a number is too large");
  std::uint64_t value = unsignedOf(count);
  if (count > 0 && count < 8 && (value >> (8 * count - 1) & 1U) != 0) value |= ~0ULL << (8 * count);
  pushInteger(static_cast<std::int64_t>(value));
}

void PickleMachine::global() {
  std::string words[2];
  for (std::string& word : words) {
    const auto rest = bytes_.subspan(at_, std::min(bytes_.size() - at_, kLongestWord));
    const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{'\n'});
    if (end == rest.end()) damaged("a name in it is too long");
    word.assign(rest.begin(), end);
    at_ += word.size() + 1;
  }
  std::string name = words[0] + ' ' + words[1];
  if (std::find(kGlobals.begin(), kGlobals.end(), name) == kGlobals.end()) {
    const std::string shown = printable(words[0] + '.' + words[1]);
    if (words[0] == "torch" || words[0].starts_with("torch."))
      throw Error(ErrorKind::Unsupported, name_ + " holds " + shown +
                                              ", which is not read here: a plain state dict of float32, float16, "
                                              "bfloat16 and int64 tensors is.");
    throw Error(ErrorKind::InvalidInput, name_ + " was refused: it asks to run " + shown +
                                             ", which no weights need. Nothing of it was run. Do not open this file "
                                             "with other programs.");
  }
  push({.kind = Kind::Global, .text = std::move(name)});
}

void PickleMachine::persistent() {
  PickleValue value{.kind = Kind::Persistent};
  value.items = {pop()};
  push(std::move(value));
}

void PickleMachine::reduce() {
  const PickleId arguments = pop(), callee = pop();
  if (values_[callee].kind != Kind::Global || values_[arguments].kind != Kind::Tuple)
    damaged("it calls what cannot be called");
  const std::string& name = values_[callee].text;
  if (name == kOrderedDict && values_[arguments].items.empty()) {
    push({.kind = Kind::Dict});
  } else if (name == kRebuildTensor) {
    PickleValue tensor{.kind = Kind::Tensor};
    tensor.items = values_[arguments].items;
    push(std::move(tensor));
  } else {
    damaged("it calls " + printable(name) + " in an unknown way");
  }
}

/// A state dict carries an attribute `_metadata` with versions of its modules; attributes are of no use here.
void PickleMachine::build() {
  const PickleId state = pop();
  if (values_[state].kind != Kind::Dict || values_[top()].kind != Kind::Dict)
    damaged("attributes are set on what has none");
}

/// Numbers are handed out one by one by every pickler; one far ahead would only serve to eat memory.
void PickleMachine::remember(std::uint64_t index) {
  if (index > memo_.size()) damaged("its memory is used out of order");
  if (index == memo_.size()) memo_.emplace_back();
  memo_[index] = top();
}

void PickleMachine::recall(std::uint64_t index) {
  if (index >= memo_.size() || !memo_[index]) damaged("it refers to what is not there");
  stack_.push_back(*memo_[index]);
}

/// @return false if the opcode is not one of these
bool PickleMachine::simple(std::uint8_t code) {
  switch (code) {
    case 'N':
      push({});
      return true;
    case 0x88:
      push({.kind = Kind::Bool, .integer = 1});
      return true;
    case 0x89:
      push({.kind = Kind::Bool, .integer = 0});
      return true;
    case '}':
      push({.kind = Kind::Dict});
      return true;
    case ']':
      push({.kind = Kind::List});
      return true;
    case ')':
      push({.kind = Kind::Tuple});
      return true;
    case '(':
      marks_.push_back(stack_.size());
      return true;
    case 't':
      tupleToMark();
      return true;
    case 0x85:
      tuple(1);
      return true;
    case 0x86:
      tuple(2);
      return true;
    case 0x87:
      tuple(3);
      return true;
    case 'Q':
      persistent();
      return true;
    case 'R':
      reduce();
      return true;
    case 'b':
      build();
      return true;
    case 'c':
      global();
      return true;
    case 'u':
      setItems(popToMark());
      return true;
    case 'e':
      appendItems(popToMark());
      return true;
    case 'a':
      appendItems({pop()});
      return true;
    case 's': {
      const PickleId value = pop(), key = pop();
      setItems({key, value});
      return true;
    }
    default:
      return false;
  }
}

/// Opcodes with an argument in the bytes. @return false if the opcode is not one of these
bool PickleMachine::sized(std::uint8_t code) {
  switch (code) {
    case 'X':
      text();
      return true;
    case 'G':
      number();
      return true;
    case 'K':
      pushInteger(static_cast<std::int64_t>(unsignedOf(1)));
      return true;
    case 'M':
      pushInteger(static_cast<std::int64_t>(unsignedOf(2)));
      return true;
    case 'J':
      pushInteger(static_cast<std::int32_t>(unsignedOf(4)));
      return true;
    case 0x8A:
      longInteger();
      return true;
    case 'q':
      remember(unsignedOf(1));
      return true;
    case 'r':
      remember(unsignedOf(4));
      return true;
    case 'h':
      recall(unsignedOf(1));
      return true;
    case 'j':
      recall(unsignedOf(4));
      return true;
    default:
      return false;
  }
}

PickleId PickleMachine::run() {
  if (unsignedOf(1) != 0x80 || unsignedOf(1) != 2)
    throw Error(ErrorKind::Unsupported, name_ + " was not saved with pickle protocol 2, PyTorch's default.");
  for (;;) {
    const auto code = static_cast<std::uint8_t>(unsignedOf(1));
    if (code == '.') break;
    if (!simple(code) && !sized(code))
      throw Error(ErrorKind::Unsupported,
                  name_ + " uses a part of pickle that plain weights do not need; it was not opened.",
                  "opcode " + std::to_string(code) + " at byte " + std::to_string(at_ - 1));
  }
  if (!marks_.empty() || stack_.size() != 1 || at_ != bytes_.size())
    damaged("its description of the weights is unbalanced");
  return stack_.front();
}

Pickle::Pickle(std::span<const std::uint8_t> bytes, std::string name) {
  PickleMachine machine(bytes, std::move(name), values_);
  root_ = machine.run();
}

const PickleValue* Pickle::find(const PickleValue& dict, std::string_view key) const {
  for (auto it = dict.pairs.rbegin(); it != dict.pairs.rend(); ++it)
    if (values_[it->first].kind == Kind::Text && values_[it->first].text == key) return &values_[it->second];
  return nullptr;
}

PickleWriter::PickleWriter() : bytes_("\x80\x02", 2) {}

void PickleWriter::text(std::string_view utf8) {
  op('X');
  const auto size = static_cast<std::uint32_t>(utf8.size());
  for (int i = 0; i < 4; ++i) op(static_cast<char>(size >> (8 * i) & 0xFF));
  bytes_ += utf8;
}

void PickleWriter::integer(std::int64_t value) {
  const bool small =
      value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
  op(small ? 'J' : '\x8A');
  if (!small) op(8);
  for (int i = 0; i < (small ? 4 : 8); ++i) op(static_cast<char>(value >> (8 * i) & 0xFF));
}

void PickleWriter::number(double value) {
  op('G');
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int i = 7; i >= 0; --i) op(static_cast<char>(bits >> (8 * i) & 0xFF));
}

void PickleWriter::global(std::string_view module, std::string_view name) {
  op('c');
  bytes_.append(module).append("\n").append(name).append("\n");
}

std::string PickleWriter::finish() {
  op('.');
  return std::move(bytes_);
}

}  // namespace pulmo
