// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdexcept>
#include <string>
#include <utility>

namespace pulmo {

/// What went wrong, coarse enough for the GUI to choose an icon and a hint.
enum class ErrorKind { InvalidInput, Unsupported, Io, OutOfMemory, Numerical, Internal };

/// The only exception that crosses a module border.
///
/// `what()` is one sentence for the person at the screen: what failed, on which
/// file or field, and what to try. `detail()` keeps the third-party text (ITK,
/// LibTorch, OS) for the log. Stopping on request is not an error, see Outcome.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& sentence, std::string detail = {})
      : std::runtime_error(sentence), kind_(kind), detail_(std::move(detail)) {}

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }

 private:
  ErrorKind kind_;
  std::string detail_;
};

}  // namespace pulmo
