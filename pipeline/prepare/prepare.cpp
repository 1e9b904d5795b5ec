// SPDX-License-Identifier: Apache-2.0
#include "pipeline/prepare/prepare.h"

#include <algorithm>
#include <map>
#include <set>

#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/core/random.h"
#include "pipeline/prepare/dataset_layout.h"
#include "pipeline/prepare/lung_sides.h"
#include "pipeline/simulate/phantom.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

bool named(const CaseSource& source, const std::string& name) {
  const auto fits = [&](const std::string& whole) { return whole == name || whole.ends_with("/" + name); };
  return fits(source.name) || fits(source.patient);
}

/// @throws Error{InvalidInput} for a name that nothing has: a slip of the pen would train on the wrong scans
template <class Apply>
void forNamed(std::vector<CaseSource>& cases, const std::vector<std::string>& names, const char* what,
              const Apply& apply) {
  for (const std::string& name : names) {
    bool found = false;
    for (CaseSource& source : cases)
      if (named(source, name)) apply(source), found = true;
    if (!found)
      throw Error(ErrorKind::InvalidInput,
                  "No case or patient is named " + name + " (given as " + what + "). Look at the names without it.");
  }
}

void uniqueNames(std::vector<CaseSource>& cases) {
  std::set<std::string> seen;
  for (CaseSource& source : cases) {
    const std::string name = source.name;
    for (int i = 2; !seen.insert(source.name).second; ++i) source.name = name + " (" + std::to_string(i) + ")";
  }
}

std::vector<CaseSource> collect(const std::vector<fs::path>& datasets, const PrepareOptions& options,
                                const StopToken& stop, PrepareReport& report) {
  std::vector<CaseSource> cases;
  std::set<std::string> seen;
  for (const fs::path& dataset : datasets) {
    const fs::path plain = fs::absolute(dataset).lexically_normal();
    const std::string name = (plain.has_filename() ? plain : plain.parent_path()).filename().string();
    DatasetCases found = findCases(dataset, datasets.size() > 1 ? name + "/" : "", stop);
    report.problems.insert(report.problems.end(), found.problems.begin(), found.problems.end());
    for (CaseSource& source : found.cases) {
      std::error_code ec;
      const fs::path real = fs::weakly_canonical(source.image, ec);
      if (seen.insert((ec ? source.image : real).string() + '\n' + source.seriesUid).second)
        cases.push_back(std::move(source));
      else
        report.problems.push_back(source.name + " was found twice; it is stored once.");
    }
  }
  uniqueNames(cases);
  forNamed(cases, options.diseased, "diseased", [](CaseSource& c) { c.diseased = true; });
  forNamed(cases, options.train, "train", [](CaseSource& c) { c.split = Split::Train; });
  forNamed(cases, options.validation, "validation", [](CaseSource& c) { c.split = Split::Validation; });
  forNamed(cases, options.test, "test", [](CaseSource& c) { c.split = Split::Test; });
  return cases;
}

/// A patient's side is the side that any of the cases asks for. @throws Error{InvalidInput} if they ask for two
std::map<std::string, Split> fixedSides(const std::vector<CaseSource>& cases) {
  std::map<std::string, Split> sides;
  for (const CaseSource& source : cases) {
    if (!source.split) continue;
    const auto [known, added] = sides.emplace(source.patient, *source.split);
    if (!added && known->second != *source.split)
      throw Error(ErrorKind::InvalidInput, "The patient " + source.patient + " would be on two sides, " +
                                               splitKey(known->second) + " and " + splitKey(*source.split) + ".");
  }
  return sides;
}

/// Air is what tells HU from anything else that a file may hold.
void requireHu(const CtVolume& ct, const std::string& name) {
  std::size_t air = 0;
  for (const std::int16_t hu : ct.voxels()) air += hu < -500 && hu > -1100;
  if (air * 100 < ct.voxels().size())
    throw Error(ErrorKind::InvalidInput, name + " holds hardly any air: it is no chest CT in Hounsfield units.");
}

std::string percent(double share) {
  return std::to_string(static_cast<int>(share * 100 + 0.5)) + " %";
}

