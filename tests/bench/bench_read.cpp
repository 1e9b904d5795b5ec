// SPDX-License-Identifier: Apache-2.0
//
// Reading a series: this program's reader (findScans + loadScan) against itk::GDCMSeriesFileNames +
// itk::ImageSeriesReader, on the same files in the same run.
//
//   bench_read [FOLDER...]
//
// Without a folder it takes lidc-1011 (JPEG-LS) of the shared scans and an uncompressed copy of it, which it makes with
// `gdcmconv --raw` in a temporary folder. Each reading runs in a process of its own, so that its peak memory is its
// own; the files are read once before, so that both find them in the page cache. The best of five counts.
#include <itkGDCMImageIO.h>
#include <itkGDCMSeriesFileNames.h>
#include <itkImageSeriesReader.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/core/parallel.h"
#include "pipeline/imaging/scan_search.h"
#include "tests/support/shared_data.h"

namespace fs = std::filesystem;

namespace {

constexpr int kRounds = 5;
constexpr double kWantedNative = 8, kWantedCompressed = 1.8, kWantedMemory = 1.3;

struct Reading {
  double seconds = 0;
  double peakMb = 0;  ///< above what the process held before it began
  double volumeMb = 0;
  long long checksum = 0;  ///< sum of the voxels from -1024 HU up: both readers must have read the same
};

double residentPeakMb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double residentMb() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1048576;
}

long long sumOf(const std::int16_t* first, std::size_t count) {
  long long sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += std::max<int>(first[i], -1024);
  return sum;
}

Reading readOurs(const fs::path& folder) {
  const double before = residentMb();
  const auto start = std::chrono::steady_clock::now();
  const auto scan = pulmo::openScan({folder}, {}, {}, [](double, const std::string&) {});
  Reading r;
  r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  r.peakMb = residentPeakMb() - before;
  r.volumeMb = static_cast<double>(scan->ct->voxels().size() * sizeof(std::int16_t)) / 1048576;
  r.checksum = sumOf(scan->ct->voxels().data(), scan->ct->voxels().size());
  return r;
}

Reading readItk(const fs::path& folder) {
  using Image = itk::Image<std::int16_t, 3>;
  const double before = residentMb();
  const auto start = std::chrono::steady_clock::now();
  auto names = itk::GDCMSeriesFileNames::New();
  names->SetUseSeriesDetails(true);
  names->SetDirectory(folder.string());
  auto reader = itk::ImageSeriesReader<Image>::New();
  reader->SetImageIO(itk::GDCMImageIO::New());
  reader->SetFileNames(names->GetFileNames(names->GetSeriesUIDs().front()));
  reader->Update();
  Reading r;
  r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  r.peakMb = residentPeakMb() - before;
  const Image* image = reader->GetOutput();
  const std::size_t count = image->GetLargestPossibleRegion().GetNumberOfPixels();
  r.volumeMb = static_cast<double>(count * sizeof(std::int16_t)) / 1048576;
  r.checksum = sumOf(image->GetBufferPointer(), count);
  return r;
}

/// One reading in a child process; its figures come back through a pipe.
Reading inChild(const std::function<Reading()>& read) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t child = fork();
  if (child == 0) {
    Reading r;
    try {
      r = read();
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
      _exit(1);
    }
    const bool sent = write(ends[1], &r, sizeof r) == static_cast<ssize_t>(sizeof r);
    _exit(sent ? 0 : 1);
  }
  close(ends[1]);
  Reading r;
  const bool got = ::read(ends[0], &r, sizeof r) == static_cast<ssize_t>(sizeof r);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!got) std::exit(1);
  return r;
}

void keepBest(Reading& kept, const Reading& r, bool first) {
  kept.seconds = first ? r.seconds : std::min(kept.seconds, r.seconds);
  kept.peakMb = std::max(kept.peakMb, r.peakMb);
  kept.volumeMb = r.volumeMb;
  kept.checksum = r.checksum;
}

bool compare(const fs::path& folder, const std::string& name, double wanted) {
  Reading itk, ours;
  for (int i = 0; i < kRounds; ++i) {  // by turns: what else the machine does falls on both
    keepBest(itk, inChild([&] { return readItk(folder); }), i == 0);
    keepBest(ours, inChild([&] { return readOurs(folder); }), i == 0);
  }
  const double ratio = itk.seconds / ours.seconds, memory = ours.peakMb / ours.volumeMb;
  std::printf("%-26s ITK %.3f s (peak %.2f x volume), Pulmoscope %.3f s (peak %.2f x volume): %.1f times as fast",
              name.c_str(), itk.seconds, itk.peakMb / itk.volumeMb, ours.seconds, memory, ratio);
  if (wanted > 0) std::printf(" (wanted >= %.1f), memory (wanted <= %.1f)", wanted, kWantedMemory);
  const bool same = itk.checksum == ours.checksum;
  std::printf(", values %s\n", same ? "equal" : "DIFFER");
  return same && ratio >= wanted && memory <= kWantedMemory;
}

}  // namespace

int main(int argc, char** argv) {
  std::printf("reading a DICOM series on %d processors, best of %d\n", pulmo::availableThreads(), kRounds);
  if (argc > 1) {
    for (int i = 1; i < argc; ++i) compare(argv[i], fs::path(argv[i]).filename().string(), 0);
    return 0;
  }
  const fs::path packed = pulmo::test::sharedData("lidc-1011");
  if (packed.empty()) {
    std::printf("skipped: the real scan 'lidc-1011' is not beside the project; give a folder\n");
    return 0;
  }
  std::string pattern = (fs::temp_directory_path() / "bench_read_XXXXXX").string();
  if (!mkdtemp(pattern.data())) return 1;
  const fs::path raw = pattern;
  bool made = true;
  for (const auto& entry : fs::directory_iterator(packed))
    made = made && std::system(("gdcmconv --raw '" + entry.path().string() + "' '" +
                                (raw / entry.path().filename()).string() + "'")
                                   .c_str()) == 0;
  bool reached = compare(packed, "lidc-1011, JPEG-LS", kWantedCompressed);
  if (made)
    reached = compare(raw, "lidc-1011, uncompressed", kWantedNative) && reached;
  else
    std::printf("skipped: gdcmconv is not installed, so there is no uncompressed copy\n");
  fs::remove_all(raw);
  return reached ? 0 : 1;
}
