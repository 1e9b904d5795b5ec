// SPDX-License-Identifier: Apache-2.0
#include "tests/support/dicom_writer.h"

#include <cmath>
#include <cstdio>
#include <fstream>

namespace pulmo::test {

namespace {

class Bytes {
 public:
  explicit Bytes(Encoding encoding) : encoding_(encoding) {}

  void text(std::uint16_t group, std::uint16_t element, const char* vr, std::string value, char pad = ' ') {
    if (value.size() % 2 != 0) value.push_back(pad);
    head(group, element, vr, static_cast<std::uint32_t>(value.size()));
    out_ += value;
  }
  void uid(std::uint16_t group, std::uint16_t element, const std::string& value) {
    text(group, element, "UI", value, '\0');
  }
  void us(std::uint16_t group, std::uint16_t element, int value, const char* vr = "US") {
    head(group, element, vr, 2);
    number(static_cast<std::uint32_t>(value), 2);
  }
  void head(std::uint16_t group, std::uint16_t element, const char* vr, std::uint32_t length) {
    number(group, 2);
    number(element, 2);
    if (encoding_ == Encoding::ImplicitLittle) return number(length, 4);
    out_ += vr;
    const std::string name = vr;
    if (name == "OW" || name == "OB") {
      number(0, 2);
      number(length, 4);
    } else {
      number(length, 2);
    }
  }
  void number(std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) {
      const int shift = 8 * (encoding_ == Encoding::ExplicitBig ? count - 1 - i : i);
      out_.push_back(static_cast<char>((value >> shift) & 255));
    }
  }
  [[nodiscard]] const std::string& bytes() const { return out_; }

 private:
  Encoding encoding_;
  std::string out_;
};

template <class Range>
std::string decimals(const Range& values) {
  std::string text;
  for (const double v : values) {
    char one[32];
    std::snprintf(one, sizeof one, "%.10g", v);
    text += (text.empty() ? "" : "\\") + std::string(one);
  }
  return text;
}

const char* syntaxOf(Encoding e) {
  return e == Encoding::ImplicitLittle   ? "1.2.840.10008.1.2"
         : e == Encoding::ExplicitLittle ? "1.2.840.10008.1.2.1"
                                         : "1.2.840.10008.1.2.2";
}

}  // namespace

