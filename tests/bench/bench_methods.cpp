// SPDX-License-Identifier: Apache-2.0
// Every method on phantoms, on nodules at the pleura, on simulated disease and on real scans with a reference: the
// tables of docs/RESULTS.md.
//
//   bench_methods [--seeds N] [--no-network] [speed] [nodules] [disease] [scans] [slices]      all of them if none is
//   named
//
// The real scans lie beside the project; without them those tables are left out.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipeline/classical/border_marching_segmenter.h"
#include "pipeline/classical/graph_search_segmenter.h"
#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/learn/shipped_weights.h"
#include "pipeline/learn/unet_segmenter.h"
#include "pipeline/learn/weights_file.h"
#include "pipeline/metrics/metrics.h"
#include "pipeline/simulate/phantom.h"
#include "pipeline/simulate/simulator.h"
#include "tests/classical/pleural_nodules.h"
#include "tests/support/shared_data.h"

namespace {

namespace fs = std::filesystem;
using namespace pulmo;
using Methods = std::vector<std::unique_ptr<Segmenter>>;

/// From here on the peak of memory is counted anew.
void forgetPeak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

double statusMb(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.compare(0, key.size(), key) == 0) return std::stod(line.substr(key.size() + 1)) / 1024;
  return 0;
}

/// Figures of one method over the lungs of one set: each lung for itself, or both where the reference is merged.
struct Tally {
  std::vector<double> dice, hd95, assd, over, under, seconds, peakMb;
  int failed = 0;

  void add(const LabelMetrics& m) {
    if (m.dice) dice.push_back(*m.dice);
    if (m.hd95Mm) hd95.push_back(*m.hd95Mm);
    if (m.assdMm) assd.push_back(*m.assdMm);
    if (!m.sensitivity || !m.precision || *m.precision <= 0) return;
    under.push_back(100 * (1 - *m.sensitivity));
    over.push_back(100 * *m.sensitivity * (1 / *m.precision - 1));  // of the reference's volume
  }
};

double mean(const std::vector<double>& of) {
  double sum = 0;
  for (const double v : of) sum += v;
  return of.empty() ? 0 : sum / static_cast<double>(of.size());
}
double most(const std::vector<double>& of) {
  return of.empty() ? 0 : *std::max_element(of.begin(), of.end());
}
double least(const std::vector<double>& of) {
  return of.empty() ? 0 : *std::min_element(of.begin(), of.end());
}

/// nullopt if no lungs are found, or the method cannot work on such a scan.
std::optional<LabelVolume> measured(const Segmenter& method, const CtVolume& ct, Tally& tally) {
  forgetPeak();
  const double before = statusMb("VmRSS:");
  const auto start = std::chrono::steady_clock::now();
  try {
    auto result = method.segment(ct, {}, {});
    tally.seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    tally.peakMb.push_back(statusMb("VmHWM:") - before);
    return std::move(result->labels);
  } catch (const Error& error) {
    ++tally.failed;
    std::fprintf(stderr, "%s: %s\n", method.name().c_str(), error.what());
    return std::nullopt;
  }
}

void judge(const LabelVolume& reference, const LabelVolume& mask, bool distances, Tally& tally) {
  MetricsOptions options;
  options.surfaceDistances = distances;
  const Metrics metrics = *compareMasks(reference, mask, options);
  if (metrics.right && metrics.left) {
    tally.add(*metrics.right);
    tally.add(*metrics.left);
  } else {
    tally.add(metrics.both);
  }
}

void header(const char* title) {
  std::printf(
      "\n### %s\n\n| method | Dice, mean | worst | HD95 mm | worst | ASSD mm | over %% | worst | under %% | worst | s "
      "| "
      "MB |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n",
      title);
}

void row(const std::string& name, const Tally& t) {
  if (t.dice.empty()) {
    std::printf("| %s | cannot (%d of %d) |\n", name.c_str(), t.failed, t.failed);
    return;
  }
  std::printf("| %s | %.4f | %.4f | ", name.c_str(), mean(t.dice), least(t.dice));
  if (t.hd95.empty())
    std::printf("– | – | – | ");
  else
    std::printf("%.2f | %.2f | %.2f | ", mean(t.hd95), most(t.hd95), mean(t.assd));
  std::printf("%.2f | %.2f | %.2f | %.2f | %.1f | %.0f |\n", mean(t.over), most(t.over), mean(t.under), most(t.under),
              mean(t.seconds), most(t.peakMb));
  if (t.failed > 0) std::printf("\n%s found no lungs in %d.\n", name.c_str(), t.failed);
  std::fflush(stdout);
}

