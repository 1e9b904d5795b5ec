// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <vtkNew.h>
#include <vtkOBJReader.h>
#include <vtkPLYReader.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkSTLReader.h>
#include <vtkUnsignedCharArray.h>

#include <QTemporaryDir>
#include <QtTest>
#include <csignal>
#include <fstream>

#include "pipeline/core/label_set.h"
#include "pipeline/surface/mesh_io.h"

using namespace pulmo;
namespace fs = std::filesystem;

class TestMeshIo : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  /// Two tetrahedra far apart, with corners that differ along each axis.
  static std::vector<TriangleMesh> twoTetrahedra() {
    TriangleMesh a{
        kRightLung, {{0, 0, 0}, {10, 0, 0}, {0, 20, 0}, {0, 0, 30}}, {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {0, 3, 2}}};
    TriangleMesh b = a;
    b.label = kLeftLung;
    for (auto& p : b.pointsMm) p[0] += 100.25F, p[2] -= 7.5F;
    return {a, b};
  }
  [[nodiscard]] fs::path path(const char* name) const { return fs::path(dir_.path().toStdString()) / name; }
  static void checkGeometry(vtkPolyData* read) {
    QCOMPARE(read->GetNumberOfPolys(), vtkIdType{8});
    const double expected[6] = {0, 110.25, 0, 20, -7.5, 30};  // by hand
    double bounds[6];
    read->GetBounds(bounds);
    for (int i = 0; i < 6; ++i) QVERIFY(qAbs(bounds[i] - expected[i]) < 1e-4);
  }
 private Q_SLOTS:
  void vtkReadsOurStl() {
    writeMeshes(path("a.stl"), twoTetrahedra(), Overwrite::Refuse);
    vtkNew<vtkSTLReader> reader;
    reader->SetFileName(path("a.stl").c_str());
    reader->Update();
    checkGeometry(reader->GetOutput());
    QCOMPARE(reader->GetOutput()->GetNumberOfPoints(), vtkIdType{8});
  }
  void vtkReadsOurPlyWithItsColours() {
    writeMeshes(path("a.ply"), twoTetrahedra(), Overwrite::Refuse);
    vtkNew<vtkPLYReader> reader;
    reader->SetFileName(path("a.ply").c_str());
    reader->Update();
    checkGeometry(reader->GetOutput());
    auto* colours = vtkUnsignedCharArray::SafeDownCast(reader->GetOutput()->GetPointData()->GetArray("RGB"));
    QVERIFY(colours);
    for (int c = 0; c < 3; ++c) {
      QCOMPARE(int{colours->GetTypedComponent(0, c)}, int{labelInfo(kRightLung).rgb[static_cast<std::size_t>(c)]});
      QCOMPARE(int{colours->GetTypedComponent(7, c)}, int{labelInfo(kLeftLung).rgb[static_cast<std::size_t>(c)]});
    }
  }
  void vtkReadsOurObj() {
    writeMeshes(path("a.obj"), twoTetrahedra(), Overwrite::Refuse);
    vtkNew<vtkOBJReader> reader;
    reader->SetFileName(path("a.obj").c_str());
    reader->Update();
    checkGeometry(reader->GetOutput());
    std::ifstream in(path("a.obj"));
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    QVERIFY(text.find("g right_lung\n") < text.find("g left_lung\n"));
    QVERIFY(text.find("research use only") != std::string::npos);
  }
  void keepsCoordinatesToTheLastBit() {
    auto meshes = twoTetrahedra();
    meshes[0].pointsMm[1] = {-123.456787F, 0.1F, 1234.56787F};
    for (const char* name : {"bits.obj", "bits.ply"}) {
      writeMeshes(path(name), meshes, Overwrite::Refuse);
      vtkNew<vtkOBJReader> obj;
      vtkNew<vtkPLYReader> ply;
      obj->SetFileName(path(name).c_str());
      ply->SetFileName(path(name).c_str());
      vtkPolyDataAlgorithm* reader = QByteArray(name).endsWith("obj") ? static_cast<vtkPolyDataAlgorithm*>(obj) : ply;
      reader->Update();
      double p[3];
      reader->GetOutput()->GetPoint(1, p);
      for (int k = 0; k < 3; ++k) QCOMPARE(static_cast<float>(p[k]), meshes[0].pointsMm[1][std::size_t(k)]);
    }
  }
  void saysTheAxesInEachFile() {
    for (const char* name : {"axes.stl", "axes.ply", "axes.obj"}) {
      writeMeshes(path(name), twoTetrahedra(), Overwrite::Refuse);
      std::ifstream in(path(name), std::ios::binary);
      std::string head(80, '\0');
      in.read(head.data(), 80);
      QVERIFY2(head.find("LPS mm") != std::string::npos, name);
      QVERIFY2(head.rfind("solid", 0) != 0, "readers would take the STL for a text");
    }
  }
  void aFullDiskLeavesTheOldFile_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"full.stl", "full.ply", "full.obj"}) QTest::addRow("%s", name) << name;
  }
  void aFullDiskLeavesTheOldFile() {
    QFETCH(QString, name);
    const fs::path target = path(qPrintable(name));
    std::ofstream(target) << "as it was";
    // A limit on a file's size stands for the disk: write() fails in the middle, as on a full one.
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{200, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    std::string said;
    try {
      writeMeshes(target, twoTetrahedra(), Overwrite::Replace);
    } catch (const Error& e) {
      said = e.kind() == ErrorKind::Io ? e.what() : "another kind";
    }
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    QVERIFY2(said.find(name.toStdString()) != std::string::npos, said.c_str());
    std::ifstream in(target);
    QCOMPARE(std::string((std::istreambuf_iterator<char>(in)), {}), std::string("as it was"));
    for (const auto& entry : fs::directory_iterator(target.parent_path()))
      QVERIFY2(entry.path().filename().string().rfind(".pulmo", 0) != 0, "a temporary file is left");
  }
  void refusesOtherExtensionsAndExistingFiles() {
    QVERIFY_THROWS_EXCEPTION(Error, writeMeshes(path("a.xyz"), twoTetrahedra(), Overwrite::Refuse));
    writeMeshes(path("b.stl"), twoTetrahedra(), Overwrite::Refuse);
    QVERIFY_THROWS_EXCEPTION(Error, writeMeshes(path("b.stl"), twoTetrahedra(), Overwrite::Refuse));
    QVERIFY_THROWS_EXCEPTION(Error, writeMeshes("/nowhere/at/all/b.stl", twoTetrahedra(), Overwrite::Refuse));
  }
};

QTEST_GUILESS_MAIN(TestMeshIo)
#include "tst_mesh_io.moc"
