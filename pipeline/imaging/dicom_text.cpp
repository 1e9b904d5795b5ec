// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_text.h"

#include <iconv.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace pulmo {

namespace {

constexpr std::string_view kNotKnown = "\xEF\xBF\xBD";

/// A set of one byte or more a character, as the C library's converter calls it.
struct NamedSet {
  std::string_view dicom, iconv;
};
// Terms with "2022" name the same sets; their escape sequences stand below.
constexpr std::array<NamedSet, 17> kSets{{{"100", "ISO-8859-1"},
                                          {"101", "ISO-8859-2"},
                                          {"109", "ISO-8859-3"},
                                          {"110", "ISO-8859-4"},
                                          {"144", "ISO-8859-5"},
                                          {"127", "ISO-8859-6"},
                                          {"126", "ISO-8859-7"},
                                          {"138", "ISO-8859-8"},
                                          {"148", "ISO-8859-9"},
                                          {"203", "ISO-8859-15"},
                                          {"166", "TIS-620"},
                                          {"13", "SHIFT_JIS"},
                                          {"192", "UTF-8"},
                                          {"149", "EUC-KR"},
                                          {"58", "GB2312"},
                                          {"GB18030", "GB18030"},
                                          {"GBK", "GBK"}}};

/// An escape sequence without its first byte, and what the bytes after it are.
struct Escape {
  std::string_view sequence;
  std::string_view iconv;
  std::string_view before, after;  ///< put round the bytes for a converter that wants escapes of its own
};
constexpr std::array<Escape, 18> kEscapes{{{"(B", "ASCII", "", ""},
                                           {"(J", "SHIFT_JIS", "", ""},
                                           {")I", "SHIFT_JIS", "", ""},
                                           {"$B", "ISO-2022-JP-2", "\x1B$B", "\x1B(B"},
                                           {"$(D", "ISO-2022-JP-2", "\x1B$(D", "\x1B(B"},
                                           {"$)C", "EUC-KR", "", ""},
                                           {"$)A", "GB2312", "", ""},
                                           {"-A", "ISO-8859-1", "", ""},
                                           {"-B", "ISO-8859-2", "", ""},
                                           {"-C", "ISO-8859-3", "", ""},
                                           {"-D", "ISO-8859-4", "", ""},
                                           {"-L", "ISO-8859-5", "", ""},
                                           {"-G", "ISO-8859-6", "", ""},
                                           {"-F", "ISO-8859-7", "", ""},
                                           {"-H", "ISO-8859-8", "", ""},
                                           {"-M", "ISO-8859-9", "", ""},
                                           {"-b", "ISO-8859-15", "", ""},
                                           {"-T", "TIS-620", "", ""}}};

/// Converts all it can; what it cannot becomes U+FFFD, or ends the work where `strict`.
/// @return false if strict and something did not fit
bool convert(std::string_view bytes, std::string_view from, bool strict, std::string& out) {
  const iconv_t converter = iconv_open("UTF-8", std::string(from).c_str());
  if (reinterpret_cast<std::intptr_t>(converter) == -1) {
    if (strict) return false;
    out += kNotKnown;
    return true;
  }
  std::string copy(bytes);
  char* in = copy.data();
  std::size_t left = copy.size();
  bool good = true;
  while (left > 0 && good) {
    std::array<char, 256> piece{};
    char* to = piece.data();
    std::size_t room = piece.size();
    const std::size_t result = iconv(converter, &in, &left, &to, &room);
    out.append(piece.data(), piece.size() - room);
    if (result != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    good = !strict;
    out += kNotKnown;
    ++in;
    --left;
  }
  iconv_close(converter);
  return good;
}

std::string_view firstOf(std::string_view characterSets) {
  std::string_view first = characterSets.substr(0, characterSets.find('\\'));
  while (!first.empty() && first.back() == ' ') first.remove_suffix(1);
  while (!first.empty() && first.front() == ' ') first.remove_prefix(1);
  return first;
}

/// "" for the default repertoire and for what is not known
std::string_view iconvName(std::string_view dicom) {
  for (const std::string_view prefix : {"ISO_IR ", "ISO 2022 IR "})
    if (dicom.substr(0, prefix.size()) == prefix) dicom.remove_prefix(prefix.size());
  for (const NamedSet& set : kSets)
    if (set.dicom == dicom) return set.iconv;
  return {};
}

/// Bytes of a header that does not say what they are.
void appendUnnamed(std::string_view bytes, std::string& out) {
  std::string utf8;
  if (convert(bytes, "UTF-8", true, utf8))
    out += utf8;
  else
    (void)convert(bytes, "ISO-8859-1", false, out);
}

void append(std::string_view bytes, std::string_view set, std::string& out) {
  if (bytes.empty()) return;
  if (set.empty()) return appendUnnamed(bytes, out);
  (void)convert(bytes, set, false, out);
}

}  // namespace

std::string dicomTextAsUtf8(std::string_view bytes, std::string_view characterSets) {
  std::string out;
  const std::string_view initial = iconvName(firstOf(characterSets));
  if (characterSets.find("2022") == std::string_view::npos) {
    append(bytes, initial, out);
    return out;
  }
  const Escape first{{}, initial, {}, {}};
  const Escape* now = &first;
  std::string run;
  const auto flush = [&] {
    if (run.empty()) return;
    append(std::string(now->before) + run + std::string(now->after), now->iconv, out);
    run.clear();
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\x1B') {
      const Escape* next = nullptr;
      for (const Escape& escape : kEscapes)
        if (bytes.substr(i + 1, escape.sequence.size()) == escape.sequence) next = &escape;
      flush();
      now = next ? next : &first;
      if (next) i += next->sequence.size();
      continue;
    }
    // At a delimiter of a name or a line the sets are those of the beginning. In two-byte sets of seven bits it is no
    // delimiter: the writer has to leave such a set before one.
    const bool delimiter = (c == '^' || c == '=' || c == '\r' || c == '\n') && now->before.empty();
    if (delimiter) {
      flush();
      now = &first;
    }
    run += c;
  }
  flush();
  return out;
}

}  // namespace pulmo
