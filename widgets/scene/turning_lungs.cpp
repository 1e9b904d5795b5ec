// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/turning_lungs.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "pipeline/core/error.h"
#include "pipeline/core/parallel.h"
#include "widgets/scene/lung_raster.h"
#include "widgets/scene/movie_file.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

constexpr int kAtOnce = 8;  // frames: each takes 72 bytes a pixel while it is drawn

RgbImage frameOf(const LungRaster& raster, const TurningOptions& options, double pixelsPerMm, double turnedDeg) {
  std::vector<Pixel> pixels(static_cast<std::size_t>(options.width) * static_cast<std::size_t>(options.height));
  const PixelView out{pixels.data(), options.width, options.height, options.width};
  raster.draw(out, {turnedDeg, pixelsPerMm});
  drawDirections(out, turnedDeg);
  return rgbOf(pixels, options.width, options.height);
}

std::string frameName(int index) {
  char name[32];
  std::snprintf(name, sizeof name, "turn-%03d.png", index + 1);
  return name;
}

/// Goes away with what is in it, unless it has got its name.
class NewFolder {
 public:
  explicit NewFolder(fs::path target) : target_(std::move(target)) {
    // "out/" is "out"
    if (!target_.has_filename()) target_ = target_.parent_path();
    path_ = target_.parent_path() / ("." + target_.filename().string() + ".partial");
    std::error_code problem;
    fs::remove_all(path_, problem);
    if (!fs::create_directory(path_, problem))
      throw Error(ErrorKind::Io, "The folder " + target_.string() + " cannot be made.", problem.message());
  }
  ~NewFolder() {
    std::error_code ignored;
    if (!done_) fs::remove_all(path_, ignored);
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }
  void takeName() {
    std::error_code problem;
    fs::rename(path_, target_, problem);
    if (problem) throw Error(ErrorKind::Io, "The folder " + target_.string() + " cannot be made.", problem.message());
    done_ = true;
  }

 private:
  fs::path target_, path_;
  bool done_ = false;
};

Outcome writeFrames(const fs::path& folder, Overwrite overwrite, const std::vector<TriangleMesh>& lungs,
                    const TurningOptions& options, const StopToken& stop, const ProgressSink& progress) {
  return drawTurningLungs(lungs, options, stop, progress, [&](int index, const RgbImage& image) {
    savePng(image, folder / frameName(index), overwrite);
  });
}

}  // namespace

Outcome drawTurningLungs(const std::vector<TriangleMesh>& lungs, const TurningOptions& options, const StopToken& stop,
                         const ProgressSink& progress, const std::function<void(int, const RgbImage&)>& frame) {
  const LungRaster raster(lungs);
  const double pixelsPerMm = raster.turningPixelsPerMm(options.width, options.height);
  for (int first = 0; first < options.frames; first += kAtOnce) {
    const int count = std::min(kAtOnce, options.frames - first);
    std::vector<RgbImage> images(static_cast<std::size_t>(count));
    const Outcome outcome = parallelFor(images.size(), 0, stop, [&](std::size_t i) {
      images[i] = frameOf(raster, options, pixelsPerMm, 360.0 * (first + static_cast<int>(i)) / options.frames);
    });
    if (outcome == Outcome::Stopped) return outcome;
    for (int i = 0; i < count; ++i) {
      if (stop.stop_requested()) return Outcome::Stopped;
      frame(first + i, images[static_cast<std::size_t>(i)]);
    }
    if (progress) progress(static_cast<double>(first + count) / options.frames, "Turning the lungs");
  }
  return Outcome::Completed;
}

bool isMovieName(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending == ".ogv";
}

void requireTurningTarget(const fs::path& path, Overwrite overwrite) {
  if (isMovieName(path)) {
    if (!moviesAreWritten())
      throw Error(ErrorKind::Unsupported,
                  "This build writes no movies, since its VTK does not. Name a folder instead: it gets one picture a "
                  "frame.");
    return requireWritable(path, overwrite);
  }
  if (path.has_extension() && !fs::is_directory(path))
    throw Error(ErrorKind::Unsupported,
                "The turning lungs go into a folder, as pictures, or into a movie (.ogv), not into " +
                    path.filename().string() + ".");
  if (fs::exists(path) && !fs::is_directory(path))
    throw Error(ErrorKind::Io, path.string() + " is a file: the turning lungs go into a folder.");
  if (fs::exists(path) && overwrite == Overwrite::Refuse)
    throw Error(ErrorKind::Io,
                path.string() + " exists already. Choose another name, or say that it may be overwritten.");
}

Outcome writeTurningLungs(const fs::path& path, const std::vector<TriangleMesh>& lungs, const TurningOptions& options,
                          Overwrite overwrite, const StopToken& stop, const ProgressSink& progress) {
  requireTurningTarget(path, overwrite);
  if (isMovieName(path)) {
    Outcome outcome = Outcome::Completed;
    try {
      writeAtomically(path, overwrite, [&](const fs::path& temporary) {
        MovieFile movie(temporary, kFramesASecond);
        outcome =
            drawTurningLungs(lungs, options, stop, progress, [&](int, const RgbImage& image) { movie.add(image); });
        // Half a movie must not get its name.
        if (outcome == Outcome::Stopped) throw Error(ErrorKind::Io, "stopped");
        movie.finish();
      });
    } catch (const Error&) {
      if (outcome != Outcome::Stopped) throw;
    }
    return outcome;
  }
  if (fs::exists(path)) return writeFrames(path, overwrite, lungs, options, stop, progress);
  NewFolder folder(path);
  const Outcome outcome = writeFrames(folder.path(), Overwrite::Replace, lungs, options, stop, progress);
  if (outcome == Outcome::Completed) folder.takeName();
  return outcome;
}

}  // namespace pulmo
