// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace pulmo {

/// A field of a table: quoted where a comma, a quote or a line break would tear the row.
/// @source RFC 4180
[[nodiscard]] std::string csvField(std::string_view text);

}  // namespace pulmo
