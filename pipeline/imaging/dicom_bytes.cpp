// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

constexpr std::size_t kWindow = 32768;
constexpr std::size_t kMostInflated = std::size_t{256} << 20;

std::size_t readFully(int fd, unsigned char* to, std::size_t count, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::pread(fd, to + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace

DicomBytes::DicomBytes(const std::filesystem::path& path) {
  // O_NONBLOCK: a named pipe put among the files must not hold the search up.
  fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) {
    const int reason = errno;
    throw Error(
        ErrorKind::Io,
        path.string() + (reason == EACCES || reason == EPERM ? " may not be read (permission)." : " cannot be read."),
        std::strerror(reason));
  }
  struct stat status {};
  if (::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
}

DicomBytes::~DicomBytes() {
  ::close(fd_);
}

const unsigned char* DicomBytes::at(std::uint64_t offset, std::size_t count) {
  if (offset > size_ || count > size_ - offset) return nullptr;
  if (offset < start_ || offset + count > start_ + window_.size()) {
    if (whole_ || count > kWindow) return nullptr;
    window_.resize(kWindow);
    start_ = offset;
    window_.resize(readFully(fd_, window_.data(),
                             static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, size_ - offset)), offset));
    if (window_.size() < count) return nullptr;  // the file has become shorter, or the disk fails
  }
  return window_.data() + (offset - start_);
}

bool DicomBytes::read(std::uint64_t offset, std::size_t count, char* to) const {
  if (offset > size_ || count > size_ - offset) return false;
  if (!whole_) return readFully(fd_, reinterpret_cast<unsigned char*>(to), count, offset) == count;
  std::copy_n(window_.begin() + static_cast<std::ptrdiff_t>(offset), count, to);
  return true;
}

bool DicomBytes::inflateFrom(std::uint64_t from) {
  if (from > size_ || size_ > kMostInflated) return false;
  std::vector<unsigned char> packed(static_cast<std::size_t>(size_ - from));
  std::vector<unsigned char> whole(static_cast<std::size_t>(from));
  if (readFully(fd_, whole.data(), whole.size(), 0) < whole.size() ||
      readFully(fd_, packed.data(), packed.size(), from) < packed.size())
    return false;
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
  stream.next_in = packed.data();
  stream.avail_in = static_cast<uInt>(packed.size());
  int state = Z_OK;
  std::array<unsigned char, 65536> piece{};
  while (state == Z_OK && whole.size() <= kMostInflated) {
    stream.next_out = piece.data();
    stream.avail_out = static_cast<uInt>(piece.size());
    state = inflate(&stream, Z_NO_FLUSH);
    whole.insert(whole.end(), piece.data(), piece.data() + (piece.size() - stream.avail_out));
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END) return false;
  window_ = std::move(whole);
  start_ = 0;
  size_ = window_.size();
  whole_ = true;
  return true;
}

}  // namespace pulmo
