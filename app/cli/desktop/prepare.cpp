// SPDX-License-Identifier: Apache-2.0
#include "pipeline/prepare/prepare.h"

#include <algorithm>
#include <array>

#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/output_files.h"

namespace pulmo::cli {

namespace {

std::string maskWord(MaskOrigin origin) {
  return origin == MaskOrigin::Expert ? "expert" : origin == MaskOrigin::Threshold ? "threshold" : "phantom";
}

nlohmann::json toJson(const StoredCase& c) {
  return {{"name", c.name},
          {"patient", c.patient},
          {"split", splitKey(c.split)},
          {"masks", maskWord(c.masks)},
          {"diseased", c.diseased},
          {"sides_known", c.sidesKnown},
          {"slices", c.slices},
          {"spacing_mm", c.grid.spacingKnown ? nlohmann::json(c.grid.spacingMm) : nlohmann::json()},
          {"notes", c.notes}};
}

bool misses(const std::string& problem) {
  return problem.find(kHasNoMask) != std::string::npos;
}

/// What the library leaves to its caller to name.
constexpr const char* kHowToMakeMasks = "--threshold-masks makes the masks of healthy scans that have none.";

std::optional<PrepareReport> prepared(const std::vector<std::filesystem::path>& datasets, const std::string& store,
                                      const PrepareOptions& options, const Context& context) {
  try {
    return prepareDataset(datasets, store, options, context.stop, context.progress);
  } catch (const Error& e) {
    if (options.thresholdMasks || !misses(e.what())) throw;
    throw Error(e.kind(), std::string(e.what()) + " (" + kHowToMakeMasks + ")", e.detail());
  }
}

void show(const PrepareReport& report, const std::string& store, Context& context) {
  for (const std::string& problem : report.problems) context.say("Problem: " + problem);
  if (std::any_of(report.problems.begin(), report.problems.end(), misses)) context.notes({kHowToMakeMasks});
  context.notes(report.notes);
  std::array<int, 3> cases{}, slices{};
  nlohmann::json list = nlohmann::json::array();
  for (const StoredCase& c : report.cases) {
    ++cases[static_cast<std::size_t>(c.split)];
    slices[static_cast<std::size_t>(c.split)] += c.slices;
    list.push_back(toJson(c));
  }
  if (context.json) {
    nlohmann::json sums = nlohmann::json::object();
    for (const Split split : {Split::Train, Split::Validation, Split::Test})
      sums[splitKey(split)] = {{"cases", cases[static_cast<std::size_t>(split)]},
                               {"slices", slices[static_cast<std::size_t>(split)]}};
    context.print({{"store", store},
                   {"cases", list},
                   {"splits", sums},
                   {"problems", report.problems},
                   {"notes", report.notes},
                   {"version", PULMO_VERSION}});
    return;
  }
  std::string line = "Dataset written to " + store + ":";
  for (const Split split : {Split::Train, Split::Validation, Split::Test})
    line += " " + splitKey(split) + " " + std::to_string(cases[static_cast<std::size_t>(split)]) + " cases with " +
            std::to_string(slices[static_cast<std::size_t>(split)]) + " slices" + (split == Split::Test ? "." : ",");
  context.say(line);
}

}  // namespace

void addPrepare(CLI::App& app, Context& context) {
  struct Options {
    std::vector<std::string> datasets;
    std::string store;
    PrepareOptions prepare;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("prepare", "Make a dataset for training of scans and their masks");
  command->add_option("DATASET", options->datasets,
                      "Folders (a folder a patient, nnU-Net's layout, or single slices) or manifests (.json)");
  command->add_option("-o,--output", options->store, "Folder to write the dataset to")->required();
  PrepareOptions& prepare = options->prepare;
  command->add_option("--size", prepare.size, "Matrix")->check(CLI::IsMember({256, 512}))->capture_default_str();
  command->add_flag("--threshold-masks", prepare.thresholdMasks, "Make the masks that are missing, of healthy scans");
  command->add_option("--phantoms", prepare.phantoms, "Add so many seeded phantoms with their exact masks")
      ->check(CLI::Range(0, 10000));
  command->add_option("--phantom-seed", prepare.phantomSeed, "Of the first phantom")->capture_default_str();
  command->add_option("--diseased", prepare.diseased, "Cases or patients with affected lungs");
  command->add_option("--split-seed", prepare.splitSeed, "Of the split by patient, 70/20/10")->capture_default_str();
  command->add_option("--train", prepare.train, "Cases or patients for training, whatever the seed says");
  command->add_option("--validation", prepare.validation, "... for validation");
  command->add_option("--test", prepare.test, "... for testing");
  addForce(*command, context);
  addJson(*command, context);
  command->callback([options, &context] {
    if (options->datasets.empty() && options->prepare.phantoms == 0)
      throw CLI::ValidationError("DATASET", "name a dataset, or ask for --phantoms");
    for (const std::string& dataset : options->datasets) requireApart({{"-o", options->store}}, {{"DATASET", dataset}});
    options->prepare.overwrite = context.overwrite();
    const std::vector<std::filesystem::path> datasets(options->datasets.begin(), options->datasets.end());
    const auto report = prepared(datasets, options->store, options->prepare, context);
    if (!report) {
      context.exitCode = kStopped;
      return;
    }
    show(*report, options->store, context);
  });
}

}  // namespace pulmo::cli
