// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>

namespace pulmo {

/// Keeps a folder for one at a time, by a file in it. The system lets go of it when the process ends, however it ends.
/// Two locks exclude one another within a process, too.
class FolderLock {
 public:
  /// @param file  its name in the folder; stays there
  /// @param busy  what is said if another has it: "Another batch is at work in"
  /// @throws Error{Io} if another has it, or the folder cannot be written into
  FolderLock(const std::filesystem::path& folder, const std::string& file, const std::string& busy);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace pulmo
