// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/scan_search.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <mutex>
#include <set>

#include "pipeline/core/parallel.h"
#include "pipeline/imaging/dicom_series.h"
#include "pipeline/imaging/volume_file.h"

namespace pulmo {

namespace fs = std::filesystem;

/// Either a DICOM series or a volume file.
struct SeriesFiles {
  std::optional<DicomSeries> dicom;
  fs::path volume;
};

namespace {

constexpr std::size_t kMostFiles = 200000;

/// A file that was found, and its name below the folder that was searched.
struct FoundFile {
  fs::path path;
  std::string name;
};

/// Walks folders, linked ones too; each is entered once, whatever links lead to it.
class Collector {
 public:
  Collector(std::vector<FoundFile>& files, std::vector<SkippedFile>& skipped, const StopToken& stop)
      : files_(files), skipped_(skipped), stop_(stop) {}

  void collect(const fs::path& path) {
    std::error_code ec;
    const fs::file_status status = fs::status(path, ec);
    if (!fs::exists(status)) throw Error(ErrorKind::Io, "There is no file or folder " + path.string() + ".");
    if (!fs::is_directory(status)) {
      if (!fs::is_regular_file(status))
        throw Error(ErrorKind::InvalidInput, path.string() + " is neither a file nor a folder.");
      if (::access(path.c_str(), R_OK) != 0)
        throw Error(ErrorKind::Io, "The file " + path.string() + " may not be read (permission).");
      files_.push_back({path, path.filename().string()});
      return;
    }
    if (::access(path.c_str(), R_OK | X_OK) != 0)
      throw Error(ErrorKind::Io, "The folder " + path.string() + " may not be read (permission).");
    root_ = path;
    std::vector<fs::path> open{path};  // not by recursion: a folder may be deeper than the stack
    while (!open.empty() && !stop_.stop_requested()) {
      const fs::path folder = std::move(open.back());
      open.pop_back();
      if (isNew(folder)) look(folder, open);
    }
  }

 private:
  bool isNew(const fs::path& folder) {
    struct stat status {};
    return ::stat(folder.c_str(), &status) != 0 || seen_.emplace(status.st_dev, status.st_ino).second;
  }

  void look(const fs::path& folder, std::vector<fs::path>& open) {
    if (::access(folder.c_str(), R_OK | X_OK) != 0) {
      skipped_.push_back({folder.string(), "The folder may not be read (permission)."});
      return;
    }
    std::error_code ec;
    fs::directory_iterator it(folder, ec);
    for (const fs::directory_iterator end; !ec && it != end && !stop_.stop_requested(); it.increment(ec)) {
      // Hidden: leftovers of a write that was killed, a Mac's "._IM0001.dcm", a trash folder. None of them is a scan.
      if (it->path().filename().native().front() == '.') continue;
      std::error_code entryError;
      if (it->is_directory(entryError)) {
        open.push_back(it->path());
      } else if (it->is_regular_file(entryError)) {
        files_.push_back({it->path(), it->path().lexically_relative(root_).string()});
        if (files_.size() > kMostFiles)
          throw Error(ErrorKind::InvalidInput, root_.string() + " holds more than " + std::to_string(kMostFiles) +
                                                   " files: choose a folder further down.");
      }
    }
    if (ec) skipped_.push_back({folder.string(), "The folder cannot be read to its end (" + ec.message() + ")."});
  }

  std::vector<FoundFile>& files_;
  std::vector<SkippedFile>& skipped_;
  const StopToken& stop_;
  fs::path root_;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

struct Findings {
  std::mutex mutex;
  std::vector<DicomFrame> frames;
  std::vector<FoundSeries> volumes;
  std::vector<SkippedFile> skipped;
  /// Sentences about files that cannot be read: by series where that much is known, else by folder.
  std::map<std::string, std::vector<std::string>> damagedOfSeries, damagedInFolder;