void DicomSlice::write(const std::filesystem::path& path) const {
  const std::string sop = seriesUid + "." + std::to_string(instance);
  Bytes d(encoding);
  if (!characterSet.empty()) d.text(0x0008, 0x0005, "CS", characterSet);
  d.text(0x0008, 0x0008, "CS", imageType);
  d.uid(0x0008, 0x0016, sopClass);
  d.uid(0x0008, 0x0018, sop);
  d.text(0x0008, 0x0020, "DA", "20240229");
  d.text(0x0008, 0x0060, "CS", modality);
  d.text(0x0008, 0x103E, "LO", description);
  d.text(0x0010, 0x0010, "PN", patientName);
  d.text(0x0010, 0x0020, "LO", patientId);
  if (!patientBirthDate.empty()) d.text(0x0010, 0x0030, "DA", patientBirthDate);
  if (thickness) d.text(0x0018, 0x0050, "DS", decimals(std::array{*thickness}));
  d.text(0x0018, 0x1210, "SH", "B60f");
  d.uid(0x0020, 0x000D, studyUid);
  d.uid(0x0020, 0x000E, seriesUid);
  d.text(0x0020, 0x0012, "IS", std::to_string(acquisition));
  d.text(0x0020, 0x0013, "IS", std::to_string(instance));
  if (position) d.text(0x0020, 0x0032, "DS", decimals(*position));
  if (orientation) d.text(0x0020, 0x0037, "DS", decimals(*orientation));
  d.uid(0x0020, 0x0052, "1.2.826.0.1.3680043.2.1125.2");
  d.us(0x0028, 0x0002, samples);
  d.text(0x0028, 0x0004, "CS", photometric);
  d.us(0x0028, 0x0010, rows);
  d.us(0x0028, 0x0011, columns);
  if (spacing) d.text(0x0028, 0x0030, "DS", decimals(*spacing));
  d.us(0x0028, 0x0100, bitsAllocated);
  d.us(0x0028, 0x0101, bitsStored);
  d.us(0x0028, 0x0102, highBit.value_or(bitsStored - 1));
  d.us(0x0028, 0x0103, isSigned ? 1 : 0);
  if (padding) d.us(0x0028, 0x0120, *padding, isSigned ? "SS" : "US");
  d.text(0x0028, 0x1052, "DS", decimals(std::array{intercept}));
  d.text(0x0028, 0x1053, "DS", decimals(std::array{slope}));
  const auto length = static_cast<std::uint32_t>(stored.size()) * static_cast<std::uint32_t>(bitsAllocated / 8);
  d.head(0x7FE0, 0x0010, bitsAllocated == 8 ? "OB" : "OW", length + length % 2);
  const std::uint32_t mask = bitsStored == 32 ? 0xFFFFFFFFU : (1U << bitsStored) - 1;
  const int shift = highBit.value_or(bitsStored - 1) + 1 - bitsStored;
  std::uint32_t junk = highBit ? 0x9E3779B9U : 0;  // beside the value, where nobody may look
  for (const int value : stored) {
    junk = junk * 1664525U + (highBit ? 1013904223U : 0);
    d.number(((static_cast<std::uint32_t>(value) & mask) << shift) | (junk & ~(mask << shift)), bitsAllocated / 8);
  }
  if (length % 2 != 0) d.number(0, 1);

  std::ofstream out(path, std::ios::binary);
  if (metaHeader) {
    Bytes m(Encoding::ExplicitLittle);
    m.uid(0x0002, 0x0002, sopClass);
    m.uid(0x0002, 0x0003, sop);
    m.uid(0x0002, 0x0010, syntaxOf(encoding));
    m.uid(0x0002, 0x0012, "1.2.826.0.1.3680043.2.1125.9");
    Bytes group(Encoding::ExplicitLittle);
    group.head(0x0002, 0x0000, "UL", 4);
    group.number(static_cast<std::uint32_t>(m.bytes().size()), 4);
    out << std::string(128, '\0') << "DICM" << group.bytes() << m.bytes();
  }
  out << d.bytes();
}

void writeSeries(const CtVolume& ct, const std::filesystem::path& folder, const DicomCut& cut, const DicomSlice& like) {
  std::filesystem::create_directories(folder);
  const Grid& g = ct.grid();
  const auto axisVector = [&](std::size_t stackAxis) {
    Point3 v{};
    for (std::size_t row = 0; row < 3; ++row)
      v[row] = (cut.flip[stackAxis] ? -1 : 1) * g.direction[3 * row + cut.axes[stackAxis]];
    return v;
  };
  const Point3 row = axisVector(0), column = axisVector(1);
  const auto voxelOf = [&](int i, int j, int k) {
    Index3 voxel{};
    const std::array<int, 3> at{i, j, k};
    for (std::size_t s = 0; s < 3; ++s) voxel[cut.axes[s]] = cut.flip[s] ? g.size[cut.axes[s]] - 1 - at[s] : at[s];
    return voxel;
  };
  const int slices = g.size[cut.axes[2]];
  for (int k = 0; k < slices; ++k) {
    if (!cut.keep(k)) continue;
    DicomSlice slice = like;
    slice.columns = g.size[cut.axes[0]];
    slice.rows = g.size[cut.axes[1]];
    slice.orientation = {row[0], row[1], row[2], column[0], column[1], column[2]};
    slice.spacing = {g.spacingMm[cut.axes[1]], g.spacingMm[cut.axes[0]]};
    slice.thickness = g.spacingMm[cut.axes[2]];
    slice.position = toPatient(g, voxelOf(0, 0, k));
    slice.instance = slices - k;  // against the order of the positions
    for (int j = 0; j < slice.rows; ++j)
      for (int i = 0; i < slice.columns; ++i)
        slice.stored.push_back(static_cast<int>(std::lround((ct[voxelOf(i, j, k)] - slice.intercept) / slice.slope)));
    if (cut.change) cut.change(k, slice);
    // 7 is coprime to 1009: names that follow no order
    slice.write(folder / ("IM" + std::to_string(1000 + (k * 7 * 31) % 1009) + "_" + std::to_string(k % 10)));
  }
}

}  // namespace pulmo::test