PhantomCase phantomOf(int seed) {
  PhantomSpec spec;
  spec.seed = static_cast<std::uint64_t>(seed);
  spec.size = {300, 300, 200};
  spec.spacingMm = {1.2, 1.2, 1.5};
  return std::move(*makePhantom(spec));
}

void speed(const Methods& methods) {
  PhantomSpec spec;
  spec.size = {512, 512, 300};
  spec.spacingMm = {0.7, 0.7, 1.0};
  const PhantomCase phantom = *makePhantom(spec);
  header("One healthy phantom, 512 x 512 x 300");
  for (const auto& method : methods) {
    Tally tally;
    if (const auto mask = measured(*method, phantom.ct, tally)) judge(phantom.lungs, *mask, true, tally);
    row(method->name(), tally);
  }
}

void nodules(const Methods& methods, int seeds) {
  const std::vector<double> sizes{4, 6, 8, 10, 12, 15, 20, 25, 30};
  std::vector<Tally> healthy(methods.size()), sick(methods.size());
  std::vector<std::vector<std::string>> missed(methods.size());
  std::vector<std::vector<int>> in(methods.size(), std::vector<int>(sizes.size(), 0));
  std::vector<int> all(sizes.size(), 0);
  for (int seed = 1; seed <= seeds; ++seed) {
    PhantomCase phantom = phantomOf(seed);
    for (std::size_t m = 0; m < methods.size(); ++m)
      if (const auto mask = measured(*methods[m], phantom.ct, healthy[m]))
        judge(phantom.lungs, *mask, true, healthy[m]);
    const auto list = test::addNodules(phantom.ct, phantom.lungs, sizes, static_cast<std::uint64_t>(seed));
    const auto sizeOf = [&](const test::Nodule& nodule) {
      return static_cast<std::size_t>(std::find(sizes.begin(), sizes.end(), nodule.diameterMm) - sizes.begin());
    };
    for (const auto& nodule : list) ++all[sizeOf(nodule)];
    for (std::size_t m = 0; m < methods.size(); ++m) {
      const auto mask = measured(*methods[m], phantom.ct, sick[m]);
      if (!mask) continue;
      judge(phantom.lungs, *mask, false, sick[m]);
      for (const auto& nodule : list) {
        const double share = nodule.share(*mask);
        if (share >= test::kIncludedShare) {
          ++in[m][sizeOf(nodule)];
          continue;
        }
        char text[96];
        std::snprintf(text, sizeof text, "seed %d, %s, %.0f mm: %.2f", seed, test::nameOf(nodule.pleura),
                      nodule.diameterMm, share);
        missed[m].push_back(text);
      }
    }
    std::fprintf(stderr, "nodules: seed %d done\n", seed);
  }
  header("Healthy phantoms, each lung");
  for (std::size_t m = 0; m < methods.size(); ++m) row(methods[m]->name(), healthy[m]);
  header("The same with nodules at the pleura");
  for (std::size_t m = 0; m < methods.size(); ++m) row(methods[m]->name(), sick[m]);
  std::printf("\n### Nodules included (%.0f %% of their voxels), by diameter\n\n| method |",
              100 * test::kIncludedShare);
  for (const double size : sizes) std::printf(" %.0f mm |", size);
  std::printf("\n|---|");
  for (std::size_t i = 0; i < sizes.size(); ++i) std::printf("---|");
  std::printf("\n");
  for (std::size_t m = 0; m < methods.size(); ++m) {
    std::printf("| %s |", methods[m]->name().c_str());
    for (std::size_t i = 0; i < sizes.size(); ++i) std::printf(" %d of %d |", in[m][i], all[i]);
    std::printf("\n");
  }
  for (std::size_t m = 0; m < methods.size(); ++m) {
    if (methods[m]->name() != "border-marching") continue;
    std::printf("\nMissed by %s:\n\n", methods[m]->name().c_str());
    for (const auto& text : missed[m]) std::printf("- %s\n", text.c_str());
  }
  std::fflush(stdout);
}

