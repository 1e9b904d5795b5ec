// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace pulmo {

/// A field of a table: quoted where a comma, a quote or a line break would tear the row.
///
/// Spreadsheets take a text that begins with = + - @ for a formula and run it. Unless it is a plain number, it gets an
/// apostrophe before it, by which they take it for text; so does a text that begins with an apostrophe and would be
/// mistaken for one of those.
/// @source RFC 4180; OWASP, CSV injection
[[nodiscard]] std::string csvField(std::string_view text);

/// A field as it was before csvField put an apostrophe before it; quotes are gone already.
[[nodiscard]] std::string_view withoutCsvApostrophe(std::string_view text);

}  // namespace pulmo
