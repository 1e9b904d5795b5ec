// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

namespace pulmo {

/// Keeps a folder for one run at a time. The system lets go of it when the process ends, however it ends.
class OutputLock {
 public:
  static constexpr const char* kFile = ".batch.lock";

  /// @throws Error{Io} if another run has it, or the folder cannot be written into
  explicit OutputLock(const std::filesystem::path& folder);
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace pulmo
