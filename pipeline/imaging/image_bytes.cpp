// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/image_bytes.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "pipeline/core/error.h"

namespace pulmo {

struct ByteStream::State {
  std::ifstream in;
  bool compressed = false;
  bool ended = false;
  z_stream zip{};
  std::array<char, 1U << 16> packed{};
};

ByteStream::ByteStream(const ByteSource& source, std::string fileName)
    : state_(std::make_unique<State>()), name_(std::move(fileName)) {
  state_->in.open(source.path, std::ios::binary);
  state_->in.seekg(static_cast<std::streamoff>(source.at));
  if (!state_->in) throw Error(ErrorKind::Io, source.path.string() + " cannot be read.");
  state_->compressed = source.compressed;
  constexpr int kEitherFrame = 15 + 32;  // largest window, zlib's or gzip's frame
  if (source.compressed && inflateInit2(&state_->zip, kEitherFrame) != Z_OK)
    throw Error(ErrorKind::OutOfMemory, "There is not enough memory to unpack " + name_ + ".");
}

ByteStream::~ByteStream() {
  if (state_->compressed) inflateEnd(&state_->zip);
}

void ByteStream::readAll(char* to, std::size_t bytes) {
  State& s = *state_;
  const Error shortFile(ErrorKind::InvalidInput, name_ + " is cut short: voxels are missing at its end.");
  if (!s.compressed) {
    s.in.read(to, static_cast<std::streamsize>(bytes));
    if (static_cast<std::size_t>(s.in.gcount()) != bytes) throw shortFile;
    return;
  }
  s.zip.next_out = reinterpret_cast<Bytef*>(to);
  s.zip.avail_out = static_cast<uInt>(bytes);  // pieces are far below 4 GiB
  while (s.zip.avail_out > 0) {
    if (s.ended) throw shortFile;
    if (s.zip.avail_in == 0) {
      s.in.read(s.packed.data(), static_cast<std::streamsize>(s.packed.size()));
      s.zip.avail_in = static_cast<uInt>(s.in.gcount());
      s.zip.next_in = reinterpret_cast<Bytef*>(s.packed.data());
      if (s.zip.avail_in == 0) throw shortFile;
    }
    const int code = inflate(&s.zip, Z_NO_FLUSH);
    s.ended = code == Z_STREAM_END;
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
      throw Error(ErrorKind::InvalidInput, name_ + " is damaged: its compressed data cannot be unpacked.",
                  s.zip.msg ? s.zip.msg : "");
  }
}

void ByteStream::requireSoundEnd() {
  State& s = *state_;
  if (!s.compressed || s.ended) return;
  char more = 0;
  s.zip.next_out = reinterpret_cast<Bytef*>(&more);
  s.zip.avail_out = 1;
  while (!s.ended) {
    if (s.zip.avail_in == 0) {
      s.in.read(s.packed.data(), static_cast<std::streamsize>(s.packed.size()));
      s.zip.avail_in = static_cast<uInt>(s.in.gcount());
      s.zip.next_in = reinterpret_cast<Bytef*>(s.packed.data());
      if (s.zip.avail_in == 0) throw Error(ErrorKind::InvalidInput, name_ + " is cut short at its end.");
    }
    const int code = inflate(&s.zip, Z_NO_FLUSH);
    s.ended = code == Z_STREAM_END;
    if (s.zip.avail_out == 0)
      throw Error(ErrorKind::InvalidInput, name_ + " is damaged: it holds more voxels than its header says.");
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
      throw Error(ErrorKind::InvalidInput, name_ + " is damaged: its checksum does not fit.");
  }
}

}  // namespace pulmo
