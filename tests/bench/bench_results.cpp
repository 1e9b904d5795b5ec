// SPDX-License-Identifier: Apache-2.0
// Networks against `threshold` on real slices and scans: the tables of docs/RESULTS.md.
//
//   bench_results [NAME=FILE.pth ...]      without any: the weights that come with the program
//
// Both lungs as one on slices with a manual mask; the share of hand-outlined border consolidation that a mask keeps.
// The real scans lie beside the project; without them there is nothing to measure.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/learn/shipped_weights.h"
#include "pipeline/learn/unet_segmenter.h"
#include "pipeline/learn/weights_file.h"
#include "pipeline/metrics/metrics.h"
#include "tests/bench/methods/border_regions.h"
#include "tests/support/shared_data.h"

namespace {

namespace fs = std::filesystem;
using namespace pulmo;
using namespace pulmo::bench;

struct Method {
  std::string name;
  std::unique_ptr<Segmenter> segmenter;
};

LabelVolume masked(const Segmenter& segmenter, const CtVolume& ct) {
  try {
    if (auto result = segmenter.segment(ct, {}, {})) return std::move(result->labels);
  } catch (const Error&) {  // no lungs found: judged as an empty mask
  }
  return LabelVolume(ct.grid());
}

double diceOf(const LabelVolume& reference, const LabelVolume& mask) {
  std::size_t both = 0, sum = 0;
  for (std::size_t i = 0; i < mask.voxels().size(); ++i) {
    const bool a = reference.voxels()[i] != 0, b = mask.voxels()[i] != 0;
    both += a && b ? 2 : 0;
    sum += (a ? 1U : 0U) + (b ? 1U : 0U);
  }
  return sum == 0 ? 0 : static_cast<double>(both) / static_cast<double>(sum);
}

Scan load(const fs::path& path) {
  return std::move(*openScan({path}, {}, {}, {}));
}

void rule(std::size_t columns) {
  std::printf("\n|---|");
  for (std::size_t i = 0; i < columns; ++i) std::printf("---|");
  std::printf("\n");
}

void manualSlices(const fs::path& folder, const std::vector<Method>& methods) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().ends_with("_ct.tif")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::vector<double>> dice(methods.size());
  std::printf("\n## Slices with a manual mask, both lungs as one (Dice)\n\n| slice |");
  for (const Method& m : methods) std::printf(" %s |", m.name.c_str());
  rule(methods.size());
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    const Scan scan = load(file);
    const fs::path mask = folder / (name.substr(0, name.size() - 6) + "lungs.tif");
    const LabelVolume reference = loadMask(mask, &scan);
    std::printf("| %s%s |", name.substr(0, 14).c_str(), isDiseasedSlice(name) ? " (diseased)" : "");
    for (std::size_t m = 0; m < methods.size(); ++m) {
      dice[m].push_back(diceOf(reference, masked(*methods[m].segmenter, *scan.ct)));
      std::printf(" %.4f |", dice[m].back());
    }
    std::printf("\n");
  }
  const auto row = [&](const char* title, const std::optional<bool>& which, bool worst) {
    std::printf("| **%s** |", title);
    for (const auto& values : dice) {
      double sum = 0, least = 1;
      int n = 0;
      for (std::size_t i = 0; i < files.size(); ++i) {
        if (which && *which != isDiseasedSlice(files[i].filename().string())) continue;
        sum += values[i];
        least = std::min(least, values[i]);
        ++n;
      }
      std::printf(" %.4f |", worst ? least : sum / std::max(1, n));
    }
    std::printf("\n");
  };
  row("mean", std::nullopt, false);
  row("worst", std::nullopt, true);
  row("mean, healthy", false, false);
  row("mean, diseased", true, false);
}

void consolidation(const fs::path& data, const fs::path& boxes, const std::vector<Method>& methods) {
  std::printf("\n## Border consolidation kept (share of the voxels of regions outlined by hand)\n\n| scan, region |");
  for (const Method& m : methods) std::printf(" %s |", m.name.c_str());
  rule(methods.size());
  for (const auto& [folder, regions] : borderScans(boxes)) {
    const Scan scan = load(data / folder);
    std::vector<LabelVolume> masks;
    for (const Method& m : methods) {
      const auto start = std::chrono::steady_clock::now();
      masks.push_back(masked(*m.segmenter, *scan.ct));
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      std::fprintf(stderr, "%s %s: %.1f s\n", folder.c_str(), m.name.c_str(), seconds.count());
    }
    std::vector<double> sums(methods.size());
    for (const BorderRegion& region : regions) {
      std::printf("| %s, z %d: %s |", folder.c_str(), region.z, region.what.c_str());
      for (std::size_t m = 0; m < masks.size(); ++m) {
        const double share = region.kept(masks[m]);
        sums[m] += share;
        std::printf(" %.2f |", share);
      }
      std::printf("\n");
    }
    std::printf("| **%s, mean** |", folder.c_str());
    for (const double sum : sums) std::printf(" %.3f |", sum / static_cast<double>(regions.size()));
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Method> methods;
  methods.push_back({"threshold", std::make_unique<ThresholdSegmenter>()});
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto equals = argument.find('=');
    if (equals == std::string::npos) {
      std::fprintf(stderr, "usage: bench_results [NAME=FILE.pth ...]\n");
      return 2;
    }
    methods.push_back(
        {argument.substr(0, equals), std::make_unique<UNetSegmenter>(loadWeights(argument.substr(equals + 1)))});
  }
  if (argc == 1)
    if (const auto shipped = findShippedWeights())
      methods.push_back({"unet", std::make_unique<UNetSegmenter>(loadWeights(*shipped))});
  const fs::path data = test::sharedData();
  if (data.empty()) {
    std::fprintf(stderr, "The real scans are not beside the project: nothing to measure.\n");
    return 0;
  }
  manualSlices(data / "finding-lungs", methods);
  consolidation(data, fs::path(PULMO_SOURCE_DIR) / "tests/learn/consolidation_boxes.json", methods);
  return 0;
}
