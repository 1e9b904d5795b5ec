// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/image_nifti_header.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pipeline/imaging/image_file.h"

namespace pulmo {

namespace {

/// Rows of a 3 x 4 matrix from voxel indices to mm in NIfTI's axes (x right, y anterior, z superior).
using Affine = std::array<std::array<double, 4>, 3>;

/// Numbers out of a header's bytes, in either byte order.
class Fields {
 public:
  Fields(const std::vector<char>& bytes, bool swapped) : bytes_(bytes), swapped_(swapped) {}

  template <class T>
  [[nodiscard]] T at(std::size_t offset) const {
    std::array<char, sizeof(T)> raw{};
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), sizeof(T), raw.begin());
    if (swapped_) std::reverse(raw.begin(), raw.end());
    T value;
    std::memcpy(&value, raw.data(), sizeof value);
    return value;
  }

 private:
  const std::vector<char>& bytes_;
  bool swapped_;
};

/// The two versions of the header brought to one.
struct Plain {
  std::array<std::int64_t, 8> dim{};
  std::array<double, 8> pixdim{};
  int datatype = 0;
  double voxelsAt = 0, slope = 0, intercept = 0;
  int units = 0, qformCode = 0, sformCode = 0;
  bool noSpacing = false;
  std::array<double, 3> quaternion{}, offset{};
  Affine sform{};
};

Plain plainOf1(const Fields& f) {
  Plain p;
  for (std::size_t i = 0; i < 8; ++i) {
    p.dim[i] = f.at<std::int16_t>(40 + 2 * i);
    p.pixdim[i] = static_cast<double>(f.at<float>(76 + 4 * i));
  }
  p.datatype = f.at<std::int16_t>(70);
  p.voxelsAt = static_cast<double>(f.at<float>(108));
  p.slope = static_cast<double>(f.at<float>(112));
  p.intercept = static_cast<double>(f.at<float>(116));
  p.units = f.at<std::uint8_t>(123);
  p.qformCode = f.at<std::int16_t>(252);
  p.sformCode = f.at<std::int16_t>(254);
  for (std::size_t i = 0; i < 3; ++i) {
    p.quaternion[i] = static_cast<double>(f.at<float>(256 + 4 * i));
    p.offset[i] = static_cast<double>(f.at<float>(268 + 4 * i));
    for (std::size_t c = 0; c < 4; ++c) p.sform[i][c] = static_cast<double>(f.at<float>(280 + 16 * i + 4 * c));
  }
  return p;
}

Plain plainOf2(const Fields& f) {
  Plain p;
  for (std::size_t i = 0; i < 8; ++i) {
    p.dim[i] = f.at<std::int64_t>(16 + 8 * i);
    p.pixdim[i] = f.at<double>(104 + 8 * i);
  }
  p.datatype = f.at<std::int16_t>(12);
  p.voxelsAt = static_cast<double>(f.at<std::int64_t>(168));
  p.slope = f.at<double>(176);
  p.intercept = f.at<double>(184);
  p.units = f.at<std::int32_t>(500);
  p.qformCode = f.at<std::int32_t>(344);
  p.sformCode = f.at<std::int32_t>(348);
  for (std::size_t i = 0; i < 3; ++i) {
    p.quaternion[i] = f.at<double>(352 + 8 * i);
    p.offset[i] = f.at<double>(376 + 8 * i);
    for (std::size_t c = 0; c < 4; ++c) p.sform[i][c] = f.at<double>(400 + 32 * i + 8 * c);
  }
  return p;
}

