// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_frame.h"

#include <gdcmAttribute.h>
#include <gdcmReader.h>
#include <gdcmSequenceOfItems.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <set>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

constexpr int kMostFrames = 20000;

std::string textOf(const gdcm::DataSet& data, std::uint16_t group, std::uint16_t element) {
  const gdcm::Tag tag(group, element);
  if (!data.FindDataElement(tag)) return {};
  const gdcm::ByteValue* bytes = data.GetDataElement(tag).GetByteValue();
  if (!bytes || !bytes->GetPointer()) return {};
  std::string text(bytes->GetPointer(), std::min<std::size_t>(bytes->GetLength(), 1024));
  if (const auto end = text.find('\0'); end != std::string::npos) text.resize(end);
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Decimal strings "a\b\c"; empty if one of them is no finite number.
std::vector<double> numbersOf(const gdcm::DataSet& data, std::uint16_t group, std::uint16_t element) {
  const std::string text = textOf(data, group, element);
  std::vector<double> numbers;
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    const double value = std::strtod(at, &end);
    if (end == at || !std::isfinite(value)) return {};
    numbers.push_back(value);
    at = end;
    while (*at == ' ') ++at;
    if (*at == '\\') ++at;
    else if (*at != '\0') return {};
  }
  return numbers;
}

std::optional<double> numberOf(const gdcm::DataSet& data, std::uint16_t group, std::uint16_t element) {
  const auto numbers = numbersOf(data, group, element);
  return numbers.empty() ? std::optional<double>() : numbers.front();
}

/// Unsigned shorts, which GDCM has put into this machine's byte order.
template <std::uint16_t Group, std::uint16_t Element>
int shortOf(const gdcm::DataSet& data, int absent) {
  const gdcm::Tag tag(Group, Element);
  if (!data.FindDataElement(tag)) return absent;
  const gdcm::ByteValue* bytes = data.GetDataElement(tag).GetByteValue();
  if (!bytes || bytes->GetLength() < 2) return absent;
  gdcm::Attribute<Group, Element> attribute;
  attribute.SetFromDataElement(data.GetDataElement(tag));
  return static_cast<int>(attribute.GetValue());
}

std::string isoDate(const std::string& dicom) {
  if (dicom.size() != 8 || dicom.find_first_not_of("0123456789") != std::string::npos) return dicom;
  return dicom.substr(0, 4) + "-" + dicom.substr(4, 2) + "-" + dicom.substr(6, 2);
}

gdcm::SmartPointer<gdcm::SequenceOfItems> sequenceOf(const gdcm::DataSet& data, std::uint16_t group, std::uint16_t element) {
  const gdcm::Tag tag(group, element);
  if (!data.FindDataElement(tag)) return nullptr;
  return data.GetDataElement(tag).GetValueAsSQ();
}

const gdcm::DataSet* firstItem(const gdcm::SmartPointer<gdcm::SequenceOfItems>& sequence) {
  return sequence && sequence->GetNumberOfItems() > 0 ? &sequence->GetItem(1).GetNestedDataSet() : nullptr;
}

void readGeometry(const gdcm::DataSet& data, DicomFrame& frame) {
  if (const auto p = numbersOf(data, 0x0020, 0x0032); p.size() == 3) frame.position = Point3{p[0], p[1], p[2]};
  if (const auto o = numbersOf(data, 0x0020, 0x0037); o.size() == 6) frame.orientation = {o[0], o[1], o[2], o[3], o[4], o[5]};
  if (const auto s = numbersOf(data, 0x0028, 0x0030); s.size() == 2) frame.pixelSpacing = {s[0], s[1]};
  if (const auto t = numberOf(data, 0x0018, 0x0050)) frame.thickness = *t;
  if (const auto slope = numberOf(data, 0x0028, 0x1053)) {
    frame.slope = *slope;
    frame.hasRescale = true;
  }
  if (const auto intercept = numberOf(data, 0x0028, 0x1052)) {
    frame.intercept = *intercept;
    frame.hasRescale = true;
  }
}

/// The macros of an enhanced image's functional groups hold what a plain image has at top level.
void readFunctionalGroups(const gdcm::DataSet& groups, DicomFrame& frame) {
  constexpr std::pair<std::uint16_t, std::uint16_t> kMacros[] = {
      {0x0020, 0x9113},   // plane position
      {0x0020, 0x9116},   // plane orientation
      {0x0028, 0x9110},   // pixel measures
      {0x0028, 0x9145}};  // pixel value transformation
  for (const auto& [group, element] : kMacros) {
    const auto sequence = sequenceOf(groups, group, element);
    if (const gdcm::DataSet* item = firstItem(sequence)) readGeometry(*item, frame);
  }
}

