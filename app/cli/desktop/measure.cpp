// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>

#include "app/cli/csv_columns.h"
#include "app/cli/desktop/alarm_lines.h"
#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/scan_argument.h"
#include "app/cli/output_files.h"
#include "app/cli/usage.h"
#include "pipeline/core/atomic_file.h"
#include "pipeline/metrics/densitometry.h"
#include "pipeline/metrics/volumetry.h"
#include "pipeline/report/density_figures.h"
#include "pipeline/report/figures.h"
#include "pipeline/report/texture_figures.h"

namespace pulmo::cli {

namespace {

struct Options {
  ScanArgument scan;
  std::string mask, csv, textureCsv;
  MaskMeaning meaning;
  std::vector<int> limits;
  std::vector<double> sphere;  ///< x, y, z, radius in mm
  bool texture = false;
  [[nodiscard]] bool wantsTexture() const { return texture || !textureCsv.empty() || !sphere.empty(); }
};

AerationLimits limitsOf(const std::vector<int>& fromHu) {
  AerationLimits limits;
  if (!fromHu.empty()) std::copy_n(fromHu.begin(), limits.fromHu.size(), limits.fromHu.begin());
  asTyped([&] { requireValid(limits); });
  return limits;
}

/// @return nullopt if stopped
std::optional<std::vector<MeasuredTexture>> texturesOf(const CtVolume& ct, const LabelVolume& mask,
                                                       const Options& options, const Context& context) {
  auto textures = measureTexture(ct, mask, {}, 0, context.stop, context.progress);
  if (!textures || options.sphere.empty()) return textures;
  if (!mask.grid().spacingKnown)
    throw Error(ErrorKind::InvalidInput, "A sphere wants a scan whose voxel size is known.");
  const Sphere sphere{{options.sphere[0], options.sphere[1], options.sphere[2]}, options.sphere[3]};
  auto texture = measureTexture(ct, mask, sphere, {}, 0, context.stop);
  if (!texture) return std::nullopt;
  if (texture->voxels == 0)
    throw Error(
        ErrorKind::InvalidInput,
        "No lung lies within the sphere. Its centre is in mm, LPS: x to the patient's left, y to the back, z up.");
  textures->push_back({TexturePart::Sphere, std::move(*texture), sphere});
  return textures;
}

void measure(const Options& options, Context& context) {
  requireApart({{"--csv", options.csv}, {"--texture-csv", options.textureCsv}},
               {{"SCAN", options.scan.path}, {"MASK", options.mask}}, options.scan.series);
  for (const std::string& file : {options.csv, options.textureCsv})
    if (!file.empty()) requireWritable(file, context.overwrite());
  if (!options.sphere.empty() && !(options.sphere[3] > 0))
    refuseUsage("The sphere's radius, its fourth number, has to be more than 0 mm.");
  const AerationLimits limits = limitsOf(options.limits);
  const auto scan = openScanArgument(options.scan, context);
  if (!scan) return;
  std::vector<std::string> notes;
  const LabelVolume mask = openMaskArgument(options.mask, &*scan, options.meaning, context, &notes);
  const LungVolumes volumes = measureVolumes(mask);
  const auto density = measureDensity(*scan->ct, mask, limits, context.stop);
  std::optional<std::vector<MeasuredTexture>> textures;
  if (density && options.wantsTexture()) textures = texturesOf(*scan->ct, mask, options, context);
  const auto alarms = density && textures.has_value() == options.wantsTexture()
                          ? findAlarms(mask, scan->ct.get(), context.stop, context.progress)
                          : std::nullopt;
  if (!alarms) {
    context.exitCode = kStopped;
    return;
  }
  const auto write = [&](const std::string& file, const std::string& csv) {
    if (!file.empty())
      writeAtomically(
          file, context.overwrite(),
          withColumns(csv, {{"scan", options.scan.path}, {"series", scan->facts.uid}, {"mask", options.mask}}));
  };
  write(options.csv, toCsv(*density));
  if (textures) write(options.textureCsv, toCsv(*textures));
  if (context.json) {
    nlohmann::json object{{"scan", toJson(scan->facts)},
                          {"mask", options.mask},
                          {"notes", notes},
                          {"volumes", nlohmann::json::parse(toJson(volumes))},
                          {"density", nlohmann::json::parse(toJson(*density))},
                          {"alarms", toJson(*alarms, mask.grid().spacingKnown)},
                          {"version", PULMO_VERSION},
                          {"use", "research only"}};
    if (textures) object["texture"] = nlohmann::json::parse(toJson(*textures));
    context.print(object);
  } else {
    std::cout << toText(volumes) << '\n' << toText(*density);
    if (const std::string thirds = thirdsText(*density); !thirds.empty()) std::cout << '\n' << thirds;
    if (textures) std::cout << '\n' << toText(*textures);
    std::cout << '\n' << (alarms->empty() ? "Nothing unusual was found.\n" : toText(*alarms, mask.grid().spacingKnown));
  }
}

}  // namespace

void addMeasure(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "measure", "Lung volumes, densitometry and texture of a scan's mask, and what is unusual about it");
  addScan(*command, options->scan);
  command->add_option("MASK", options->mask, "Its lung mask")->required();
  addMaskMeaning(*command, options->meaning, "");
  command->add_option("--csv", options->csv, "Also write the densitometry, a row a lung and zone, to this file");
  command
      ->add_option("--limits", options->limits,
                   "From how many HU on lung is inflated, infiltrated, collapsed, dense; the published ones are "
                   "--limits=-950,-750,-400,0")
      ->delimiter(',')
      ->expected(static_cast<int>(AerationLimits::kCount));
  command->add_flag("--texture", options->texture, "Also the texture of each lung: first order and co-occurrence");
  command
      ->add_option("--sphere", options->sphere,
                   "Also the texture of the lung within a sphere: --sphere=X,Y,Z,R in mm, LPS")
      ->delimiter(',')
      ->expected(4);
  command->add_option("--texture-csv", options->textureCsv, "Also write the texture, a row a region, to this file");
  addJson(*command, context);
  addForce(*command, context);
  command->callback([options, &context] { measure(*options, context); });
}

}  // namespace pulmo::cli
