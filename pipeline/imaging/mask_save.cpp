// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/imaging/image_file.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/orient.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

/// Writers that do not look at their stream's state are caught here: the file must read back as it was meant.
template <class Voxel>
void requireReadsBack(const fs::path& written, const fs::path& target, const Volume<Voxel>& volume) {
  const std::string broken = "Could not write " + target.string() + " completely: the disk may be full.";
  try {
    const auto file = openImage(written);
    // Where no spacing could be written, NRRD has no place for the directions either.
    bool same = file->grid.size == volume.grid().size && file->grid.spacingKnown == volume.grid().spacingKnown &&
                (sameGrid(file->grid, volume.grid()) || (!volume.grid().spacingKnown && !file->placeKnown));
    (void)file->readVoxels(
        [&](std::size_t first, const double* values, std::size_t count) {
          for (std::size_t i = 0; i < count; ++i)
            same = same && values[i] == static_cast<double>(volume.voxels()[first + i]);
        },
        {});
    if (!same) throw Error(ErrorKind::Io, broken);
  } catch (const Error& e) {
    throw Error(ErrorKind::Io, broken, e.what());
  }
}

/// The header as text, naming `voxels` as its voxel file.
std::string headerNaming(const fs::path& header, const std::string& voxels) {
  std::ifstream in(header, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto at = text.rfind("ElementDataFile");
  if (!in || at == std::string::npos) throw Error(ErrorKind::Io, "Could not write " + header.string() + ".");
  return text.substr(0, at) + "ElementDataFile = " + voxels + "\n";
}

/// A name for the voxels of a header that nothing has: "lungs.zraw", else "lungs-2.zraw", ...
fs::path freshVoxels(const fs::path& header) {
  fs::path voxels = fs::path(header).replace_extension(".zraw");
  for (int n = 2; fs::exists(voxels); ++n)
    voxels.replace_filename(header.stem().string() + "-" + std::to_string(n) + ".zraw");
  return voxels;
}

/// The voxels that a header of ours names, where there are any: "lungs.zraw" or "lungs-2.zraw" beside it.
std::optional<fs::path> voxelsOf(const fs::path& header) {
  std::ifstream in(header, std::ios::binary);
  const std::string key = "ElementDataFile = ", stem = header.stem().string();
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    const std::string name = line.substr(key.size());
    if (!name.starts_with(stem) || !name.ends_with(".zraw") || name.find('/') != std::string::npos) return std::nullopt;
    const std::string between = name.substr(stem.size(), name.size() - stem.size() - 5);
    const bool ours = between.empty() || (between.size() > 1 && between[0] == '-' &&
                                          between.find_first_not_of("0123456789", 1) == std::string::npos);
    return ours ? std::optional(header.parent_path() / name) : std::nullopt;
  }
  return std::nullopt;
}

/// Voxels first and under a name that nothing has, then the header that names them: whoever sees a header, the old one
/// or the new one, finds its voxels whole, whenever the process ends. Nothing but the header and its voxels is
/// replaced.
template <class Voxel>
void writeMhd(const fs::path& path, const Volume<Voxel>& volume, Overwrite overwrite) {
  requireWritable(path, overwrite);
  const std::optional<fs::path> before = voxelsOf(path);
  const fs::path voxels = freshVoxels(path);
  std::string header;
  writeAtomically(voxels, Overwrite::Refuse, [&](const fs::path& temporary) {
    const fs::path beside = fs::path(temporary).replace_extension(".mhd");
    try {
      writeImage(beside, volume);  // writes `temporary` too: the same name ending in .zraw
      requireReadsBack(beside, path, volume);
      header = headerNaming(beside, voxels.filename().string());
    } catch (const Error&) {
      std::error_code ec;
      fs::remove(beside, ec);
      throw;
    }
    fs::remove(beside);
  });
  std::error_code ec;
  try {
    writeAtomically(path, overwrite, header);
  } catch (const Error&) {
    fs::remove(voxels, ec);
    throw;
  }
  if (before) fs::remove(*before, ec);  // named by nothing any more
}

template <class Voxel>
void write(const fs::path& path, const Volume<Voxel>& volume, Overwrite overwrite) {
  requireWritableFormat(path);  // an unknown extension is said before anything is written
  if (lowerFileName(path).ends_with(".mhd")) return writeMhd(path, volume, overwrite);
  writeAtomically(path, overwrite, [&](const fs::path& temporary) {
    writeImage(temporary, volume);
    requireReadsBack(temporary, path, volume);
  });
}

}  // namespace

LabelVolume toSourceGrid(const LabelVolume& labels, const SourceGeometry& source) {
  if (!source.resampled) return turnedBack(labels, source.grid, turnOf(source));
  LabelVolume result(source.grid);
  (void)parallelFor(static_cast<std::size_t>(source.grid.size[2]), 0, {}, [&](std::size_t z) {
    Grid slice = source.grid;
    slice.originMm = source.sliceOriginsMm.at(z);
    for (int y = 0; y < slice.size[1]; ++y) {
      const Point3 start = toIndex(labels.grid(), toPatient(slice, Index3{0, y, 0}));
      const Point3 next = toIndex(labels.grid(), toPatient(slice, Index3{1, y, 0}));
      for (int x = 0; x < slice.size[0]; ++x) {
        Index3 voxel{};
        for (std::size_t k = 0; k < 3; ++k)
          voxel[k] = static_cast<int>(std::lround(start[k] + x * (next[k] - start[k])));
        if (labels.grid().contains(voxel)) result[{x, y, static_cast<int>(z)}] = labels[voxel];
      }
    }
  });
  return result;
}

void saveMask(const fs::path& path, const LabelVolume& labels, const SourceGeometry& source, Overwrite overwrite) {
  if (std::none_of(labels.voxels().begin(), labels.voxels().end(), [](std::uint8_t v) { return v != kBackground; }))
    throw Error(ErrorKind::InvalidInput, "The mask is empty, so nothing was saved.");
  write(path, toSourceGrid(labels, source), overwrite);
}

std::string exportNote(const SourceGeometry& source) {
  if (!source.resampled) return {};
  char spacing[32];
  std::snprintf(spacing, sizeof spacing, "%.4g", source.grid.spacingMm[2]);
  return "The scan's slices are unevenly spaced, shifted or missing. The mask has one slice for each of them, in "
         "order, "
         "but its file can only say one spacing (" +
         std::string(spacing) + " mm): volumes and distances taken from the file alone are wrong.";
}

SourceGeometry canonicalGeometry(const Grid& canonical) {
  SourceGeometry geometry;
  geometry.grid = canonical;
  return geometry;
}

void saveCt(const fs::path& path, const CtVolume& ct, const SourceGeometry& source, Overwrite overwrite) {
  if (source.resampled)
    write(path, ct, overwrite);
  else
    write(path, turnedBack(ct, source.grid, turnOf(source)), overwrite);
}

}  // namespace pulmo
