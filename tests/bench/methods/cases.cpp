// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/methods/cases.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/core/random.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/metrics/metrics.h"
#include "pipeline/simulate/phantom.h"
#include "pipeline/simulate/simulator.h"
#include "tests/bench/methods/border_regions.h"
#include "tests/classical/pleural_nodules.h"

namespace pulmo::bench {

namespace fs = std::filesystem;

namespace {

/// From here on the peak of memory is counted anew; what a method before has freed is given back first.
void forgetPeak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

double statusMb(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.compare(0, key.size(), key) == 0) return std::stod(line.substr(key.size() + 1)) / 1024;
  return 0;
}

PhantomCase phantomOf(int seed) {
  PhantomSpec spec;
  spec.seed = static_cast<std::uint64_t>(seed);
  spec.size = {300, 300, 200};
  spec.spacingMm = {1.2, 1.2, 1.5};
  return std::move(*makePhantom(spec));
}

Scan load(const fs::path& path) {
  return std::move(*openScan({path}, {}, {}, {}));
}

std::string seedName(int seed) {
  return "seed " + std::to_string(seed);
}

LungFigures figuresOf(const char* label, const LabelMetrics& m) {
  return {label, m.dice, m.hd95Mm, m.assdMm, overPercent(m), underPercent(m)};
}

}  // namespace

MethodBench::MethodBench(std::vector<BenchMethod> methods) : methods_(std::move(methods)) {
  for (const BenchMethod& method : methods_) results_.methods.push_back(method.name);
}

std::unique_ptr<LabelVolume> MethodBench::measure(const BenchMethod& method, const CtVolume& ct, const Judged& as,
                                                  const LabelVolume* reference) {
  MeasuredCase measured;
  measured.set = as.set;
  measured.name = as.name;
  measured.method = method.name;
  std::unique_ptr<LabelVolume> mask;
  forgetPeak();
  const double before = statusMb("VmRSS:");
  const auto start = std::chrono::steady_clock::now();
  try {
    auto result = method.segmenter->segment(ct, {}, {});
    measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    measured.peakMb = statusMb("VmHWM:") - before;
    mask = std::make_unique<LabelVolume>(std::move(result->labels));
  } catch (const Error& error) {
    measured.failure = error.what();
  }
  if (mask && reference) {
    MetricsOptions options;
    options.surfaceDistances = as.distances;
    const Metrics metrics = *compareMasks(*reference, *mask, options);
    if (metrics.right && metrics.left)
      measured.lungs = {figuresOf("right_lung", *metrics.right), figuresOf("left_lung", *metrics.left)};
    else
      measured.lungs = {figuresOf("lungs", metrics.both)};
  }
  std::fprintf(stderr, "%s, %s, %s: %.1f s%s%s\n", as.set, as.name.c_str(), method.name.c_str(), measured.seconds,
               measured.failure.empty() ? "" : ", ", measured.failure.c_str());
  results_.cases.push_back(std::move(measured));
  return mask;
}

void MethodBench::speed() {
  PhantomSpec spec;
  spec.seed = kFirstSeed;
  spec.size = {512, 512, 300};
  spec.spacingMm = {0.7, 0.7, 1.0};
  const PhantomCase phantom = *makePhantom(spec);
  for (const BenchMethod& method : methods_)
    (void)measure(method, phantom.ct, {"speed", seedName(kFirstSeed)}, &phantom.lungs);
}

void MethodBench::nodules(int seeds) {
  for (int seed = kFirstSeed; seed < kFirstSeed + seeds; ++seed) {
    PhantomCase phantom = phantomOf(seed);
    const auto takesPart = [&](const BenchMethod& method) {
      return !method.network || seed < kFirstSeed + kNetworkNoduleSeeds;
    };
    for (const BenchMethod& method : methods_)
      if (takesPart(method)) (void)measure(method, phantom.ct, {"healthy", seedName(seed)}, &phantom.lungs);
    const auto list = test::addNodules(phantom.ct, phantom.lungs, {4, 6, 8, 10, 12, 15, 20, 25, 30},
                                       static_cast<std::uint64_t>(seed));
    for (const BenchMethod& method : methods_) {
      if (!takesPart(method)) continue;
      const auto mask = measure(method, phantom.ct, {"nodules", seedName(seed), false}, &phantom.lungs);
      if (!mask) continue;
      for (const test::Nodule& nodule : list)
        results_.nodules.push_back(
            {method.name, seed, test::nameOf(nodule.pleura), nodule.diameterMm, nodule.share(*mask)});
    }
  }
}