/// What a person should look at, though it may be right.
void checkMask(const CtVolume& ct, const LabelVolume& lungs, std::vector<std::string>& notes) {
  std::size_t lung = 0, dense = 0;
  for (std::size_t i = 0; i < lungs.voxels().size(); ++i)
    if (lungs.voxels()[i] != 0) ++lung, dense += ct.voxels()[i] > -200;
  const double share = lung > 0 ? static_cast<double>(dense) / static_cast<double>(lung) : 0;
  if (share > 0.4) notes.push_back(percent(share) + " of the mask is dense tissue: check that it is this scan's.");
}

class Preparation {
 public:
  Preparation(const PrepareOptions& options, SliceStoreWriter& writer, PrepareReport& report, const StopToken& stop)
      : options_(options), writer_(writer), report_(report), stop_(stop) {}

  /// @return false if stopped
  bool add(const CaseSource& source) {
    std::optional<Scan> scan = source.series ? loadScan(*source.series, stop_, kQuiet)
                                             : openScan({source.image}, source.seriesUid, stop_, kQuiet);
    if (!scan) return false;
    requireHu(*scan->ct, source.name);
    StoredCase stored;
    stored.name = source.name;
    stored.patient = source.patient;
    stored.diseased = source.diseased;
    stored.notes = source.notes;
    stored.notes.insert(stored.notes.end(), scan->notes.begin(), scan->notes.end());
    std::optional<LabelVolume> lungs =
        source.mask ? expertMask(source, *scan, stored) : thresholdMask(source, *scan, stored);
    if (!lungs) return false;
    writer_.add(*scan->ct, *lungs, stored, squareAround(scan->ct->grid(), findBodyBox(*scan->ct)));
    report_.cases.push_back(stored);
    return true;
  }

  /// @return false if stopped
  bool addPhantom(int i) {
    const std::uint64_t seed = options_.phantomSeed + static_cast<std::uint64_t>(i);
    Random random(seed, 0x7068616e746f6d);
    PhantomSpec spec;
    spec.seed = seed;
    // The chest keeps its size within a tenth; the matrix, the slices and the noise are those of many scanners.
    const double bodyMm = random.uniform(330, 400), heightMm = random.uniform(270, 330);
    const int n = options_.size, slices = random.integer(48, 110);
    spec.size = {n, n, slices};
    spec.spacingMm = {bodyMm / n, bodyMm / n, heightMm / slices};
    spec.noiseHu = random.uniform(8, 45);
    const auto phantom = makePhantom(spec, stop_, kQuiet);
    if (!phantom) return false;
    StoredCase stored;
    stored.name = stored.patient = "phantom-" + std::to_string(seed);
    stored.masks = MaskOrigin::Phantom;
    writer_.add(phantom->ct, phantom->lungs, stored, squareAround(phantom->ct.grid(), findBodyBox(phantom->ct)));
    report_.cases.push_back(stored);
    return true;
  }

 private:
  std::optional<LabelVolume> expertMask(const CaseSource& source, const Scan& scan, StoredCase& stored) {
    LabelVolume mask = loadMask(*source.mask, &scan, source.values);
    checkMask(*scan.ct, mask, stored.notes);
    if (isUnsided(mask)) {
      auto sided = tellSides(*scan.ct, mask, stop_);
      if (!sided) return std::nullopt;
      stored.sidesKnown = sided->known;
      stored.notes.insert(stored.notes.end(), sided->notes.begin(), sided->notes.end());
      return std::move(sided->labels);
    }
    if (!sidesFitAnatomy(mask))
      throw Error(ErrorKind::InvalidInput, "In the mask of " + source.name +
                                               " the right lung lies at the patient's left: its values mean the other "
                                               "sides, or it is mirrored. Say which value is which in a manifest.");
    return mask;
  }

