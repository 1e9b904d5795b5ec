// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_frame.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/error.h"
#include "pipeline/imaging/dicom_text.h"

namespace pulmo {

namespace {

constexpr int kMostFrames = 20000;
constexpr std::uint64_t kSmallPicture = std::uint64_t{1} << 24;  // pixels: 32 MB harm nobody

std::optional<double> numberOf(const DicomElements& data, std::uint32_t tag) {
  const auto numbers = data.numbers(tag);
  return numbers.empty() ? std::optional<double>() : numbers.front();
}

int integerOf(const DicomElements& data, std::uint32_t tag, int absent) {
  return static_cast<int>(std::clamp(numberOf(data, tag).value_or(absent), -1e9, 1e9));
}

std::string isoDate(const std::string& dicom) {
  if (dicom.size() != 8 || dicom.find_first_not_of("0123456789") != std::string::npos) return dicom;
  return dicom.substr(0, 4) + "-" + dicom.substr(4, 2) + "-" + dicom.substr(6, 2);
}

void readGeometry(const DicomElements& data, DicomFrame& frame) {
  if (const auto p = data.numbers(0x00200032); p.size() == 3) frame.position = Point3{p[0], p[1], p[2]};
  if (const auto o = data.numbers(0x00200037); o.size() == 6) frame.orientation = {o[0], o[1], o[2], o[3], o[4], o[5]};
  if (const auto s = data.numbers(0x00280030); s.size() == 2) frame.pixelSpacing = {s[0], s[1]};
  if (const auto t = numberOf(data, 0x00180050)) frame.thickness = *t;
  if (const auto slope = numberOf(data, 0x00281053)) {
    frame.slope = *slope;
    frame.hasRescale = true;
  }
  if (const auto intercept = numberOf(data, 0x00281052)) {
    frame.intercept = *intercept;
    frame.hasRescale = true;
  }
}

/// The macros of an enhanced image's functional groups hold what a plain image has at top level.
void readFunctionalGroups(const DicomElements& groups, DicomFrame& frame) {
  // plane position, plane orientation, pixel measures, pixel value transformation
  for (const std::uint32_t macro : {0x00209113U, 0x00209116U, 0x00289110U, 0x00289145U})
    if (const DicomElements* item = groups.firstItem(macro)) readGeometry(*item, frame);
}

void readSeriesTexts(const DicomElements& data, DicomFrame& frame) {
  SeriesFacts& f = frame.facts;
  f.format = "DICOM";
  f.uid = data.text(0x0020000E);
  f.modality = data.text(0x00080060);
  // What people write is in the header's own character set; dates, codes and UIDs never are.
  const std::string sets = data.text(0x00080005);
  const auto written = [&](std::uint32_t tag) { return dicomTextAsUtf8(data.text(tag), sets); };
  f.description = written(0x0008103E);
  f.studyDescription = written(0x00081030);
  f.date = isoDate(data.text(0x00080021).empty() ? data.text(0x00080020) : data.text(0x00080021));
  f.patientName = written(0x00100010);
  f.patientId = written(0x00100020);
  f.patientBirthDate = isoDate(data.text(0x00100030));
  f.patientSex = data.text(0x00100040);
  f.kernel = written(0x00181210);
  f.manufacturer = written(0x00080070);
  if (const std::string model = written(0x00081090); !model.empty()) f.manufacturer += " " + model;
  f.transferSyntax = transferSyntaxName(frame.layout.transferSyntax);
  const std::string type = data.text(0x00281054);
  if (type == "US")
    f.warnings.emplace_back("The header leaves open what its values are; they are taken for Hounsfield units.");
  else if (!type.empty() && type != "HU")
    f.warnings.push_back("The header says that its values are of the type " + type.substr(0, 16) +
                         ", not Hounsfield units. Thresholds and densities may be wrong.");
  if (data.firstItem(0x00283000))
    f.warnings.emplace_back(
        "The header holds a look-up table for its values, which is not applied. Thresholds and densities may be "
        "wrong.");
  frame.sopClass = data.text(0x00080016);
  frame.sopInstance = data.text(0x00080018);
  frame.study = f.studyUid = data.text(0x0020000D);
  frame.imageType = data.text(0x00080008);
  frame.frameOfReference = data.text(0x00200052);
  frame.bodyPart = data.text(0x00180015);
  frame.acquisition = integerOf(data, 0x00200012, 0);
  frame.instance = integerOf(data, 0x00200013, 0);
}

void readPixelFormat(const DicomElements& data, DicomFrame& frame) {
  frame.facts.rows = data.word(0x00280010, 0);
  frame.facts.columns = data.word(0x00280011, 0);
  frame.samples = data.word(0x00280002, 1);
  frame.bitsAllocated = data.word(0x00280100, 16);
  frame.bitsStored = data.word(0x00280101, frame.bitsAllocated);
  frame.highBit = data.word(0x00280102, frame.bitsStored - 1);
  frame.isSigned = data.word(0x00280103, 0) == 1;
  frame.photometric = data.text(0x00280004);
  frame.frames = std::max(1, integerOf(data, 0x00280008, 1));
  const auto stored = [&](std::uint32_t tag) -> std::optional<int> {
    if (!data.find(tag) || data.find(tag)->bytes.size() < 2) return {};
    const int raw = data.word(tag, 0);
    return frame.isSigned ? static_cast<std::int16_t>(raw) : raw;
  };
  frame.padding = stored(0x00280120);
  frame.paddingLimit = stored(0x00280121);
  if (!frame.paddingLimit) frame.paddingLimit = frame.padding;
}

std::string refusalOf(const DicomFrame& frame) {
  const std::string& type = frame.imageType;
  if (frame.sopClass.starts_with("1.2.840.10008.5.1.4.1.1.7"))
    return "It is a secondary capture (a stored picture), not a scan.";
  if (type.find("LOCALIZER") != std::string::npos) return "It is a localizer (scout picture), not a scan.";
  if (!frame.facts.modality.empty() && frame.facts.modality != "CT")
    return "It is of modality " + frame.facts.modality + "; only CT can be opened.";
  if (!frame.layout.hasPixels) return "It holds no picture.";
  if (frame.facts.rows <= 0 || frame.facts.columns <= 0) return "Its header gives no matrix size.";
  if (frame.samples != 1 || frame.photometric == "RGB" || frame.photometric.starts_with("YBR") ||
      frame.photometric == "PALETTE COLOR")
    return "It is a colour picture, not a scan.";
  if (frame.bitsAllocated != 8 && frame.bitsAllocated != 16 && frame.bitsAllocated != 12 && frame.bitsAllocated != 32)
    return "It stores " + std::to_string(frame.bitsAllocated) + " bits a pixel, which is not supported.";
  if (frame.bitsStored < 1 || frame.bitsStored > frame.bitsAllocated || frame.highBit >= frame.bitsAllocated ||
      frame.highBit + 1 < frame.bitsStored)
    return "Its header contradicts itself: " + std::to_string(frame.bitsStored) + " bits stored of " +
           std::to_string(frame.bitsAllocated) + ".";
  if (!(std::isfinite(frame.slope) && std::isfinite(frame.intercept)) || frame.slope == 0)
    return "Its rescale slope is 0 or no number.";
  return {};
}

/// Sizes are checked in 64 bit before anything is allocated for the pixels.
std::string sizeProblem(const DicomFrame& frame) {
  const std::uint64_t pixels = static_cast<std::uint64_t>(std::max(0, frame.facts.rows)) *
                               static_cast<std::uint64_t>(std::max(0, frame.facts.columns)) *
                               static_cast<std::uint64_t>(std::max(0, frame.frames));
  if (frame.frames > kMostFrames || pixels > (std::uint64_t{1} << 31))
    return "its header promises " + std::to_string(frame.frames) + " frames of " + std::to_string(frame.facts.columns) +
           " x " + std::to_string(frame.facts.rows) + ", more than can be";
  if (!frame.layout.hasPixels) return {};
  if (frame.layout.encapsulated) {  // no codec packs a scan a thousand times smaller: such a header wants memory alone
    if (pixels > kSmallPicture && pixels / 1000 > frame.layout.pixelLength)
      return "its header promises a picture of " + std::to_string(frame.facts.columns) + " x " +
             std::to_string(frame.facts.rows) + " x " + std::to_string(frame.frames) + ", but only " +
             std::to_string(frame.layout.pixelLength) + " bytes of it are there";
    return {};
  }
  const std::uint64_t bytes = (pixels * static_cast<std::uint64_t>(std::max(1, frame.samples)) *
                                   static_cast<std::uint64_t>(frame.bitsAllocated) +
                               7) /
                              8;
  if (bytes > frame.layout.pixelLength)
    return "the picture is cut short: " + std::to_string(bytes) + " bytes are promised, " +
           std::to_string(frame.layout.pixelLength) + " are there";
  return {};
}

/// The frames of a multi-frame file, each with its own place; a refusal if the file does not say them.
std::vector<DicomFrame> framesOf(const DicomElements& data, const DicomFrame& file) {
  const DicomElements::Element* each = data.find(0x52009230);
  const auto unplaced = [&] {
    DicomFrame refused = file;
    refused.refusal = "It holds " + std::to_string(file.frames) + " frames but does not say where each lies.";
    return std::vector<DicomFrame>{std::move(refused)};
  };
  if (!each || each->items.size() < static_cast<std::size_t>(file.frames)) return unplaced();
  std::vector<DicomFrame> frames;
  for (int i = 0; i < file.frames; ++i) {
    DicomFrame one = file;
    one.frame = i;
    one.instance = i;
    one.position.reset();  // one place for all frames would pile them up
    readFunctionalGroups(each->items[static_cast<std::size_t>(i)], one);
    if (!one.position) return unplaced();
    if (const std::string refusal = refusalOf(one); !refusal.empty()) one.refusal = refusal;
    frames.push_back(std::move(one));
  }
  return frames;
}

}  // namespace

DicomFileContent readDicomHeader(const std::filesystem::path& path) {
  DicomFileContent content;
  DicomFrame frame;
  DicomElements data;
  frame.path = path.string();
  frame.layout = readLayout(path, data);
  content.isDicom = frame.layout.isDicom;
  if (!content.isDicom) return content;
  const std::string name = path.filename().string();
  content.uid = data.text(0x0020000E);
  const auto problem = [&](const std::string& what) {
    content.problem = name + " cannot be read: " + what + ".";
    return content;
  };
  if (!frame.layout.problem.empty()) return problem(frame.layout.problem);
  readSeriesTexts(data, frame);
  readPixelFormat(data, frame);
  readGeometry(data, frame);
  if (frame.facts.uid.empty()) frame.facts.uid = "no UID, " + name;
  if (const DicomElements* shared = data.firstItem(0x52009229)) readFunctionalGroups(*shared, frame);
  if (const DicomElements* first = data.firstItem(0x52009230); first && frame.frames == 1)
    readFunctionalGroups(*first, frame);
  frame.refusal = refusalOf(frame);
  if (frame.refusal.empty())
    if (const std::string size = sizeProblem(frame); !size.empty()) return problem(size);
  if (frame.frames > 1 && frame.refusal.empty())
    content.frames = framesOf(data, frame);
  else
    content.frames.push_back(std::move(frame));
  return content;
}

}  // namespace pulmo
