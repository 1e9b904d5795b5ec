// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/core/error.h"

namespace pulmo {

/// The exit codes of both programs are a contract with scripts.
enum ExitCode { kDone = 0, kOurFault = 1, kWrongUsage = 2, kBadInput = 3, kFileOrDisplay = 4, kStopped = 5 };

[[nodiscard]] constexpr int exitCodeOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::InvalidInput:
    case ErrorKind::Unsupported:
      return kBadInput;
    case ErrorKind::Io:
      return kFileOrDisplay;
    case ErrorKind::OutOfMemory:
    case ErrorKind::Numerical:
    case ErrorKind::Internal:
      break;
  }
  return kOurFault;
}

}  // namespace pulmo
