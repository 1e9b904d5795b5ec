// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>

#include "pipeline/core/parallel.h"
#include "pipeline/imaging/dicom_pixels.h"
#include "pipeline/imaging/dicom_series.h"
#include "pipeline/imaging/orient.h"
#include "pipeline/imaging/volume_file.h"

namespace pulmo {

namespace {

struct Damage {
  std::mutex mutex;
  std::vector<std::size_t> slices;  ///< indices into the stack
  std::string firstSentence, firstDetail;
};

/// Frames by file: a multi-frame file is decoded once.
std::vector<std::vector<std::size_t>> framesByFile(const std::vector<DicomFrame>& frames) {
  std::map<std::string, std::vector<std::size_t>> byPath;
  for (std::size_t i = 0; i < frames.size(); ++i) byPath[frames[i].path].push_back(i);
  std::vector<std::vector<std::size_t>> files;
  for (auto& [path, indices] : byPath) files.push_back(std::move(indices));
  return files;
}

/// A volume for reading into. Fresh memory costs a page fault every 4 KB, a third of the whole reading time; huge pages
/// take that away.
CtVolume makeVolume(const Grid& grid) {
  const std::size_t bytes = grid.voxelCount() * sizeof(std::int16_t);
  std::vector<std::int16_t> voxels;
  voxels.reserve(grid.voxelCount());
  constexpr std::uintptr_t kPage = 4096;
  const auto first = (reinterpret_cast<std::uintptr_t>(voxels.data()) + kPage - 1) / kPage * kPage;
  if (bytes > (std::size_t{4} << 20))
    (void)::madvise(reinterpret_cast<void*>(first), (bytes - kPage) / kPage * kPage, MADV_HUGEPAGE);
  voxels.resize(grid.voxelCount());
  return {grid, std::move(voxels)};
}

/// A gap takes the mean of its nearest good neighbours.
void fillGaps(CtVolume& volume, const std::vector<std::size_t>& damaged) {
  const auto count = static_cast<std::size_t>(volume.grid().size[0]) * static_cast<std::size_t>(volume.grid().size[1]);
  const auto isGood = [&](int z) {
    return z >= 0 && z < volume.grid().size[2] &&
           !std::binary_search(damaged.begin(), damaged.end(), static_cast<std::size_t>(z));
  };
  for (const std::size_t gap : damaged) {
    int below = static_cast<int>(gap) - 1, above = static_cast<int>(gap) + 1;
    while (below >= 0 && !isGood(below)) --below;
    while (above < volume.grid().size[2] && !isGood(above)) ++above;
    const std::int16_t* a = isGood(below) ? volume.slice(below) : volume.slice(above);
    const std::int16_t* b = isGood(above) ? volume.slice(above) : a;
    std::int16_t* to = volume.slice(static_cast<int>(gap));
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::int16_t>((a[i] + b[i]) / 2);
  }
}

/// Null where a slice does not say what or where it is: nothing could refer to it.
std::shared_ptr<const DicomSource> sourceOf(const DicomSeries& series) {
  auto source = std::make_shared<DicomSource>();
  const DicomFrame& first = series.frames.front();
  source->studyUid = first.study;
  source->seriesUid = first.facts.uid;
  source->frameOfReferenceUid = first.frameOfReference;
  source->thicknessMm = first.thickness;
  source->firstFile = first.path;
  for (const DicomFrame& frame : series.frames) {
    if (!frame.position || !frame.orientation || !frame.pixelSpacing || frame.sopClass.empty() ||
        frame.sopInstance.empty() || frame.study.empty())
      return nullptr;
    source->slices.push_back(
        {frame.sopClass, frame.sopInstance, frame.frames > 1 ? frame.frame + 1 : 0, *frame.position});
  }
  return source;
}

void noteValues(const PixelCounts& counts, Scan& scan) {
  if (counts.padding > 0)
    scan.notes.push_back("Voxels below −1024 HU (outside the scanner's field of view) are taken as −1024 HU.");
  if (counts.clamped > 0) scan.notes.emplace_back("Voxels above 32767 HU are cut off.");
}

}  // namespace

std::optional<Scan> loadDicomSeries(const DicomSeries& series, const StopToken& stop, const ProgressSink& progress) {
  if (!series.facts.refusal.empty())
    throw Error(ErrorKind::InvalidInput, "This series cannot be opened. " + series.facts.refusal);
  Scan scan;
  scan.facts = series.facts;
  scan.notes = series.facts.warnings;
  scan.source.grid = series.stack.source;
  scan.source.path = std::filesystem::path(series.frames.front().path).parent_path().string();
  scan.source.dicom = sourceOf(series);
  Damage damage;
  PixelCounts counts;
  try {
    CtVolume volume = makeVolume(series.stack.source);
    const auto files = framesByFile(series.frames);
    std::size_t done = 0;
    std::mutex progressMutex;
    const Outcome outcome = parallelFor(files.size(), 0, stop, [&](std::size_t file) {
      std::vector<FrameTarget> targets;
      for (const std::size_t slice : files[file])
        targets.push_back({&series.frames[slice], volume.slice(static_cast<int>(slice))});
      try {
        decodeFrames(targets, counts);
      } catch (const Error& e) {
        if (e.kind() == ErrorKind::OutOfMemory) throw;
        const std::scoped_lock lock(damage.mutex);
        if (damage.slices.empty()) {
          damage.firstSentence = e.what();
          damage.firstDetail = e.detail();
        }
        damage.slices.insert(damage.slices.end(), files[file].begin(), files[file].end());
      }
      const std::scoped_lock lock(progressMutex);  // a sink need not be safe for several threads
      ++done;
      if (done % 8 == 0 || done == files.size())
        if (progress)
          progress(static_cast<double>(done) / static_cast<double>(files.size()),
                   "Reading slice " + std::to_string(done) + " of " + std::to_string(files.size()));
    });
    if (outcome == Outcome::Stopped) return std::nullopt;
    if (damage.slices.size() * 10 > series.frames.size())
      throw Error(ErrorKind::InvalidInput, damage.firstSentence, damage.firstDetail);
    if (!damage.slices.empty()) {
      std::sort(damage.slices.begin(), damage.slices.end());
      fillGaps(volume, damage.slices);
      scan.notes.push_back(std::to_string(damage.slices.size()) + " of " + std::to_string(series.frames.size()) +
                           " slices cannot be decoded and are filled from their neighbours. " + damage.firstSentence);
    }
    const CanonicalTurn turn = canonicalTurn(series.stack.source);
    describeTurn(turn, scan.source);
    if (series.stack.resample) {
      scan.source.resampled = true;
      scan.source.sliceOriginsMm = series.stack.originsMm;
      volume = resampleStack(volume, series.stack, stop);
      if (stop.stop_requested()) return std::nullopt;
    }
    volume = turned(std::move(volume), turn);
    noteValues(counts, scan);
    for (std::string& note : oddHuValues(counts.low, counts.high)) scan.notes.push_back(std::move(note));
    scan.ct = std::make_shared<const CtVolume>(std::move(volume));
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::OutOfMemory, "There is not enough memory to open this series of " +
                                            std::to_string(series.frames.size()) + " slices.");
  }
  return scan;
}

}  // namespace pulmo
