// SPDX-License-Identifier: Apache-2.0
#include "pipeline/surface/mesh_io.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <locale>
#include <string>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"

namespace pulmo {

// VTK's writers take one surface and neither colour binary STL nor name groups of an OBJ; the three formats are a page.

namespace {

static_assert(std::endian::native == std::endian::little, "STL and binary PLY are written as they lie in memory");

template <class T>
void put(std::ostream& out, const T& value) {
  out.write(reinterpret_cast<const char*>(&value), sizeof value);
}

std::size_t trianglesOf(const std::vector<TriangleMesh>& meshes) {
  std::size_t n = 0;
  for (const TriangleMesh& m : meshes) n += m.triangles.size();
  return n;
}

void writeStl(std::ostream& out, const std::vector<TriangleMesh>& meshes) {
  std::array<char, 80> header{};
  std::strncpy(header.data(), "Pulmoscope lung surface, LPS mm, research use only", header.size() - 1);
  out.write(header.data(), header.size());
  put(out, static_cast<std::uint32_t>(trianglesOf(meshes)));
  for (const TriangleMesh& m : meshes)
    for (const auto& t : m.triangles) {
      const auto &a = m.pointsMm[t[0]], &b = m.pointsMm[t[1]], &c = m.pointsMm[t[2]];
      const std::array<float, 3> u{b[0] - a[0], b[1] - a[1], b[2] - a[2]}, v{c[0] - a[0], c[1] - a[1], c[2] - a[2]};
      std::array<float, 3> n{u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
      const float length = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
      if (length > 0)
        for (float& x : n) x /= length;
      for (const auto& p : {n, a, b, c}) put(out, p);
      put(out, std::uint16_t{0});
    }
}

void writePly(std::ostream& out, const std::vector<TriangleMesh>& meshes) {
  std::size_t points = 0;
  for (const TriangleMesh& m : meshes) points += m.pointsMm.size();
  out << "ply\nformat binary_little_endian 1.0\ncomment Pulmoscope lung surface, LPS mm, research use only\nelement "
         "vertex "
      << points
      << "\nproperty float x\nproperty float y\nproperty float z\nproperty uchar red\nproperty uchar green\nproperty "
         "uchar blue\nelement face "
      << trianglesOf(meshes) << "\nproperty list uchar int vertex_indices\nend_header\n";
  for (const TriangleMesh& m : meshes)
    for (const auto& p : m.pointsMm) {
      put(out, p);
      put(out, labelInfo(m.label).rgb);
    }
  std::int32_t base = 0;
  for (const TriangleMesh& m : meshes) {
    for (const auto& t : m.triangles) {
      put(out, std::uint8_t{3});
      for (const std::uint32_t i : t) put(out, static_cast<std::int32_t>(i) + base);
    }
    base += static_cast<std::int32_t>(m.pointsMm.size());
  }
}

void writeObj(std::ostream& out, const std::vector<TriangleMesh>& meshes) {
  out << "# Pulmoscope lung surface, LPS mm, research use only\n";
  std::size_t base = 1;
  out.precision(std::numeric_limits<float>::max_digits10);
  for (const TriangleMesh& m : meshes) {
    out << "g " << labelInfo(m.label).key << "\n";
    for (const auto& p : m.pointsMm) out << "v " << p[0] << ' ' << p[1] << ' ' << p[2] << '\n';
    for (const auto& t : m.triangles) out << "f " << t[0] + base << ' ' << t[1] + base << ' ' << t[2] + base << '\n';
    base += m.pointsMm.size();
  }
}

using Writer = void (*)(std::ostream&, const std::vector<TriangleMesh>&);

/// Null for an extension that is not known.
Writer findWriter(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".stl") return writeStl;
  if (extension == ".ply") return writePly;
  if (extension == ".obj") return writeObj;
  return nullptr;
}

Writer writerFor(const std::filesystem::path& path) {
  if (const Writer writer = findWriter(path)) return writer;
  throw Error(ErrorKind::Unsupported,
              "Surfaces are written as .stl, .ply or .obj, not as " + path.filename().string() + ".");
}

}  // namespace

bool isMeshFileName(const std::filesystem::path& path) {
  return findWriter(path) != nullptr;
}

void requireMeshFormat(const std::filesystem::path& path) {
  (void)writerFor(path);
}

void writeMeshes(const std::filesystem::path& path, const std::vector<TriangleMesh>& meshes, Overwrite overwrite) {
  const Writer write = writerFor(path);
  writeAtomically(path, overwrite, [&](const std::filesystem::path& temporary) {
    std::ofstream out(temporary, std::ios::binary);
    out.imbue(std::locale::classic());  // a decimal point, whatever the person's language
    write(out, meshes);
    out.flush();
    if (!out) throw Error(ErrorKind::Io, "Could not write " + path.string() + ": " + std::strerror(errno) + ".");
  });
}

}  // namespace pulmo
