// SPDX-License-Identifier: Apache-2.0
#include "pipeline/core/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>

#include "pipeline/core/error.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

std::string reason(int code) {
  return std::strerror(code);
}

/// Bytes reach the disk before the rename does, else a power cut could leave an empty file under the final name.
void sync(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  // A folder may be written into and not be read, so not be opened: the file is there, only less safe from a power cut.
  if (fd < 0 && errno == EACCES && (flags & O_DIRECTORY) != 0) return;
  if (fd < 0) throw Error(ErrorKind::Io, "Could not write " + path.string() + ": " + reason(errno) + ".");
  const int result = ::fsync(fd);
  const int code = errno;
  ::close(fd);
  // EINVAL: the file system cannot sync (some network mounts); the bytes are written all the same.
  if (result != 0 && code != EINVAL)
    throw Error(ErrorKind::Io, "Could not write " + path.string() + ": " + reason(code) + ".");
}

/// The person is told of the file that they know.
std::string replaced(std::string sentence, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = sentence.find(from, at)) != std::string::npos; at += to.size())
    sentence.replace(at, from.size(), to);
  return sentence;
}

fs::path temporaryFor(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  // "scan.nii.gz" keeps its double extension: writers choose the format by it.
  const std::string name = target.filename().string();
  const auto dot = name.find('.', 1);
  std::string extension = dot == std::string::npos ? std::string() : name.substr(dot);
  // In lower case: some writers (MetaIO) know no other.
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return target.parent_path() / (".pulmo-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + extension);
}

}  // namespace

void requireWritable(const fs::path& target, Overwrite overwrite) {
  std::error_code ec;
  if (fs::is_directory(target, ec)) throw Error(ErrorKind::InvalidInput, target.string() + " is a folder, not a file.");
  if (overwrite == Overwrite::Refuse && fs::exists(target, ec))
    throw Error(ErrorKind::Io, target.string() + " exists already; it was left as it is.");
  const fs::path folder = target.parent_path().empty() ? fs::path(".") : target.parent_path();
  if (!fs::is_directory(folder, ec))
    throw Error(ErrorKind::Io, "There is no folder " + folder.string() + " to write into.");
  if (::access(folder.c_str(), W_OK) != 0)
    throw Error(ErrorKind::Io, "The folder " + folder.string() + " cannot be written into: " + reason(errno) + ".");
}

void writeAtomically(const fs::path& target, Overwrite overwrite, const std::function<void(const fs::path&)>& write) {
  requireWritable(target, overwrite);
  const fs::path temporary = temporaryFor(target);
  try {
    write(temporary);
    sync(temporary, O_WRONLY);
    if (overwrite == Overwrite::Refuse) {
      // link() fails if the target has appeared meanwhile, rename() would replace it.
      if (::link(temporary.c_str(), target.c_str()) == 0) {
        ::unlink(temporary.c_str());
      } else if (errno == EEXIST) {
        throw Error(ErrorKind::Io, target.string() + " exists already; it was left as it is.");
      } else {  // a file system without hard links
        requireWritable(target, overwrite);
        fs::rename(temporary, target);
      }
    } else {
      fs::rename(temporary, target);
    }
  } catch (const Error& e) {
    std::error_code ec;
    fs::remove(temporary, ec);
    throw Error(e.kind(), replaced(e.what(), temporary.string(), target.string()), e.detail());
  } catch (const std::exception& e) {
    std::error_code ec;
    fs::remove(temporary, ec);
    throw Error(ErrorKind::Io, "Could not write " + target.string() + ".", e.what());
  }
  const fs::path folder = target.parent_path().empty() ? fs::path(".") : target.parent_path();
  sync(folder, O_RDONLY | O_DIRECTORY);
}

void writeAtomically(const fs::path& target, Overwrite overwrite, std::string_view bytes) {
  writeAtomically(target, overwrite, [&](const fs::path& temporary) {
    std::ofstream out(temporary, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) throw Error(ErrorKind::Io, "Could not write " + target.string() + ": " + reason(errno) + ".");
  });
}

}  // namespace pulmo
