// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/movie_file.h"

#ifdef PULMO_VTK_WRITES_MOVIES
#include <vtkNew.h>
#include <vtkOggTheoraWriter.h>
#endif

#include <utility>

#include "pipeline/core/error.h"
#include "widgets/scene/rgb_image_vtk.h"

namespace pulmo {

#ifdef PULMO_VTK_WRITES_MOVIES

struct MovieFile::Impl {
  vtkNew<vtkOggTheoraWriter> writer;
  bool open = false;

  ~Impl() {
    if (open) writer->End();  // nobody waits for it any more, but its file has to be closed
  }
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void check() const {
    if (writer->GetError() != 0)
      throw Error(ErrorKind::Io, "The movie could not be written: the disk may be full.",
                  vtkGenericMovieWriter::GetStringFromErrorCode(static_cast<unsigned long>(writer->GetError())));
  }
};

bool moviesAreWritten() {
  return true;
}

MovieFile::MovieFile(const std::filesystem::path& path, int framesASecond) : impl_(std::make_unique<Impl>()) {
  impl_->writer->SetFileName(path.c_str());
  impl_->writer->SetRate(framesASecond);
  impl_->writer->SetQuality(2);
  impl_->writer->SetSubsampling(0);
}

void MovieFile::add(const RgbImage& frame) {
  const vtkSmartPointer<vtkImageData> image = vtkImageOf(frame);
  impl_->writer->SetInputData(image);
  if (!std::exchange(impl_->open, true)) impl_->writer->Start();
  impl_->check();
  impl_->writer->Write();
  impl_->check();
}

void MovieFile::finish() {
  impl_->open = false;
  impl_->writer->End();
  impl_->check();
}

#else

struct MovieFile::Impl {};

bool moviesAreWritten() {
  return false;
}

MovieFile::MovieFile(const std::filesystem::path&, int) {
  throw Error(ErrorKind::Unsupported, "This build writes no movies, since its VTK does not.");
}

void MovieFile::add(const RgbImage&) {}
void MovieFile::finish() {}

#endif

MovieFile::~MovieFile() = default;

}  // namespace pulmo
