// SPDX-License-Identifier: Apache-2.0
#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/label_volumes.h"
#include "app/cli/desktop/scan_argument.h"
#include "app/cli/output_files.h"
#include "app/cli/usage.h"
#include "pipeline/core/error.h"
#include "pipeline/dicomseg/segmentation_file.h"
#include "pipeline/imaging/image_file.h"
#include "pipeline/surface/extract_surface.h"
#include "pipeline/surface/mesh_io.h"

namespace pulmo::cli {

namespace {

struct Options {
  ScanArgument scan;
  std::string mask, output, madeBy, algorithm;  // madeBy: "" = not said
  bool withIdentity = false;
  MaskMeaning meaning;
};

enum class Kind { DicomSeg, Volume, Mesh };

/// @throws Error{Unsupported} for an extension that nothing is written with
Kind kindOf(const std::filesystem::path& path) {
  if (isSegmentationFileName(path)) return Kind::DicomSeg;
  if (isMeshFileName(path)) return Kind::Mesh;
  requireWritableFormat(path);
  return Kind::Volume;
}

const char* keyOf(Kind kind) {
  return kind == Kind::DicomSeg ? "dicom_seg" : kind == Kind::Mesh ? "mesh" : "volume";
}

SegmentationOptions segmentationOptions(const Options& options) {
  SegmentationOptions result;
  result.origin = options.madeBy == "automatic" ? MaskOrigin::Automatic
                  : options.madeBy == "manual"  ? MaskOrigin::Manual
                                                : MaskOrigin::SemiAutomatic;
  result.algorithm = options.algorithm;
  result.withIdentity = options.withIdentity;
  return result;
}

void run(const Options& options, Context& context) {
  // Said before the work, not after it.
  const Kind kind = asTyped([&] { return kindOf(options.output); });
  if (options.withIdentity && kind != Kind::DicomSeg)
    refuseUsage("--with-identity is for DICOM SEG (.dcm): no other file names a patient.");
  requireApart({{"-o", options.output}}, {{"SCAN", options.scan.path}, {"MASK", options.mask}}, options.scan.series);
  requireWritable(options.output, context.overwrite());
  const auto scan = openScanArgument(options.scan, context);
  if (!scan) return;
  if (kind == Kind::DicomSeg) requireSegmentationSource(scan->source);
  std::vector<std::string> notes;
  if (kind == Kind::DicomSeg && options.madeBy.empty()) {
    notes.emplace_back(
        "Nobody said who made the mask, so the file says SEMIAUTOMATIC, a program and a person: --made-by automatic is "
        "for a mask that no person has changed, --made-by manual for one drawn by hand.");
    context.notes(notes);
  }
  const LabelVolume mask = openMaskArgument(options.mask, &*scan, options.meaning, context, &notes);
  if (kind == Kind::Mesh) {
    const auto meshes = extractSurfaces(mask, SurfaceQuality::Export, context.stop, context.progress);
    if (!meshes) {
      context.exitCode = kStopped;
      return;
    }
    writeMeshes(options.output, *meshes, context.overwrite());
  } else if (const std::string note =
                 exportMask(options.output, mask, scan->source, segmentationOptions(options), context.overwrite());
             !note.empty()) {
    context.notes({note});
    notes.push_back(note);
  }
  if (!context.json) {
    context.say(options.output + " written.");
    return;
  }
  context.print({{"output", options.output},
                 {"kind", keyOf(kind)},
                 {"mask", options.mask},
                 {"labels", labelVolumes(mask)},
                 {"identity", options.withIdentity},
                 {"notes", notes},
                 {"scan", toJson(scan->facts)},
                 {"version", PULMO_VERSION},
                 {"use", "research only"}});
}

}  // namespace

void addExport(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("export", "Hand a scan's mask on: DICOM SEG, a mask on the scan's grid, or meshes");
  addScan(*command, options->scan);
  command->add_option("MASK", options->mask, "Its lung mask (a volume or DICOM SEG)")->required();
  command
      ->add_option("-o,--output", options->output,
                   "File to write: .dcm (DICOM SEG), .nii .nii.gz .nrrd .mha .mhd, or .stl .ply .obj in patient mm")
      ->required();
  addMaskMeaning(*command, options->meaning, "");
  command
      ->add_option(
          "--made-by", options->madeBy,
          "How much a person had to do with the mask, for DICOM SEG: automatic = nothing, manual = all; if not "
          "said, the file says semiautomatic, and a note tells so")
      ->check(CLI::IsMember({"automatic", "semiautomatic", "manual"}));
  command->add_option("--algorithm", options->algorithm, "What made the mask, for DICOM SEG");
  command->add_flag("--with-identity", options->withIdentity,
                    "Copy the patient, the study's date and its numbers into the DICOM SEG");
  addForce(*command, context);
  addJson(*command, context);
  command->callback([options, &context] { run(*options, context); });
}

}  // namespace pulmo::cli