  void skip(const fs::path& file, const std::string& reason, const std::string& uid = {}) {
    const std::scoped_lock lock(mutex);
    skipped.push_back({file.string(), reason});
    (uid.empty() ? damagedInFolder[file.parent_path().string()] : damagedOfSeries[uid]).push_back(reason);
  }
};

FoundSeries describeVolume(const FoundFile& file) {
  FoundSeries found;
  found.path = file.path;
  found.facts = describeVolumeFile(file.path, &found.maskLike);
  found.facts.uid = file.name;
  found.chestScore = found.facts.refusal.empty() ? 1 + std::min(300, found.facts.slices) / 10.0 : -1;
  if (found.maskLike) found.chestScore = std::min(found.chestScore, 0.5);  // behind every scan, but it can be opened
  auto files = std::make_shared<SeriesFiles>();
  files->volume = file.path;
  found.files = files;
  return found;
}

/// Whether the name says that it ought to be DICOM: then it is worth a word if it is not.
bool hasDicomName(const fs::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".dcm" || extension == ".dicom" || extension == ".ima";
}

/// @param asked  the person has named this very file
void look(const FoundFile& found, bool asked, Findings& findings) {
  const fs::path& file = found.path;
  const std::string name = file.filename().string();
  try {
    if (isVolumeFileName(file)) {
      FoundSeries volume = describeVolume(found);
      const std::scoped_lock lock(findings.mutex);
      findings.volumes.push_back(std::move(volume));
      return;
    }
    DicomFileContent content = readDicomHeader(file);
    if (!content.problem.empty()) {
      findings.skip(file, content.problem, content.uid);
    } else if (content.isDicom) {
      const std::scoped_lock lock(findings.mutex);
      std::move(content.frames.begin(), content.frames.end(), std::back_inserter(findings.frames));
    } else if (asked || hasDicomName(file)) {  // within a folder, other files are nobody's business
      std::error_code ec;
      findings.skip(file,
                    name + (fs::is_empty(file, ec) && !ec ? " is empty." : " is neither DICOM nor a volume format."));
    }
  } catch (const Error& e) {
    findings.skip(file, e.what());
  } catch (const std::exception&) {
    findings.skip(file, name + " cannot be read.");
  }
}

/// One bad file must not go missing silently: the series that it was part of says so.
void addDamage(const Findings& findings, DicomSeries& series) {
  std::vector<std::string> sentences;
  const std::string uid = series.facts.uid.substr(0, series.facts.uid.find('#'));
  if (const auto found = findings.damagedOfSeries.find(uid); found != findings.damagedOfSeries.end())
    sentences = found->second;
  std::set<std::string> folders;
  for (const DicomFrame& frame : series.frames) folders.insert(fs::path(frame.path).parent_path().string());
  for (const std::string& folder : folders)
    if (const auto found = findings.damagedInFolder.find(folder); found != findings.damagedInFolder.end())
      sentences.insert(sentences.end(), found->second.begin(), found->second.end());
  if (sentences.empty()) return;
  std::sort(sentences.begin(), sentences.end());
  series.facts.warnings.push_back(sentences.size() == 1
                                      ? "A file beside the others is left out. " + sentences.front()
                                      : std::to_string(sentences.size()) +
                                            " files beside the others are left out. The first: " + sentences.front());
}

/// Files of one name in several places that were searched: their whole path tells them apart.
void nameApart(std::vector<FoundSeries>& volumes) {
  std::map<std::string, int> count;
  for (const FoundSeries& v : volumes) ++count[v.facts.uid];
  for (FoundSeries& v : volumes)
    if (count[v.facts.uid] > 1) v.facts.uid = v.files->volume.string();
}

}  // namespace

std::optional<ScanSearch> findScans(const std::vector<fs::path>& paths, const StopToken& stop,
                                    const ProgressSink& progress) {
  std::vector<FoundFile> files;
  ScanSearch search;
  Collector collector(files, search.skipped, stop);
  for (const fs::path& path : paths) collector.collect(path);
  if (stop.stop_requested()) return std::nullopt;  // not all files are known
  std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  files.erase(std::unique(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path == b.path; }),
              files.end());
  Findings findings;
  std::size_t done = 0;
  std::mutex progressMutex;
  const std::set<fs::path> named(paths.begin(), paths.end());
  const Outcome outcome = parallelFor(files.size(), 0, stop, [&](std::size_t i) {
    look(files[i], named.contains(files[i].path), findings);
    const std::scoped_lock lock(progressMutex);  // a sink need not be safe for several threads
    ++done;
    if (done % 16 == 0)
      if (progress)
        progress(static_cast<double>(done) / static_cast<double>(files.size()),
                 "Looking at file " + std::to_string(done) + " of " + std::to_string(files.size()));
  });
  if (outcome == Outcome::Stopped) return std::nullopt;
  // Threads finish in any order; what the person sees does not depend on it.
  std::sort(findings.frames.begin(), findings.frames.end(), [](const DicomFrame& a, const DicomFrame& b) {
    return std::tie(a.path, a.frame) < std::tie(b.path, b.frame);
  });
  std::sort(findings.volumes.begin(), findings.volumes.end(),
            [](const FoundSeries& a, const FoundSeries& b) { return a.files->volume < b.files->volume; });
  std::sort(findings.skipped.begin(), findings.skipped.end(),
            [](const SkippedFile& a, const SkippedFile& b) { return a.path < b.path; });
  if (!findings.frames.empty())
    for (DicomSeries& series : groupSeries(std::move(findings.frames))) {
      addDamage(findings, series);
      FoundSeries found{series.facts, nullptr, series.chestScore, false,
                        fs::path(series.frames.front().path).parent_path()};
      auto files_ = std::make_shared<SeriesFiles>();
      files_->dicom = std::move(series);
      found.files = files_;
      search.series.push_back(std::move(found));
    }
  nameApart(findings.volumes);
  std::move(findings.volumes.begin(), findings.volumes.end(), std::back_inserter(search.series));
  std::move(findings.skipped.begin(), findings.skipped.end(), std::back_inserter(search.skipped));
  std::stable_sort(search.series.begin(), search.series.end(),
                   [](const FoundSeries& a, const FoundSeries& b) { return a.chestScore > b.chestScore; });
  return search;
}

std::size_t chooseSeries(const ScanSearch& search, const std::string& uid) {
  if (!uid.empty()) {
    for (std::size_t i = 0; i < search.series.size(); ++i)
      if (search.series[i].facts.uid == uid) return i;
    throw Error(ErrorKind::InvalidInput, "There is no series " + uid + " here.");
  }
  if (search.series.empty()) {
    if (search.skipped.size() == 1) throw Error(ErrorKind::InvalidInput, search.skipped.front().reason);
    throw Error(ErrorKind::InvalidInput,
                search.skipped.empty() ? "No scan was found: there is neither DICOM nor a volume file."
                                       : "No scan was found. " + std::to_string(search.skipped.size()) +
                                             " files cannot be read; the first: " + search.skipped.front().reason);
  }
  const FoundSeries& best = search.series.front();
  if (!best.facts.refusal.empty())
    throw Error(ErrorKind::InvalidInput,
                (search.series.size() == 1 ? "The only series found cannot be opened. "
                                           : "None of the " + std::to_string(search.series.size()) +
                                                 " series found can be opened. The first: ") +
                    best.facts.refusal);
  return 0;
}

std::optional<Scan> loadScan(const FoundSeries& series, const StopToken& stop, const ProgressSink& progress) {
  if (!series.files) throw Error(ErrorKind::InvalidInput, "This series has no files to read.");
  if (series.files->dicom) return loadDicomSeries(*series.files->dicom, stop, progress);
  std::optional<Scan> scan = loadVolumeFile(series.files->volume, stop, progress);
  if (scan) scan->facts.uid = series.facts.uid;
  return scan;
}

std::optional<Scan> openScan(const std::vector<fs::path>& paths, const std::string& uid, const StopToken& stop,
                             const ProgressSink& progress) {
  const auto search = findScans(paths, stop, [&](double f, const std::string& s) {
    if (progress) progress(0.3 * f, s);
  });
  if (!search) return std::nullopt;
  return loadScan(search->series[chooseSeries(*search, uid)], stop, [&](double f, const std::string& s) {
    if (progress) progress(0.3 + 0.7 * f, s);
  });
}

}  // namespace pulmo
