// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/core/folder_lock.h"

namespace pulmo {

/// Keeps a batch's folder for one run at a time.
class OutputLock : public FolderLock {
 public:
  static constexpr const char* kFile = ".batch.lock";

  /// @throws as FolderLock
  explicit OutputLock(const std::filesystem::path& folder) : FolderLock(folder, kFile, "Another batch is at work in") {}
};

}  // namespace pulmo