/// nifti1.h, "method 2": R of the unit quaternion, third column turned by qfac = pixdim[0].
Affine qformOf(const Plain& p) {
  double b = p.quaternion[0], c = p.quaternion[1], d = p.quaternion[2];
  double a = 1 - (b * b + c * c + d * d);
  if (a < 1e-7) {
    const double norm = 1 / std::sqrt(b * b + c * c + d * d);
    b *= norm, c *= norm, d *= norm;
    a = 0;
  } else {
    a = std::sqrt(a);
  }
  const double qfac = p.pixdim[0] < 0 ? -1 : 1;
  const std::array<std::array<double, 3>, 3> r{
      {{a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
       {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
       {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c}}};
  Affine m{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t col = 0; col < 3; ++col) m[row][col] = r[row][col] * p.pixdim[col + 1] * (col == 2 ? qfac : 1);
    m[row][3] = p.offset[row];
  }
  return m;
}

/// NIfTI's x and y point to the right and to the front, ours to the left and to the back.
void placeGrid(const Affine& m, double toMm, Grid& grid) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double norm = std::sqrt(m[0][axis] * m[0][axis] + m[1][axis] * m[1][axis] + m[2][axis] * m[2][axis]);
    grid.spacingMm[axis] = norm * toMm;
    for (std::size_t row = 0; row < 3; ++row) {
      const double value = row < 2 ? -m[row][axis] : m[row][axis];
      grid.direction[3 * row + axis] = value / norm + 0.0;  // + 0.0: no minus zero
    }
    grid.originMm[axis] = (axis < 2 ? -m[axis][3] : m[axis][3]) * toMm + 0.0;
  }
}

double millimetresPer(int units) {
  switch (units & 7) {
    case 1:
      return 1000;  // metre
    case 3:
      return 0.001;  // micrometre
    default:
      return 1;  // mm, or not said
  }
}

void readType(int datatype, NiftiHeader& header, const std::string& name) {
  const auto is = [&](NumberType type) { header.type = type; };
  switch (datatype) {
    case 2:
      return is(NumberType::Uint8);
    case 256:
      return is(NumberType::Int8);
    case 512:
      return is(NumberType::Uint16);
    case 4:
      return is(NumberType::Int16);
    case 768:
      return is(NumberType::Uint32);
    case 8:
      return is(NumberType::Int32);
    case 1280:
      return is(NumberType::Uint64);
    case 1024:
      return is(NumberType::Int64);
    case 16:
      return is(NumberType::Float32);
    case 64:
      return is(NumberType::Float64);
    case 128:
    case 2304:
      throw Error(ErrorKind::Unsupported, name + " holds colours; one value a voxel is needed.");
    case 32:
    case 1792:
    case 2048:
      throw Error(ErrorKind::Unsupported, name + " holds complex numbers; one value a voxel is needed.");
    default:
      throw Error(ErrorKind::Unsupported, name + " stores its voxels in a type that is not known.",
                  "datatype " + std::to_string(datatype));
  }
}

void readSize(const Plain& p, Grid& grid, const std::string& name) {
  if (p.dim[0] < 1 || p.dim[0] > 7)
    throw Error(ErrorKind::InvalidInput,
                name + " is damaged: its header says it has " + std::to_string(p.dim[0]) + " dimensions.");
  std::array<std::uint64_t, 3> size{1, 1, 1};
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(p.dim[0]); ++axis) {
    const std::int64_t n = p.dim[axis + 1];
    if (axis < 3) {
      size[axis] = n < 0 ? 0 : static_cast<std::uint64_t>(n);
    } else if (n > 1) {
      throw Error(ErrorKind::Unsupported,
                  name + " is a series of " + std::to_string(n) +
                      (axis == 3 ? " volumes; one volume is needed." : " values a voxel; one is needed."));
    }
  }
  requireSoundSize(size, name);
  for (std::size_t axis = 0; axis < 3; ++axis) grid.size[axis] = static_cast<int>(size[axis]);
}

void readPlace(const Plain& p, NiftiHeader& header, const std::string& name) {
  const double toMm = millimetresPer(p.units);
  if (p.sformCode <= 0 && p.qformCode <= 0) {
    Affine plain{};
    for (std::size_t axis = 0; axis < 3; ++axis) plain[axis][axis] = p.pixdim[axis + 1];
    placeGrid(plain, toMm, header.grid);
    header.placeKnown = false;
    header.notes.push_back(
        "The file does not say how it lies in the patient: right and left may be swapped. Check before you trust a "
        "side.");
    return;
  }
  placeGrid(p.sformCode > 0 ? p.sform : qformOf(p), toMm, header.grid);
  if (p.sformCode <= 0 || p.qformCode <= 0) return;
  Grid other = header.grid;
  placeGrid(qformOf(p), toMm, other);
  requireSoundGrid(header.grid, name);
  if (!sameGrid(header.grid, other))
    header.notes.push_back(
        "The file gives two positions in the patient that differ (sform and qform); the sform is taken.");
}

}  // namespace

