// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/simulator.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <optional>
#include <span>
#include <sstream>
#include <utility>

#include "app/cli/command.h"
#include "app/cli/output_files.h"
#include "app/cli/scan_files.h"
#include "app/cli/usage.h"
#include "pipeline/report/pathology_json.h"

namespace pulmo::cli {

namespace {

/// What the command line changes of a preset; absent: left as it is.
struct Controls {
  std::optional<std::string> mode, sides;
  std::vector<std::string> weight;
  std::vector<int> lesions, circles;
  std::vector<double> sizeMm, radiusShare, opacity;
  std::optional<double> extent, density, pleural, basal, dorsal;
  bool spill = false, closeRim = false;
};

struct Options {
  std::string scan, series, mask, output, lesions, preset, presets, spec;
  MaskMeaning meaning;
  std::uint64_t seed = 1;
  Controls controls;
  bool listPresets = false;
};

void addControls(CLI::App& command, Controls& c) {
  command.add_option("--mode", c.mode, "circles or infiltrates")->check(CLI::IsMember({"circles", "infiltrates"}));
  command.add_option("--weight", c.weight, "How often a kind is drawn, as KIND=NUMBER; kinds not named get 0");
  command.add_option("--count", c.lesions, "How many in both lungs, least and most (1 to 60)")->expected(2);
  command.add_option("--size", c.sizeMm, "Size along the longest axis in mm, least and most (4 to 200)")->expected(2);
  command.add_option("--extent", c.extent, "At most how much of the lungs, % (1 to 90)");
  command.add_option("--density", c.density, "HU added to each kind's own density (-200 to 200)");
  command.add_option("--pleural", c.pleural, "0 anywhere to 1 at the pleura only");
  command.add_option("--basal", c.basal, "-1 apex, 0 anywhere, 1 base");
  command.add_option("--dorsal", c.dorsal, "-1 front, 0 anywhere, 1 back");
  command.add_option("--sides", c.sides, "both, right, left, or either: one of them, by the seed")
      ->check(CLI::IsMember({"both", "right", "left", "either"}));
  command.add_flag("--close-rim", c.closeRim, "Also lift the half-filled voxels just outside dense lung: no dark line");
  command.add_option("--circles", c.circles, "Circles a slice, least and most (1 to 60)")->expected(2);
  command.add_option("--radius", c.radiusShare, "Radius over the lung box's shorter side, least and most")->expected(2);
  command.add_option("--opacity", c.opacity, "How much becomes soft tissue, least and most (0 to 1)")->expected(2);
  command.add_flag("--spill", c.spill, "Circles also outside the lungs, as the published method drew them");
}

/// What one mode alone knows would be taken by the other without a word, and change nothing.
void requireOfMode(const Controls& c, PathologyMode mode) {
  const std::pair<const char*, bool> infiltrates[] = {
      {"--weight", !c.weight.empty()},    {"--count", !c.lesions.empty()},      {"--size", !c.sizeMm.empty()},
      {"--extent", c.extent.has_value()}, {"--density", c.density.has_value()}, {"--pleural", c.pleural.has_value()},
      {"--basal", c.basal.has_value()},   {"--dorsal", c.dorsal.has_value()},   {"--sides", c.sides.has_value()},
      {"--close-rim", c.closeRim}};
  const std::pair<const char*, bool> circles[] = {{"--circles", !c.circles.empty()},
                                                  {"--radius", !c.radiusShare.empty()},
                                                  {"--opacity", !c.opacity.empty()},
                                                  {"--spill", c.spill}};
  const auto refuseGiven = [](std::span<const std::pair<const char*, bool>> options, const char* of, const char* here) {
    for (const auto& [option, given] : options)
      if (given)
        refuseUsage(std::string(option) + " belongs to --mode " + of + " and does nothing with " + here +
                    ": leave it out, or change the mode.");
  };
  if (mode == PathologyMode::Circles)
    refuseGiven(infiltrates, "infiltrates", "circles");
  else
    refuseGiven(circles, "circles", "infiltrates");
}

/// "ground_glass=1" and so on.
std::array<double, kInfiltrateKinds> weightsOf(const std::vector<std::string>& words) {
  std::array<double, kInfiltrateKinds> weight{};
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    std::size_t k = 0;
    while (k < kInfiltrateKinds && lesionKinds()[k].key != key) ++k;
    double value = 0;
    const char* end = word.data() + word.size();
    const auto read = equals == std::string::npos ? std::from_chars(end, end, value)
                                                  : std::from_chars(word.data() + equals + 1, end, value);
    if (k == kInfiltrateKinds || read.ec != std::errc() || read.ptr != end) {
      std::string all;
      for (std::size_t i = 0; i < kInfiltrateKinds; ++i)
        all += (i == 0 ? "" : ", ") + std::string(lesionKinds()[i].key);
      refuseUsage("--weight " + word + " is not understood; it wants KIND=NUMBER, a kind being one of " + all + ".");
    }
    weight[k] = value;
  }
  return weight;
}

template <class Number>
void set(const std::vector<Number>& given, Number& low, Number& high) {
  if (given.size() == 2) low = given[0], high = given[1];
}

void apply(const Controls& c, PathologySpec& s) {
  if (c.mode) s.mode = *c.mode == "circles" ? PathologyMode::Circles : PathologyMode::Infiltrates;
  if (!c.weight.empty()) s.weight = weightsOf(c.weight);
  set(c.lesions, s.lesionsMin, s.lesionsMax);
  set(c.sizeMm, s.sizeMmMin, s.sizeMmMax);
  set(c.circles, s.circlesMin, s.circlesMax);
  set(c.radiusShare, s.radiusShareMin, s.radiusShareMax);
  set(c.opacity, s.opacityMin, s.opacityMax);
  s.extentPercent = c.extent.value_or(s.extentPercent);
  s.densityShiftHu = c.density.value_or(s.densityShiftHu);
  s.pleural = c.pleural.value_or(s.pleural);
  s.basal = c.basal.value_or(s.basal);
  s.dorsal = c.dorsal.value_or(s.dorsal);
  s.spill = s.spill || c.spill;
  s.closeRim = s.closeRim || c.closeRim;
  if (c.sides)
    s.sides = *c.sides == "both"    ? LesionSides::Both
              : *c.sides == "right" ? LesionSides::Right
              : *c.sides == "left"  ? LesionSides::Left
                                    : LesionSides::Either;
}

std::filesystem::path presetFolder(const Options& options) {
  if (!options.presets.empty()) return options.presets;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  auto folder = findPathologyPresets(program.parent_path());
  if (folder.empty())
    throw Error(ErrorKind::InvalidInput,
                "No presets were found beside the program; say where they are with --presets FOLDER.");
  return folder;
}

PathologySpec specOf(const Options& options) {
  PathologySpec spec;
  if (!options.preset.empty()) {
    const auto presets = loadPathologyPresets(presetFolder(options));
    const auto found =
        std::find_if(presets.begin(), presets.end(), [&](const PathologyPreset& p) { return p.key == options.preset; });
    std::string all;
    for (const PathologyPreset& p : presets) all += (all.empty() ? "" : ", ") + p.key;
    if (found == presets.end()) refuseUsage("There is no preset " + options.preset + "; there are " + all + ".");
    spec = found->spec;
  }
  if (!options.spec.empty()) {
    std::ifstream in(options.spec, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) throw Error(ErrorKind::Io, options.spec + " cannot be read.");
    spec = pathologySpecFromJson(text, options.spec);
  }
  apply(options.controls, spec);
  requireOfMode(options.controls, spec.mode);
  asTyped([&] { validate(spec); });
  return spec;
}

nlohmann::json extentOf(const SimulatedCase& result, const LabelVolume& lungs) {
  std::array<std::uint64_t, 256> counts{};
  for (const std::uint8_t v : result.lesions.voxels()) ++counts[v];
  const auto all = std::count_if(lungs.voxels().begin(), lungs.voxels().end(), [](std::uint8_t v) { return v != 0; });
  const bool known = lungs.grid().spacingKnown;
  nlohmann::json kinds = nlohmann::json::object();
  for (const LesionKindInfo& kind : lesionKinds()) {
    const std::uint64_t n = counts[static_cast<std::size_t>(kind.kind)];
    if (n == 0) continue;
    const double ml = static_cast<double>(n) * lungs.grid().voxelMl();
    kinds[std::string(kind.key)] = {{"value", static_cast<int>(kind.kind)},
                                    {"voxels", n},
                                    {"ml", known ? nlohmann::json(ml) : nlohmann::json()},
                                    {"percent_of_lungs", 100.0 * static_cast<double>(n) / static_cast<double>(all)}};
  }
  return kinds;
}

void listPresets(const Options& options, const Context& context) {
  nlohmann::json list = nlohmann::json::array();
  for (const PathologyPreset& p : loadPathologyPresets(presetFolder(options))) {
    if (!context.json) std::cout << p.key << "  " << p.name << ". " << p.description << '\n';
    list.push_back({{"key", p.key},
                    {"name", p.name},
                    {"description", p.description},
                    {"spec", nlohmann::json::parse(toJson(p.spec))}});
  }
  if (context.json) context.print({{"presets", list}});
}

void simulateScan(const Options& options, Context& context) {
  if (options.listPresets) return listPresets(options, context);
  if (options.scan.empty() || options.mask.empty() || options.output.empty())
    refuseUsage("pulmo simulate wants a scan, its lungs with --mask, and a file to write with -o.");
  requireApart({{"-o", options.output}, {"--lesions", options.lesions}},
               {{"SCAN", options.scan}, {"--mask", options.mask}, {"--spec", options.spec}}, options.series);
  const PathologySpec spec = specOf(options);
  requireVolumeWritable(options.output, context.overwrite());
  if (!options.lesions.empty()) requireVolumeWritable(options.lesions, context.overwrite());
  const auto scan = loadMaskedScan(options.scan, options.series, options.mask, options.meaning, context);
  if (!scan) return;
  const auto start = std::chrono::steady_clock::now();
  const auto result = simulate(*scan->ct, scan->lungs, spec, options.seed, context.stop, context.progress);
  if (!result) {
    context.exitCode = kStopped;
    return;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  scan->saveCt(options.output, result->ct, context.overwrite());
  if (!options.lesions.empty()) scan->saveLabels(options.lesions, result->lesions, context.overwrite());
  if (!context.json) {
    std::ostringstream percent;
    percent << std::fixed << std::setprecision(1) << result->extentPercent;
    context.say("Simulated scan written to " + options.output + ": " + percent.str() + " % of the lungs diseased.");
    return;
  }
  context.print({{"ct", options.output},
                 {"lesions", options.lesions.empty() ? nlohmann::json() : nlohmann::json(options.lesions)},
                 {"seed", options.seed},
                 {"extent_percent", result->extentPercent},
                 {"kinds", extentOf(*result, scan->lungs)},
                 {"seconds", seconds},
                 {"spec", nlohmann::json::parse(toJson(spec))},
                 {"version", PULMO_VERSION},
                 {"use", "research only"}});
}

}  // namespace

void addSimulate(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("simulate", "Draw disease into a scan's healthy lungs; the lungs stay as they are");
  command->add_option("SCAN", options->scan, "DICOM folder or file, or a volume (.mha alone without ITK)");
  command->add_option("--series", options->series, "SeriesInstanceUID, where several are found");
  command->add_option("--mask", options->mask, "The scan's lungs, on its grid");
  addMaskMeaning(*command, options->meaning, "");
  command->add_option("-o,--output", options->output, "Simulated CT to write (.nii.gz, .nrrd, .mha)");
  command->add_option("--lesions", options->lesions, "Lesions to write, one value a kind");
  command->add_option("--preset", options->preset, "What to imitate, see --list-presets; the options below change it");
  command->add_option("--presets", options->presets, "Folder of presets, where not beside the program");
  command->add_option("--spec", options->spec, "A file with all of it, as in the spec of --json");
  command->add_flag("--list-presets", options->listPresets, "Say which presets there are");
  command->add_option("--seed", options->seed, "Which patient: same seed, same voxels")->capture_default_str();
  addControls(*command, options->controls);
  addForce(*command, context);
  addJson(*command, context);
  command->callback([options, &context] { simulateScan(*options, context); });
}

}  // namespace pulmo::cli
