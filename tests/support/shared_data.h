// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>

namespace pulmo::test {

/// A file or folder of the real scans: $PULMO_DATA, else ../shared/data beside the project. Empty if it is not there.
[[nodiscard]] std::filesystem::path sharedData(const std::string& relative = {});

}  // namespace pulmo::test

/// Skips the test with a clear line where the real scans are absent (a user's clone).
#define PULMO_NEED_DATA(variable, relative)                                 \
  const std::filesystem::path variable = pulmo::test::sharedData(relative); \
  if (variable.empty()) QSKIP("skipped: the real scan '" relative "' is not beside the project")