NiftiHeader parseNiftiHeader(const std::vector<char>& bytes, const std::string& fileName) {
  const Error wrong(ErrorKind::InvalidInput, fileName + " is not a NIfTI file, or it is damaged.");
  if (bytes.size() < 348) throw wrong;
  const auto first = Fields(bytes, false).at<std::int32_t>(0);
  const auto turnedFirst = Fields(bytes, true).at<std::int32_t>(0);
  NiftiHeader header;
  header.swapped = first != 348 && first != 540;
  const Fields fields(bytes, header.swapped);
  const std::int32_t size = header.swapped ? turnedFirst : first;
  Plain plain;
  const auto magicAt = [&](std::size_t at) { return std::string(bytes.data() + at, 3); };
  if (size == 348 && (magicAt(344) == "n+1" || magicAt(344) == "ni1")) {
    if (magicAt(344) == "ni1")
      throw Error(ErrorKind::Unsupported,
                  fileName + " keeps its voxels in a second file (.img), which is not read. Save it as one .nii file.");
    plain = plainOf1(fields);
    header.description = std::string(bytes.data() + 148, ::strnlen(bytes.data() + 148, 80));
    plain.noSpacing = plain.units == 0 && header.description.find(kNiftiNoSpacing) != std::string::npos;
  } else if (size == 540 && bytes.size() >= 540 && magicAt(4) == "n+2") {
    plain = plainOf2(fields);
  } else {
    throw wrong;
  }
  readType(plain.datatype, header, fileName);
  readSize(plain, header.grid, fileName);
  for (std::size_t axis = 1; axis <= 3; ++axis)  // a sform may carry a spacing of its own, but zeros and NaN are damage
    if (static_cast<std::int64_t>(axis) <= plain.dim[0] && plain.sformCode <= 0 &&
        !(std::isfinite(plain.pixdim[axis]) && plain.pixdim[axis] > 0))
      throw Error(ErrorKind::InvalidInput, fileName + " gives a voxel spacing of " +
                                               std::to_string(plain.pixdim[axis]) + " mm, which cannot be.");
    else if (!(plain.pixdim[axis] > 0))
      plain.pixdim[axis] = 1;  // of an axis that the file does not have
  readPlace(plain, header, fileName);
  header.grid.spacingKnown = !plain.noSpacing;
  if (!(plain.voxelsAt >= 0 && plain.voxelsAt <= (1 << 24)))
    throw Error(ErrorKind::InvalidInput,
                fileName + " is damaged: its header says that the voxels begin where they cannot.");
  header.voxelsAt = std::max(static_cast<std::uint64_t>(plain.voxelsAt), static_cast<std::uint64_t>(size) + 4);
  if (std::isfinite(plain.slope) && plain.slope != 0) {  // 0 and NaN: not scaled
    header.slope = plain.slope;
    header.intercept = std::isfinite(plain.intercept) ? plain.intercept : 0;
  }
  return header;
}