void readSeriesTexts(const gdcm::DataSet& data, DicomFrame& frame) {
  SeriesFacts& f = frame.facts;
  f.format = "DICOM";
  f.uid = textOf(data, 0x0020, 0x000E);
  f.modality = textOf(data, 0x0008, 0x0060);
  f.description = textOf(data, 0x0008, 0x103E);
  f.studyDescription = textOf(data, 0x0008, 0x1030);
  f.date = isoDate(textOf(data, 0x0008, 0x0021).empty() ? textOf(data, 0x0008, 0x0020) : textOf(data, 0x0008, 0x0021));
  f.patientName = textOf(data, 0x0010, 0x0010);
  f.patientId = textOf(data, 0x0010, 0x0020);
  f.kernel = textOf(data, 0x0018, 0x1210);
  f.manufacturer = textOf(data, 0x0008, 0x0070);
  if (const std::string model = textOf(data, 0x0008, 0x1090); !model.empty()) f.manufacturer += " " + model;
  f.transferSyntax = transferSyntaxName(frame.layout.transferSyntax);
  frame.sopClass = textOf(data, 0x0008, 0x0016);
  frame.imageType = textOf(data, 0x0008, 0x0008);
  frame.frameOfReference = textOf(data, 0x0020, 0x0052);
  frame.bodyPart = textOf(data, 0x0018, 0x0015);
  frame.acquisition = static_cast<int>(numberOf(data, 0x0020, 0x0012).value_or(0));
  frame.instance = static_cast<int>(numberOf(data, 0x0020, 0x0013).value_or(0));
}

void readPixelFormat(const gdcm::DataSet& data, DicomFrame& frame) {
  frame.facts.rows = shortOf<0x0028, 0x0010>(data, 0);
  frame.facts.columns = shortOf<0x0028, 0x0011>(data, 0);
  frame.samples = shortOf<0x0028, 0x0002>(data, 1);
  frame.bitsAllocated = shortOf<0x0028, 0x0100>(data, 16);
  frame.bitsStored = shortOf<0x0028, 0x0101>(data, frame.bitsAllocated);
  frame.highBit = shortOf<0x0028, 0x0102>(data, frame.bitsStored - 1);
  frame.isSigned = shortOf<0x0028, 0x0103>(data, 0) == 1;
  frame.photometric = textOf(data, 0x0028, 0x0004);
  frame.frames = std::max(1, static_cast<int>(numberOf(data, 0x0028, 0x0008).value_or(1)));
  if (data.FindDataElement(gdcm::Tag(0x0028, 0x0120))) {
    const gdcm::ByteValue* bytes = data.GetDataElement(gdcm::Tag(0x0028, 0x0120)).GetByteValue();
    if (bytes && bytes->GetLength() >= 2) {
      std::uint16_t raw = 0;
      std::memcpy(&raw, bytes->GetPointer(), 2);
      frame.padding = frame.isSigned ? static_cast<int>(static_cast<std::int16_t>(raw)) : static_cast<int>(raw);
    }
  }
}

std::string refusalOf(const DicomFrame& frame) {
  const std::string& type = frame.imageType;
  if (frame.sopClass.starts_with("1.2.840.10008.5.1.4.1.1.7")) return "It is a secondary capture (a stored picture), not a scan.";
  if (type.find("LOCALIZER") != std::string::npos) return "It is a localizer (scout picture), not a scan.";
  if (!frame.facts.modality.empty() && frame.facts.modality != "CT")
    return "It is of modality " + frame.facts.modality + "; only CT can be opened.";
  if (!frame.layout.hasPixels) return "It holds no picture.";
  if (frame.facts.rows <= 0 || frame.facts.columns <= 0) return "Its header gives no matrix size.";
  if (frame.samples != 1 || frame.photometric == "RGB" || frame.photometric.starts_with("YBR") || frame.photometric == "PALETTE COLOR")
    return "It is a colour picture, not a scan.";
  if (frame.bitsAllocated != 8 && frame.bitsAllocated != 16 && frame.bitsAllocated != 12 && frame.bitsAllocated != 32)
    return "It stores " + std::to_string(frame.bitsAllocated) + " bits a pixel, which is not supported.";
  if (frame.bitsStored < 1 || frame.bitsStored > frame.bitsAllocated || frame.highBit >= frame.bitsAllocated || frame.highBit + 1 < frame.bitsStored)
    return "Its header contradicts itself: " + std::to_string(frame.bitsStored) + " bits stored of " + std::to_string(frame.bitsAllocated) + ".";
  if (!(std::isfinite(frame.slope) && std::isfinite(frame.intercept)) || frame.slope == 0) return "Its rescale slope is 0 or no number.";
  return {};
}

