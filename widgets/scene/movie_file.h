// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>

#include "widgets/scene/pane_picture.h"

namespace pulmo {

inline constexpr int kFramesASecond = 24;

/// Whether this build's VTK can write movies.
[[nodiscard]] bool moviesAreWritten();

/// A movie in the open format Ogg Theora (.ogv), frame by frame.
class MovieFile {
 public:
  /// @throws Error{Unsupported} unless moviesAreWritten(); Error{Io}
  MovieFile(const std::filesystem::path& path, int framesASecond);
  ~MovieFile();
  MovieFile(const MovieFile&) = delete;
  MovieFile& operator=(const MovieFile&) = delete;

  void add(const RgbImage& frame);  ///< all of one size; @throws Error{Io}
  void finish();                    ///< @pre a frame was added; @throws Error{Io}

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pulmo
