// SPDX-License-Identifier: Apache-2.0
#include <itkImage.h>
#include <itkImageFileReader.h>
#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/random.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/simulate/phantom.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
namespace fs = std::filesystem;

namespace {

using Image = itk::Image<unsigned char, 3>;

/// ITK's reader as an independent witness, with its own idea of where a voxel lies.
Image::Pointer readWithItk(const fs::path& path) {
  auto reader = itk::ImageFileReader<Image>::New();
  if (path.extension() == ".mha")
    reader->SetImageIO(itk::MetaImageIO::New());
  else if (path.extension() == ".nrrd")
    reader->SetImageIO(itk::NrrdImageIO::New());
  else
    reader->SetImageIO(itk::NiftiImageIO::New());
  reader->SetFileName(path.string());
  reader->Update();
  return reader->GetOutput();
}

double dice(const LabelVolume& a, const LabelVolume& b, std::uint8_t label) {
  double n = 0, both = 0;
  for (std::size_t i = 0; i < a.voxels().size(); ++i) {
    const bool x = a.voxels()[i] == label, y = b.voxels()[i] == label;
    n += x + y;
    both += x && y;
  }
  return 2 * both / n;
}

}  // namespace

/// The asymmetric phantom as DICOM, read back, segmented, saved: voxels, geometry and sides stay what they were.
class TestRoundTrip : public QObject {
  Q_OBJECT
  PhantomCase phantom_;

 private Q_SLOTS:
  void initTestCase() {
    PhantomSpec spec;
    spec.size = {144, 136, 80};
    spec.spacingMm = {2.5, 2.65, 3.75};
    phantom_ = *makePhantom(spec);
  }
  void keepsEverything_data() {
    QTest::addColumn<QList<int>>("axes");
    QTest::addColumn<QList<bool>>("flip");
    QTest::addColumn<int>("encoding");
    QTest::addRow("axial, feet first") << QList<int>{0, 1, 2} << QList<bool>{false, false, false} << 1;
    QTest::addRow("axial, head first, prone") << QList<int>{0, 1, 2} << QList<bool>{true, true, true} << 0;
    QTest::addRow("coronal") << QList<int>{0, 2, 1} << QList<bool>{false, true, false} << 1;
    QTest::addRow("sagittal, big endian") << QList<int>{1, 2, 0} << QList<bool>{false, true, true} << 2;
  }
  void keepsEverything() {
    QFETCH(QList<int>, axes);
    QFETCH(QList<bool>, flip);
    QFETCH(int, encoding);
    const QTemporaryDir dir;
    const fs::path root = dir.path().toStdString();
    test::DicomCut cut;
    for (std::size_t i = 0; i < 3; ++i) {
      cut.axes[i] = static_cast<std::size_t>(axes[static_cast<int>(i)]);
      cut.flip[i] = flip[static_cast<int>(i)];
    }
    test::DicomSlice like;
    like.encoding = static_cast<test::Encoding>(encoding);
    test::writeSeries(phantom_.ct, root / "dicom", cut, like);
    const auto scan = openScan({root / "dicom"}, {}, {}, [](double, const std::string&) {});
    QVERIFY(scan->ct->voxels() == phantom_.ct.voxels());
    QVERIFY(sameGrid(scan->ct->grid(), phantom_.ct.grid()));

    const auto found = ThresholdSegmenter().segment(*scan->ct, {}, [](double, const std::string&) {});
    QVERIFY2(dice(found->labels, phantom_.lungs, 1) > 0.97,
             qPrintable(QString::number(dice(found->labels, phantom_.lungs, 1))));
    QVERIFY2(dice(found->labels, phantom_.lungs, 2) > 0.97,
             qPrintable(QString::number(dice(found->labels, phantom_.lungs, 2))));

    for (const char* name : {"m.nii.gz", "m.nii", "m.nrrd", "m.mha"}) {
      saveMask(root / name, found->labels, scan->source, Overwrite::Refuse);
      const LabelVolume again = loadMask(root / name, &*scan);
      QVERIFY2(again.voxels() == found->labels.voxels(), name);
      QVERIFY(again.grid() == scan->ct->grid());
      const Image::Pointer image = readWithItk(root / name);
      const auto size = image->GetLargestPossibleRegion().GetSize();
      for (std::size_t a = 0; a < 3; ++a)
        QCOMPARE(static_cast<int>(size[static_cast<unsigned>(a)]), phantom_.ct.grid().size[cut.axes[a]]);
      Random random(7);
      int lung = 0;
      for (int i = 0; i < 3000; ++i) {
        const Index3 voxel{random.integer(0, 143), random.integer(0, 135), random.integer(0, 79)};
        const Point3 p = toPatient(phantom_.ct.grid(), voxel);
        Image::PointType point;
        for (unsigned a = 0; a < 3; ++a) point[a] = p[a];
        Image::IndexType index;
        QVERIFY(image->TransformPhysicalPointToIndex(point, index));
        QCOMPARE(int{image->GetPixel(index)}, int{found->labels[voxel]});
        lung += found->labels[voxel] != 0;
      }
      QVERIFY(lung > 200);
    }
  }
};

QTEST_GUILESS_MAIN(TestRoundTrip)
#include "tst_round_trip.moc"