/// Sizes are checked in 64 bit before anything is allocated for the pixels.
std::string sizeProblem(const DicomFrame& frame) {
  const std::uint64_t pixels = static_cast<std::uint64_t>(std::max(0, frame.facts.rows)) * static_cast<std::uint64_t>(std::max(0, frame.facts.columns)) *
                               static_cast<std::uint64_t>(std::max(0, frame.frames));
  if (frame.frames > kMostFrames || pixels > (std::uint64_t{1} << 31))
    return "its header promises " + std::to_string(frame.frames) + " frames of " + std::to_string(frame.facts.columns) + " x " + std::to_string(frame.facts.rows) + ", more than can be";
  if (!frame.layout.hasPixels || frame.layout.encapsulated || frame.layout.deflated) return {};
  const std::uint64_t bytes = (pixels * static_cast<std::uint64_t>(std::max(1, frame.samples)) * static_cast<std::uint64_t>(frame.bitsAllocated) + 7) / 8;
  if (bytes > frame.layout.pixelLength)
    return "the picture is cut short: " + std::to_string(bytes) + " bytes are promised, " + std::to_string(frame.layout.pixelLength) + " are there";
  return {};
}

}  // namespace

DicomFileContent readDicomHeader(const std::filesystem::path& path) {
  DicomFileContent content;
  DicomFrame frame;
  frame.path = path.string();
  frame.layout = readLayout(path);
  content.isDicom = frame.layout.isDicom;
  if (!content.isDicom) return content;
  const std::string name = path.filename().string();
  const auto problem = [&](const std::string& what) {
    content.problem = name + " cannot be read: " + what + ".";
    return content;
  };
  if (!frame.layout.problem.empty()) return problem(frame.layout.problem);
  try {
    gdcm::Reader reader;
    reader.SetFileName(path.c_str());
    if (!reader.ReadUpToTag(gdcm::Tag(0x7FE0, 0x0010), std::set<gdcm::Tag>())) return problem("its header is damaged");
    const gdcm::DataSet& data = reader.GetFile().GetDataSet();
    readSeriesTexts(data, frame);
    readPixelFormat(data, frame);
    readGeometry(data, frame);
    if (frame.facts.uid.empty()) frame.facts.uid = "no UID, " + name;
    frame.refusal = refusalOf(frame);
    if (frame.refusal.empty())
      if (const std::string size = sizeProblem(frame); !size.empty()) return problem(size);
    if (frame.frames == 1 || !frame.refusal.empty()) {
      if (const auto shared = sequenceOf(data, 0x5200, 0x9229); firstItem(shared)) readFunctionalGroups(*firstItem(shared), frame);
      if (const auto each = sequenceOf(data, 0x5200, 0x9230); firstItem(each)) readFunctionalGroups(*firstItem(each), frame);
      content.frames.push_back(std::move(frame));
      return content;
    }
    const auto shared = sequenceOf(data, 0x5200, 0x9229);
    const auto each = sequenceOf(data, 0x5200, 0x9230);
    if (firstItem(shared)) readFunctionalGroups(*firstItem(shared), frame);
    if (!each || static_cast<int>(each->GetNumberOfItems()) < frame.frames) {
      frame.refusal = "It holds " + std::to_string(frame.frames) + " frames but does not say where each lies.";
      content.frames.push_back(std::move(frame));
      return content;
    }
    for (int i = 0; i < frame.frames; ++i) {
      DicomFrame one = frame;
      one.frame = i;
      one.instance = i;
      readFunctionalGroups(each->GetItem(static_cast<gdcm::SequenceOfItems::SizeType>(i) + 1).GetNestedDataSet(), one);
      content.frames.push_back(std::move(one));
    }
    return content;
  } catch (const std::exception& e) {
    content.frames.clear();
    return problem(std::string("its header is damaged (") + e.what() + ")");
  }
}

}  // namespace pulmo