  std::optional<LabelVolume> thresholdMask(const CaseSource& source, const Scan& scan, StoredCase& stored) {
    if (!source.threshold.value_or(options_.thresholdMasks))
      throw Error(ErrorKind::InvalidInput, source.name + kHasNoMask + ", or let the threshold method make it.");
    if (source.diseased && !source.threshold.value_or(false))
      throw Error(ErrorKind::InvalidInput, source.name +
                                               " is diseased and has no mask: the threshold method would "
                                               "leave the disease out, so it makes none.");
    auto result = ThresholdSegmenter().segment(*scan.ct, stop_, kQuiet);
    if (!result) return std::nullopt;
    stored.masks = MaskOrigin::Threshold;
    stored.notes.insert(stored.notes.end(), result->notes.begin(), result->notes.end());
    return std::move(result->labels);
  }

  const PrepareOptions& options_;
  SliceStoreWriter& writer_;
  PrepareReport& report_;
  const StopToken& stop_;
};

std::vector<Split> sidesOf(const std::vector<StoredCase>& cases, const std::map<std::string, Split>& fixed,
                           std::uint64_t seed) {
  const bool onlyPhantoms =
      std::all_of(cases.begin(), cases.end(), [](const StoredCase& c) { return c.masks == MaskOrigin::Phantom; });
  std::vector<std::string> free;
  for (const StoredCase& c : cases)
    if (!fixed.contains(c.patient) && (onlyPhantoms || c.masks != MaskOrigin::Phantom)) free.push_back(c.patient);
  const std::vector<Split> drawn = splitByPatient(free, seed);
  std::map<std::string, Split> sides = fixed;
  for (std::size_t i = 0; i < free.size(); ++i) sides[free[i]] = drawn[i];
  std::vector<Split> result;
  for (const StoredCase& c : cases) {
    const auto side = sides.find(c.patient);
    result.push_back(side == sides.end() ? Split::Train : side->second);  // phantoms among real scans
  }
  return result;
}

void noteEmptySides(PrepareReport& report) {
  for (const Split split : {Split::Train, Split::Validation, Split::Test})
    if (std::none_of(report.cases.begin(), report.cases.end(), [&](const StoredCase& c) { return c.split == split; }))
      report.notes.push_back("No case is for " + splitKey(split) + ".");
}

}  // namespace

std::optional<PrepareReport> prepareDataset(const std::vector<fs::path>& datasets, const fs::path& store,
                                            const PrepareOptions& options, const StopToken& stop,
                                            const ProgressSink& progress) {
  PrepareReport report;
  if (options.phantoms < 0 || options.phantoms > 10000)
    throw Error(ErrorKind::InvalidInput, "The number of phantoms must be 0 to 10000.");
  SliceStoreWriter writer(store, options.size, options.overwrite);
  const std::vector<CaseSource> cases = collect(datasets, options, stop, report);
  const std::map<std::string, Split> fixed = fixedSides(cases);
  Preparation preparation(options, writer, report, stop);
  const double all = static_cast<double>(cases.size()) + options.phantoms;
  double done = 0;
  const auto tell = [&](const std::string& name) {
    if (progress) progress(done++ / all, name);
  };
  for (const CaseSource& source : cases) {
    if (stop.stop_requested()) return std::nullopt;
    tell(source.name);
    try {
      if (!preparation.add(source)) return std::nullopt;
    } catch (const Error& e) {
      // A full disk is the store's end; all else is this case's.
      if (e.kind() == ErrorKind::Internal) throw;
      report.problems.push_back(source.name + " was left out: " + e.what());
      if (writer.broken()) throw;
    }
  }
  for (int i = 0; i < options.phantoms; ++i) {
    tell("phantom");
    if (stop.stop_requested() || !preparation.addPhantom(i)) return std::nullopt;
  }
  if (stop.stop_requested()) return std::nullopt;
  if (report.cases.empty())
    throw Error(ErrorKind::InvalidInput,
                "No usable case was found, so no dataset was written." +
                    (report.problems.empty() ? std::string() : " The first reason: " + report.problems.front()));
  const std::vector<Split> sides = sidesOf(report.cases, fixed, options.splitSeed);
  for (const std::string& problem : report.problems) writer.addProblem(problem);
  writer.finish(sides, options.splitSeed);
  report.cases = SliceStore(store).cases();
  noteEmptySides(report);
  if (progress) progress(1, "");
  return report;
}

}  // namespace pulmo
