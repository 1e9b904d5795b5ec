// SPDX-License-Identifier: Apache-2.0
#include "pipeline/core/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "pipeline/core/error.h"

namespace pulmo {

FolderLock::FolderLock(const std::filesystem::path& folder, const std::string& file, const std::string& busy) {
  fd_ = ::open((folder / file).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (fd_ < 0)
    throw Error(ErrorKind::Io,
                "The folder " + folder.string() + " cannot be written into: " + std::strerror(errno) + ".");
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
  const int code = errno;
  if (code != EWOULDBLOCK) return;  // a file system without locks: then without
  ::close(fd_);
  throw Error(ErrorKind::Io, busy + " " + folder.string() + ".");
}

FolderLock::~FolderLock() {
  ::close(fd_);
}

}  // namespace pulmo