void disease(const Methods& methods, int seeds) {
  struct Kind {
    const char* name;
    PathologySpec spec;
  };
  std::vector<Kind> kinds(4);
  kinds[0] = {"Phantoms with discs", {}};
  kinds[0].spec.mode = PathologyMode::Circles;
  const std::array<std::pair<const char*, double>, 3> degrees{{{"mild", 10}, {"moderate", 30}, {"severe", 60}}};
  std::vector<std::string> names;
  for (const auto& [name, percent] : degrees)
    names.push_back(std::string("Phantoms with infiltrates, ") + name + " (up to " +
                    std::to_string(static_cast<int>(percent)) + " % of the lungs)");
  for (std::size_t d = 0; d < degrees.size(); ++d) {
    kinds[d + 1].name = names[d].c_str();
    kinds[d + 1].spec.extentPercent = degrees[d].second;
    kinds[d + 1].spec.closeRim = true;
  }
  for (const Kind& kind : kinds) {
    std::vector<Tally> tallies(methods.size());
    for (int seed = 1; seed <= seeds; ++seed) {
      const PhantomCase phantom = phantomOf(seed);
      const auto sick = simulate(phantom.ct, phantom.lungs, kind.spec, static_cast<std::uint64_t>(seed));
      for (std::size_t m = 0; m < methods.size(); ++m)
        if (const auto mask = measured(*methods[m], sick->ct, tallies[m]))
          judge(phantom.lungs, *mask, true, tallies[m]);
    }
    header(kind.name);
    for (std::size_t m = 0; m < methods.size(); ++m) row(methods[m]->name(), tallies[m]);
  }
}

Scan load(const fs::path& path) {
  return std::move(*openScan({path}, {}, {}, {}));
}

void scans(const Methods& methods, const fs::path& data) {
  struct Case {
    const char *title, *ct, *mask;
    MaskValues values;
  };
  MaskValues cip;
  cip.left = {9, 10, 11};
  cip.right = {12, 13, 14};
  cip.lowByteOnly = true;
  const std::vector<Case> cases{
      {"LCTSC S1-101, expert, both lungs",
       "lctsc/LCTSC-Test-S1-101_ct.nii.gz",
       "lctsc/LCTSC-Test-S1-101_lungs.nii.gz",
       {}},
      {"LCTSC S1-104 (halved in the plane), expert, both lungs",
       "train-256/lctsc-s1-104_ct.nii.gz",
       "train-256/lctsc-s1-104_lungs.nii.gz",
       {}},
      {"Chest Imaging Platform 64 x 64 x 79, each lung", "cip-ct64/ct-64.nrrd", "cip-ct64/lm-64.nrrd", cip}};
  for (const Case& c : cases) {
    const Scan scan = load(data / c.ct);
    const LabelVolume reference = loadMask(data / c.mask, &scan, c.values);
    header(c.title);
    for (const auto& method : methods) {
      Tally tally;
      if (const auto mask = measured(*method, *scan.ct, tally)) judge(reference, *mask, true, tally);
      row(method->name(), tally);
    }
  }
}

void slices(const Methods& methods, const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().ends_with("_ct.tif")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Tally> tallies(methods.size());
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    const Scan scan = load(file);
    const LabelVolume reference = loadMask(folder / (name.substr(0, name.size() - 6) + "lungs.tif"), &scan);
    for (std::size_t m = 0; m < methods.size(); ++m)
      if (const auto mask = measured(*methods[m], *scan.ct, tallies[m])) judge(reference, *mask, false, tallies[m]);
  }
  header("Thirty single slices with a manual mask, both lungs");
  for (std::size_t m = 0; m < methods.size(); ++m) row(methods[m]->name(), tallies[m]);
}

}  // namespace

int main(int argc, char** argv) {
  int seeds = 10;
  bool network = true;
  std::set<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--seeds" && i + 1 < argc)
      seeds = std::max(1, std::atoi(argv[++i]));
    else if (argument == "--no-network")
      network = false;
    else
      wanted.insert(argument);
  }
  Methods methods;
  methods.push_back(std::make_unique<ThresholdSegmenter>());
  methods.push_back(std::make_unique<BorderMarchingSegmenter>());
  methods.push_back(std::make_unique<GraphSearchSegmenter>());
  if (network)
    if (const auto shipped = findShippedWeights())
      methods.push_back(std::make_unique<UNetSegmenter>(loadWeights(*shipped)));
  const auto asked = [&](const char* part) { return wanted.empty() || wanted.count(part) > 0; };
  if (asked("speed")) speed(methods);
  if (asked("nodules")) nodules(methods, seeds);
  if (asked("disease")) disease(methods, seeds);
  const fs::path data = test::sharedData();
  if (data.empty()) {
    std::fprintf(stderr, "The real scans are not beside the project: those tables are left out.\n");
    return 0;
  }
  if (asked("scans")) scans(methods, data);
  if (asked("slices")) slices(methods, data / "finding-lungs");
  return 0;
}