namespace {

template <class T>
void put(std::array<char, 352>& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

/// nifti1.h: b, c, d of the unit quaternion of a proper rotation, by its largest part so that nothing cancels.
std::array<double, 3> quaternionOf(const std::array<std::array<double, 3>, 3>& r) {
  double a = r[0][0] + r[1][1] + r[2][2] + 1;
  double b, c, d;
  if (a > 0.5) {
    a = 0.5 * std::sqrt(a);
    return {0.25 * (r[2][1] - r[1][2]) / a, 0.25 * (r[0][2] - r[2][0]) / a, 0.25 * (r[1][0] - r[0][1]) / a};
  }
  const double xd = 1 + r[0][0] - (r[1][1] + r[2][2]);
  const double yd = 1 + r[1][1] - (r[0][0] + r[2][2]);
  const double zd = 1 + r[2][2] - (r[0][0] + r[1][1]);
  if (xd > 1) {
    b = 0.5 * std::sqrt(xd);
    c = 0.25 * (r[0][1] + r[1][0]) / b;
    d = 0.25 * (r[0][2] + r[2][0]) / b;
    a = 0.25 * (r[2][1] - r[1][2]) / b;
  } else if (yd > 1) {
    c = 0.5 * std::sqrt(yd);
    b = 0.25 * (r[0][1] + r[1][0]) / c;
    d = 0.25 * (r[1][2] + r[2][1]) / c;
    a = 0.25 * (r[0][2] - r[2][0]) / c;
  } else {
    d = 0.5 * std::sqrt(zd);
    b = 0.25 * (r[0][2] + r[2][0]) / d;
    c = 0.25 * (r[1][2] + r[2][1]) / d;
    a = 0.25 * (r[1][0] - r[0][1]) / d;
  }
  const double sign = a < 0 ? -1 : 1;
  return {sign * b, sign * c, sign * d};
}

}  // namespace

std::array<char, 352> makeNiftiHeader(const Grid& grid, NumberType type, const std::string& description) {
  std::array<char, 352> bytes{};
  const bool wide = type == NumberType::Int16;
  put(bytes, 0, std::int32_t{348});
  put(bytes, 40, std::int16_t{3});
  for (std::size_t i = 0; i < 7; ++i) put(bytes, 42 + 2 * i, std::int16_t{1});
  for (std::size_t i = 0; i < 3; ++i) {
    if (grid.size[i] > 32767)
      throw Error(ErrorKind::Unsupported,
                  "A side of more than 32767 voxels does not fit into NIfTI; save as .nrrd instead.");
    put(bytes, 42 + 2 * i, static_cast<std::int16_t>(grid.size[i]));
    put(bytes, 80 + 4 * i, static_cast<float>(grid.spacingMm[i]));
  }
  put(bytes, 70, static_cast<std::int16_t>(wide ? 4 : 2));
  put(bytes, 72, static_cast<std::int16_t>(wide ? 16 : 8));
  put(bytes, 108, 352.0F);
  put(bytes, 112, 1.0F);
  bytes[123] = grid.spacingKnown ? 2 : 0;  // mm, or not said
  const std::string about = description + (grid.spacingKnown ? "" : kNiftiNoSpacing);
  std::copy_n(about.begin(), std::min<std::size_t>(about.size(), 79), bytes.begin() + 148);

  std::array<std::array<double, 3>, 3> r{};  // in NIfTI's axes: x right, y anterior
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t col = 0; col < 3; ++col) r[row][col] = (row < 2 ? -1 : 1) * grid.direction[3 * row + col] + 0.0;
  const std::array<double, 3> origin{-grid.originMm[0] + 0.0, -grid.originMm[1] + 0.0, grid.originMm[2]};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t col = 0; col < 3; ++col)
      put(bytes, 280 + 16 * row + 4 * col, static_cast<float>(r[row][col] * grid.spacingMm[col]));
    put(bytes, 280 + 16 * row + 12, static_cast<float>(origin[row]));
    put(bytes, 268 + 4 * row, static_cast<float>(origin[row]));
  }
  const double det = r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1]) -
                     r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0]) +
                     r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0]);
  put(bytes, 76, det < 0 ? -1.0F : 1.0F);
  if (det < 0)
    for (auto& row : r) row[2] = -row[2];
  const auto q = quaternionOf(r);
  for (std::size_t i = 0; i < 3; ++i) put(bytes, 256 + 4 * i, static_cast<float>(q[i]));
  put(bytes, 252, std::int16_t{1});  // scanner coordinates
  put(bytes, 254, std::int16_t{1});
  std::copy_n("n+1", 4, bytes.begin() + 344);
  return bytes;
}

}  // namespace pulmo
