// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "pipeline/core/error.h"

namespace pulmo::cli {

/// Ends the command with "wrong usage" (2): what was typed cannot be meant so. To be thrown from a command's callback.
[[noreturn]] inline void refuseUsage(const std::string& sentence) {
  throw CLI::ValidationError(sentence);
}

/// Runs a check of what was typed, before any file is read: what it refuses is wrong usage, no bad input.
template <class Check>
auto asTyped(const Check& check) {
  try {
    return check();
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::InvalidInput && e.kind() != ErrorKind::Unsupported) throw;
    refuseUsage(e.what());
  }
}

}  // namespace pulmo::cli
