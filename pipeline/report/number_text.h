// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

namespace pulmo {

/// Neither JSON nor a spreadsheet has a word for NaN or infinity: not a measurement, so absent.
[[nodiscard]] std::optional<double> measured(const std::optional<double>& value);

/// A decimal point whatever the language of the system. @param absent  stands for what was not measured
[[nodiscard]] std::string numberText(const std::optional<double>& value, int decimals, const char* absent);

/// Spaces before the text, up to the width.
[[nodiscard]] std::string padded(const std::string& text, std::size_t width);

}  // namespace pulmo
