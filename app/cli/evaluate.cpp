// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/evaluate.h"

#include <algorithm>
#include <iostream>
#include <system_error>

#include "app/cli/command.h"
#include "app/cli/evaluate_dataset.h"
#include "app/cli/segmenter_choice.h"
#include "pipeline/core/error.h"
#include "pipeline/learn/evaluation_table.h"
#include "pipeline/report/pathology_json.h"

namespace pulmo::cli {

namespace {

struct Options {
  std::string store, split = "test", preset, csv;
  std::vector<std::string> conditions{"as_is", "circles", "infiltrates"};
  SegmenterChoice how;
  std::uint64_t seed = 1;
  bool merged = false;
};

PathologySpec presetOf(const std::string& key) {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto folder = findPathologyPresets(program.parent_path());
  std::string all;
  if (!folder.empty())
    for (const PathologyPreset& preset : loadPathologyPresets(folder)) {
      if (preset.key == key) return preset.spec;
      all += (all.empty() ? " There are " : ", ") + preset.key;
    }
  throw Error(ErrorKind::InvalidInput, "There is no preset " + key + "." + all);
}

EvaluationPlan planOf(const Options& options) {
  EvaluationPlan plan;
  for (const Split split : {Split::Train, Split::Validation, Split::Test})
    if (splitKey(split) == options.split) plan.split = split;
  plan.conditions.clear();
  for (const Condition condition : {Condition::AsIs, Condition::Circles, Condition::Infiltrates})
    if (std::find(options.conditions.begin(), options.conditions.end(), conditionKey(condition)) !=
        options.conditions.end())
      plan.conditions.push_back(condition);
  if (!options.preset.empty()) plan.infiltrates = presetOf(options.preset);
  plan.seed = options.seed;
  return plan;
}

/// What the figures are of, so that a table found later still says it.
EvaluationFacts factsOf(const Options& options, const Segmenter& segmenter, bool isStore) {
  std::string weights;
  if (const auto file = chosenWeights(options.how)) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(*file, error);
    weights = file->filename().string() + (error ? "" : ", " + std::to_string(bytes) + " bytes");
  }
  return {{"method", segmenter.name()}, {"weights", weights},
          {"store", options.store},     {"split", isStore ? options.split : ""},
          {"version", PULMO_VERSION},   {"use", "research only"}};
}

void run(const Options& options, Context& context) {
  if (!options.csv.empty()) requireWritable(options.csv, context.overwrite());
  std::unique_ptr<Segmenter> segmenter = makeNetworkSegmenter(options.how);
  if (!segmenter) segmenter = makeClassicalSegmenter(options.how);
  const EvaluationPlan plan = planOf(options);
  std::error_code ec;
  const bool isStore = std::filesystem::exists(std::filesystem::path(options.store) / "store.json", ec);
  Evaluation done = isStore ? evaluate(SliceStore(options.store), *segmenter, plan, context.stop, context.progress)
                            : evaluateDataset(options.store, *segmenter, plan, context);
  std::vector<EvaluatedCase>& cases = done.cases;
  const bool stopped = context.stop.stop_requested() && (cases.empty() || done.scansDone < done.scansWanted);
  if (stopped) context.exitCode = kStopped;
  if (stopped && cases.empty()) return context.say("Stopped before the first case was done.");
  if (cases.empty())
    throw Error(ErrorKind::InvalidInput, isStore ? "The store has no case in its " + options.split + " part."
                                                 : options.store + " holds no case with a mask.");
  if (options.merged)
    for (EvaluatedCase& c : cases) c.metrics = {std::nullopt, std::nullopt, c.metrics.both};
  const bool anyFailed =
      std::any_of(cases.begin(), cases.end(), [](const EvaluatedCase& c) { return !c.failure.empty(); });
  if (anyFailed && !stopped) context.exitCode = kBadInput;
  EvaluationFacts facts = factsOf(options, *segmenter, isStore);
  facts.emplace_back("outcome", stopped ? "stopped after " + std::to_string(done.scansDone) + " of " +
                                              std::to_string(done.scansWanted) + " scans"
                                        : "completed");
  if (!options.csv.empty()) writeAtomically(options.csv, context.overwrite(), evaluationCsv(cases, facts));
  if (context.json) {
    auto object = nlohmann::json::parse(evaluationJson(cases, facts));
    object["seed"] = options.seed;
    context.print(object);
    return;
  }
  std::cout << evaluationText(cases, options.merged, facts);
}

}  // namespace

void addEvaluate(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("evaluate",
                         "How good a network is on the cases of a store, healthy and diseased; 3: a case failed, 5: "
                         "stopped, with the table of what is done");
  command
      ->add_option("STORE", options->store,
                   "Made by `pulmo prepare`; or a dataset with masks, as that takes it, at full resolution")
      ->required();
  addSegmenterChoice(*command, options->how);
  command->add_option("--split", options->split, "Of a store: train, validation or test")
      ->check(CLI::IsMember({"train", "validation", "test"}))
      ->capture_default_str();
  command->add_option("--conditions", options->conditions, "Any of as_is, circles, infiltrates")
      ->delimiter(',')
      ->check(CLI::IsMember({"as_is", "circles", "infiltrates"}))
      ->capture_default_str();
  command->add_option("--preset", options->preset, "Of the infiltrates, as `pulmo simulate` has them");
  command->add_option("--seed", options->seed, "Of the simulated disease")->capture_default_str();
  command->add_flag("--labels-merged", options->merged, "Both lungs as one: no figures a side");
  command->add_option("--csv", options->csv, "Also write a row a case and condition to this file");
  addForce(*command, context);
  addJson(*command, context);
  command->callback([options, &context] { run(*options, context); });
}

}  // namespace pulmo::cli
