// SPDX-License-Identifier: Apache-2.0
// Every method on phantoms, on nodules at the pleura, on simulated disease and on real scans with a reference: the
// tables and plots of docs/RESULTS.md.
//
//   bench_methods [--seeds N] [--disease-seeds N] [--no-network] [--json FILE] [--plots FOLDER] [NAME=FILE.pth ...]
//                 [speed] [nodules] [disease] [scans] [slices] [border]      all of them if none is named
//   bench_methods --tables FILE [--plots FOLDER]      tables and plots of what an earlier run has written, measuring
//   nothing
//
// NAME=FILE.pth: further networks. --json: everything measured, written anew after each part. The real scans lie beside
// the project; without them those parts are left out.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/classical/border_marching_segmenter.h"
#include "pipeline/classical/graph_search_segmenter.h"
#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/learn/shipped_weights.h"
#include "pipeline/learn/unet_segmenter.h"
#include "pipeline/learn/weights_file.h"
#include "tests/bench/methods/cases.h"
#include "tests/bench/methods/tables.h"
#include "tests/classical/pleural_nodules.h"
#include "tests/support/shared_data.h"

namespace {

namespace fs = std::filesystem;
using namespace pulmo;
using namespace pulmo::bench;

constexpr const char* kParts[] = {"speed", "nodules", "disease", "scans", "slices", "border"};

struct Wish {
  int seeds = 10, diseaseSeeds = 4;
  bool network = true;
  fs::path json, tables, plots;
  std::vector<std::pair<std::string, fs::path>> networks;
  std::set<std::string> parts;
  [[nodiscard]] bool asks(const char* part) const { return parts.empty() || parts.count(part) > 0; }
};

/// @return nullopt for what cannot be understood
std::optional<Wish> wishOf(int argc, char** argv) {
  Wish wish;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool more = i + 1 < argc;
    const std::size_t equals = argument.find('=');
    if (argument == "--seeds" && more)
      wish.seeds = std::max(1, std::atoi(argv[++i]));
    else if (argument == "--disease-seeds" && more)
      wish.diseaseSeeds = std::max(1, std::atoi(argv[++i]));
    else if (argument == "--no-network")
      wish.network = false;
    else if (argument == "--json" && more)
      wish.json = argv[++i];
    else if (argument == "--tables" && more)
      wish.tables = argv[++i];
    else if (argument == "--plots" && more)
      wish.plots = argv[++i];
    else if (equals != std::string::npos && equals > 0 && argument[0] != '-')
      wish.networks.emplace_back(argument.substr(0, equals), argument.substr(equals + 1));
    else if (std::find(std::begin(kParts), std::end(kParts), argument) != std::end(kParts))
      wish.parts.insert(argument);
    else
      return std::nullopt;
  }
  if (!wish.plots.empty() && wish.json.empty() && wish.tables.empty()) return std::nullopt;
  return wish;
}

std::vector<BenchMethod> methodsOf(const Wish& wish) {
  std::vector<BenchMethod> methods;
  methods.push_back({"threshold", std::make_unique<ThresholdSegmenter>()});
  methods.push_back({"border-marching", std::make_unique<BorderMarchingSegmenter>()});
  methods.push_back({"graph-search", std::make_unique<GraphSearchSegmenter>()});
  const auto add = [&](const std::string& name, const fs::path& file) {
    methods.push_back({name, std::make_unique<UNetSegmenter>(loadWeights(file)), true});
  };
  if (wish.network)
    if (const auto shipped = findShippedWeights()) add("unet", *shipped);
  for (const auto& [name, file] : wish.networks) add(name, file);
  return methods;
}

void printTables(const MethodResults& results) {
  for (const CaseSet& set : kSets) {
    std::fputs(tableOf(results, set).c_str(), stdout);
    if (std::string(set.key) == "nodules") std::fputs(nodulesTable(results, test::kIncludedShare).c_str(), stdout);
  }
  std::printf("\n## Summary\n%s", summary(results).c_str());
  std::fflush(stdout);
}

/// By the program beside this one: it needs Qt, which measuring does not.
int drawPlots(const char* self, const fs::path& json, const fs::path& folder) {
  const auto quoted = [](const fs::path& path) {
    std::string text = "'";
    for (const char c : path.string()) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
  };
  const fs::path program = fs::absolute(self).parent_path() / "plot_methods";
  return std::system((quoted(program) + " " + quoted(json) + " -o " + quoted(folder)).c_str()) == 0 ? 0 : 1;
}

MethodResults measureAll(const Wish& wish) {
  MethodBench bench(methodsOf(wish));
  const auto part = [&](const char* name, const std::function<void()>& run) {
    if (!wish.asks(name)) return;
    run();
    if (!wish.json.empty()) saveResults(wish.json, bench.results());
  };
  part("speed", [&] { bench.speed(); });
  const fs::path data = test::sharedData();
  if (data.empty()) {
    std::fprintf(stderr, "The real scans are not beside the project: those tables are left out.\n");
  } else {
    part("scans", [&] { bench.scans(data); });
    part("border", [&] { bench.border(data, fs::path(PULMO_SOURCE_DIR) / "tests/learn/consolidation_boxes.json"); });
    part("slices", [&] { bench.slices(data / "finding-lungs"); });
  }
  part("disease", [&] { bench.disease(wish.diseaseSeeds); });
  part("nodules", [&] { bench.nodules(wish.seeds); });
  return bench.results();
}

}  // namespace

int main(int argc, char** argv) {
  const auto wish = wishOf(argc, argv);
  if (!wish) {
    std::fprintf(stderr,
                 "usage: bench_methods [--seeds N] [--disease-seeds N] [--no-network] [--json FILE] [--plots FOLDER]\n"
                 "                     [NAME=FILE.pth ...] [speed|nodules|disease|scans|slices|border ...]\n"
                 "       bench_methods --tables FILE [--plots FOLDER]\n"
                 "--plots wants --json or --tables.\n");
    return 2;
  }
  try {
    const bool measured = wish->tables.empty();
    printTables(measured ? measureAll(*wish) : loadResults(wish->tables));
    return wish->plots.empty() ? 0 : drawPlots(argv[0], measured ? wish->json : wish->tables, wish->plots);
  } catch (const Error& e) {
    std::fprintf(stderr, "bench_methods: %s %s\n", e.what(), e.detail().c_str());
    return 1;
  }
}
