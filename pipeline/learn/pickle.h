// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pulmo {

// The part of Python's pickle, protocol 2, that torch.save uses for a state dict. Reading builds plain values and
// nothing else: a callable is a name here, and the few calls that are known make a value of their own.
// Source: Python's Lib/pickletools.py, which defines the opcodes; torch/_weights_only_unpickler.py for the selection.

/// A value by its number, so that a value may be shared, or contain itself, without harm.
using PickleId = std::uint32_t;

struct PickleValue {
  enum class Kind : std::uint8_t { None, Bool, Int, Float, Text, Tuple, List, Dict, Global, Persistent, Tensor };
  Kind kind = Kind::None;
  std::int64_t integer = 0;                            ///< Int; Bool: 0 or 1
  double number = 0;                                   ///< Float
  std::string text{};                                  ///< Text; Global: "module name"
  std::vector<PickleId> items{};                       ///< Tuple, List; Persistent: one, its id; Tensor: the arguments
  std::vector<std::pair<PickleId, PickleId>> pairs{};  ///< Dict, in order
};

class Pickle {
 public:
  /// Never recurses; time and memory are linear in the bytes.
  /// @param name  of the file, for the messages
  /// @throws Error{InvalidInput} for what is damaged, or calls anything that weights do not need;
  ///         Error{Unsupported} for an opcode or a callable of PyTorch that is not read here
  Pickle(std::span<const std::uint8_t> bytes, std::string name);

  [[nodiscard]] const PickleValue& root() const { return values_[root_]; }
  [[nodiscard]] const PickleValue& operator[](PickleId id) const { return values_[id]; }
  /// The value under a text key, the last one as in Python; null if there is none.
  [[nodiscard]] const PickleValue* find(const PickleValue& dict, std::string_view key) const;

 private:
  friend class PickleMachine;
  std::vector<PickleValue> values_;
  PickleId root_ = 0;
};

/// Writes the opcodes one after the other; the caller keeps them balanced.
class PickleWriter {
 public:
  PickleWriter();
  void text(std::string_view utf8);
  void integer(std::int64_t value);
  void number(double value);
  void boolean(bool value) { op(value ? '\x88' : '\x89'); }
  void global(std::string_view module, std::string_view name);
  void mark() { op('('); }
  void tuple() { op('t'); }  ///< of all since the mark
  void emptyTuple() { op(')'); }
  void emptyDict() { op('}'); }
  void setItems() { op('u'); }  ///< keys and values since the mark
  void persistent() { op('Q'); }
  void reduce() { op('R'); }
  [[nodiscard]] std::string finish();

 private:
  void op(char code) { bytes_.push_back(code); }
  std::string bytes_;
};

}  // namespace pulmo