void MethodBench::disease(int seeds) {
  struct Kind {
    const char* set;
    PathologySpec spec;
  };
  std::vector<Kind> kinds{{"discs", {}}, {"mild", {}}, {"moderate", {}}, {"severe", {}}};
  kinds[0].spec.mode = PathologyMode::Circles;
  constexpr double kExtents[] = {0, 10, 30, 60};
  for (std::size_t k = 1; k < kinds.size(); ++k) {
    kinds[k].spec.extentPercent = kExtents[k];
    kinds[k].spec.closeRim = true;
    // Enough of them that the extent ends it, not their number: else moderate and severe are one and the same.
    kinds[k].spec.lesionsMin = kinds[k].spec.lesionsMax = 60;
  }
  for (const Kind& kind : kinds)
    for (int seed = kFirstSeed; seed < kFirstSeed + seeds; ++seed) {
      const PhantomCase phantom = phantomOf(seed);
      const auto sick = simulate(phantom.ct, phantom.lungs, kind.spec, static_cast<std::uint64_t>(seed));
      char name[48];
      std::snprintf(name, sizeof name, "seed %d, %.0f %% of the lungs", seed, sick->extentPercent);
      for (const BenchMethod& method : methods_) (void)measure(method, sick->ct, {kind.set, name}, &phantom.lungs);
    }
}

void MethodBench::scans(const fs::path& data) {
  struct Case {
    const char *set, *name, *ct, *mask;
    MaskValues values;
  };
  MaskValues cip;
  cip.left = {9, 10, 11};
  cip.right = {12, 13, 14};
  cip.lowByteOnly = true;
  const std::vector<Case> cases{
      {"lctsc-101", "S1-101", "lctsc/LCTSC-Test-S1-101_ct.nii.gz", "lctsc/LCTSC-Test-S1-101_lungs.nii.gz", {}},
      {"lctsc-104", "S1-104", "train-256/lctsc-s1-104_ct.nii.gz", "train-256/lctsc-s1-104_lungs.nii.gz", {}},
      {"cip", "CIP 64", "cip-ct64/ct-64.nrrd", "cip-ct64/lm-64.nrrd", cip}};
  for (const Case& c : cases) {
    const Scan scan = load(data / c.ct);
    const LabelVolume reference = loadMask(data / c.mask, &scan, c.values);
    for (const BenchMethod& method : methods_) (void)measure(method, *scan.ct, {c.set, c.name}, &reference);
  }
}

void MethodBench::slices(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().ends_with("_ct.tif")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string file = files[i].filename().string(), name = file.substr(0, 14);
    const Scan scan = load(files[i]);
    const LabelVolume reference = loadMask(folder / (file.substr(0, file.size() - 6) + "lungs.tif"), &scan);
    const char* set = isDiseasedSlice(file) ? "slices-diseased" : "slices";
    for (const BenchMethod& method : methods_) (void)measure(method, *scan.ct, {set, name, false}, &reference);
    // The very disease that `pulmo evaluate --conditions infiltrates` draws with its own seed.
    const auto words = Random(1, i).words(0);
    const auto sick = simulate(*scan.ct, reference, {}, (static_cast<std::uint64_t>(words[0]) << 32) | words[1]);
    for (const BenchMethod& method : methods_)
      (void)measure(method, sick->ct, {"slices-infiltrates", name, false}, &reference);
  }
}

void MethodBench::border(const fs::path& data, const fs::path& boxes) {
  for (const BorderScan& each : borderScans(boxes)) {
    const char* set = each.folder.find("P002") != std::string::npos ? "border-P002" : "border-A0002";
    const Scan scan = load(data / each.folder);
    for (const BenchMethod& method : methods_) {
      const auto mask = measure(method, *scan.ct, {set, ""}, nullptr);
      const MeasuredCase run = std::move(results_.cases.back());
      results_.cases.pop_back();
      for (const BorderRegion& region : each.regions) {
        MeasuredCase measured = run;
        measured.name = "z " + std::to_string(region.z) + ": " + region.what;
        if (&region != &each.regions.front()) measured.seconds = measured.peakMb = 0;  // one run for all regions
        measured.kept = mask ? region.kept(*mask) : 0;                                 // no lungs found: nothing kept
        results_.cases.push_back(std::move(measured));
      }
    }
  }
}

}  // namespace pulmo::bench
