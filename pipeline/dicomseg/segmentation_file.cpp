// SPDX-License-Identifier: Apache-2.0
#include "pipeline/dicomseg/segmentation_file.h"

#include <algorithm>
#include <cctype>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/dicomseg/segmentation_content.h"
#include "pipeline/imaging/dicom_layout.h"
#include "pipeline/imaging/dicom_seg.h"
#include "pipeline/imaging/mask_io.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

DicomIdentity identityOf(const DicomSource& source) {
  DicomElements data;
  const DicomLayout layout = readLayout(source.firstFile, data);
  if (!layout.isDicom || !layout.problem.empty() || data.text(0x0020000D) != source.studyUid)
    throw Error(ErrorKind::Io, "The scan's file " + fs::path(source.firstFile).filename().string() +
                                   " is not there any more or has changed, so its patient cannot be copied.");
  DicomIdentity id;
  id.characterSet = data.text(0x00080005);
  id.patientName = data.text(0x00100010);
  id.patientId = data.text(0x00100020);
  id.birthDate = data.text(0x00100030);
  id.sex = data.text(0x00100040);
  id.studyDate = data.text(0x00080020);
  id.studyTime = data.text(0x00080030);
  id.studyId = data.text(0x00200010);
  id.studyDescription = data.text(0x00081030);
  id.accessionNumber = data.text(0x00080050);
  id.referringPhysician = data.text(0x00080090);
  return id;
}

std::map<std::uint8_t, std::vector<int>> slicesOf(const LabelVolume& labels) {
  std::map<std::uint8_t, std::vector<int>> slices;
  const auto plane = static_cast<std::ptrdiff_t>(labels.grid().size[0]) * labels.grid().size[1];
  for (int z = 0; z < labels.grid().size[2]; ++z)
    for (const LabelInfo& info : lungLabels())
      if (std::find(labels.slice(z), labels.slice(z) + plane, info.id) != labels.slice(z) + plane)
        slices[info.id].push_back(z);
  return slices;
}

/// A file that does not say what it was meant to say must not get its name.
void requireReadsBack(const fs::path& written, const fs::path& target, const SegmentationContent& content) {
  const std::string broken = "Could not write " + target.string() + " completely: the disk may be full.";
  try {
    const SegVolume back = *loadSegmentation(written, &content.source, {});
    std::vector<std::uint8_t> labelOf{kBackground};  // segments, and so their codes, are in the order of labels
    for (const auto& [label, slices] : content.slices) labelOf.push_back(label);
    const auto& meant = content.labels.voxels();
    for (std::size_t i = 0; i < meant.size(); ++i)
      if (labelOf.at(back.segments.codes.voxels()[i]) != meant[i]) throw Error(ErrorKind::Io, "a voxel differs");
  } catch (const std::exception& e) {
    throw Error(ErrorKind::Io, broken, e.what());
  }
}

}  // namespace

bool isSegmentationFileName(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".dcm";
}

void requireSegmentationSource(const SourceGeometry& source) {
  if (!source.dicom || source.dicom->slices.size() != static_cast<std::size_t>(source.grid.size[2]))
    throw Error(ErrorKind::InvalidInput,
                "A DICOM segmentation refers to the DICOM images that it was made on, and this scan has none that say "
                "what they are and where they lie: save the mask as NIfTI, NRRD or MetaImage.");
}

void saveSegmentation(const fs::path& path, const LabelVolume& labels, const SourceGeometry& source,
                      const SegmentationOptions& options, Overwrite overwrite) {
  requireSegmentationSource(source);
  const LabelVolume onSlices = toSourceGrid(labels, source);
  const SegmentationContent content{onSlices, source, options,
                                    options.withIdentity ? identityOf(*source.dicom) : DicomIdentity{},
                                    slicesOf(onSlices)};
  if (content.slices.empty()) throw Error(ErrorKind::InvalidInput, "The mask is empty, so nothing was saved.");
  writeAtomically(path, overwrite, [&](const fs::path& temporary) {
    writeSegmentation(content, temporary);
    requireReadsBack(temporary, path, content);
  });
}

std::string exportMask(const fs::path& path, const LabelVolume& labels, const SourceGeometry& source,
                       const SegmentationOptions& options, Overwrite overwrite) {
  if (!isSegmentationFileName(path)) {
    saveMask(path, labels, source, overwrite);
    return exportNote(source);
  }
  saveSegmentation(path, labels, source, options, overwrite);
  return options.withIdentity ? std::string()
                              : "The segmentation names no patient, only its study and images: an archive that files "
                                "by patient wants one made with pulmo export --with-identity.";
}

}  // namespace pulmo
