// SPDX-License-Identifier: Apache-2.0
// The threshold method on the real scans, where they lie beside the project.
#include <QtTest>

#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "tests/classical/model_chest.h"
#include "tests/support/shared_data.h"

using namespace pulmo;
using pulmo::test::dice;
using pulmo::test::diceBoth;

namespace {

const ProgressSink kQuiet = [](double, const std::string&) {};

Segmentation segment(const Scan& scan) {
  return ThresholdSegmenter().segment(*scan.ct, {}, {}).value();
}

}  // namespace

class TestThresholdScans : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void agreesWithExperts_data() {
    QTest::addColumn<QString>("ct");
    QTest::addColumn<QString>("mask");
    QTest::newRow("LCTSC S1-101") << "lctsc/LCTSC-Test-S1-101_ct.nii.gz"
                                  << "lctsc/LCTSC-Test-S1-101_lungs.nii.gz";
    QTest::newRow("LCTSC S1-104") << "train-256/lctsc-s1-104_ct.nii.gz"
                                  << "train-256/lctsc-s1-104_lungs.nii.gz";
  }
  void agreesWithExperts() {
    PULMO_NEED_DATA(folder, "lctsc");
    QFETCH(QString, ct);
    QFETCH(QString, mask);
    const auto root = folder.parent_path();
    const Scan scan = openScan({root / ct.toStdString()}, {}, {}, kQuiet).value();
    const LabelVolume truth = loadMask(root / mask.toStdString(), &scan);
    const auto result = segment(scan);
    QCOMPARE_GE(diceBoth(result.labels, truth), 0.96);
    QVERIFY(test::meanX(result.labels, kRightLung) < test::meanX(result.labels, kLeftLung));
  }

  // The one shared scan whose labels tell sides: low byte 9 to 11 left, 12 to 14 right lung.
  void sidesAgreeWithLabels() {
    PULMO_NEED_DATA(folder, "cip-ct64");
    const Scan scan = openScan({folder / "ct-64.nrrd"}, {}, {}, kQuiet).value();
    MaskValues values;
    values.left = {9, 10, 11};
    values.right = {12, 13, 14};
    values.lowByteOnly = true;
    const LabelVolume truth = loadMask(folder / "lm-64.nrrd", &scan, values);
    const auto result = segment(scan);
    QCOMPARE_GE(dice(result.labels, kRightLung, truth, kRightLung), 0.97);
    QCOMPARE_GE(dice(result.labels, kLeftLung, truth, kLeftLung), 0.97);
    std::size_t swapped = 0;
    for (std::size_t i = 0; i < truth.voxels().size(); ++i) {
      swapped +=
          result.labels.voxels()[i] + truth.voxels()[i] == 3 && result.labels.voxels()[i] * truth.voxels()[i] == 2 ? 1
                                                                                                                   : 0;
    }
    QCOMPARE_LE(swapped, test::countOf(truth, kRightLung) / 1000);
  }

  // Volumes are those of the masks that were looked at, give or take a tenth: a leak or a lost lobe is more.
  void sidesAndVolumesOfEverySeries_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<double>("rightMl");
    QTest::addColumn<double>("leftMl");
    QTest::newRow("LIDC-IDRI-1011") << "lidc-1011" << 3025.0 << 2780.0;
    QTest::newRow("CPTAC C3N-00249") << "cptac-c3n-00249" << 2111.0 << 1826.0;
    QTest::newRow("COVID P002") << "covid-ct-md/P002" << 2157.0 << 1739.0;
    QTest::newRow("OSIC, fibrosis in a frame") << "osic-ipf-00419" << 2281.0 << 2480.0;
    QTest::newRow("CPTAC C3N-00247, cut sides") << "train-256/cptac-c3n-00247_ct.nii.gz" << 2662.0 << 1899.0;
  }
  void sidesAndVolumesOfEverySeries() {
    PULMO_NEED_DATA(lidc, "lidc-1011");
    QFETCH(QString, folder);
    QFETCH(double, rightMl);
    QFETCH(double, leftMl);
    const Scan scan = openScan({lidc.parent_path() / folder.toStdString()}, {}, {}, kQuiet).value();
    checkSides(segment(scan), rightMl, leftMl);
  }

  void everySeriesOfTheMixedPatients() {
    PULMO_NEED_DATA(folder, "lung-pet-ct-dx");
    const auto search = findScans({folder}, {}, kQuiet).value();
    int seen = 0;
    for (const FoundSeries& series : search.series) {
      if (!series.facts.refusal.empty()) continue;
      const Scan scan = loadScan(series, {}, kQuiet).value();
      const bool thick = scan.ct->grid().size[2] < 40;  // A0002: 30 slices of 8 mm; A0001: 64 of 5 mm
      checkSides(segment(scan), thick ? 1130.0 : 3210.0, thick ? 1600.0 : 2320.0);
      ++seen;
    }
    QCOMPARE(seen, 4);
  }

 private:
  static void checkSides(const Segmentation& result, double rightMl, double leftMl) {
    const double ml = result.labels.grid().voxelMl();
    const double right = static_cast<double>(test::countOf(result.labels, kRightLung)) * ml;
    const double left = static_cast<double>(test::countOf(result.labels, kLeftLung)) * ml;
    QVERIFY2(std::abs(right / rightMl - 1) < 0.1, qPrintable(QString::number(right)));
    QVERIFY2(std::abs(left / leftMl - 1) < 0.1, qPrintable(QString::number(left)));
    QVERIFY(test::meanX(result.labels, kRightLung) < test::meanX(result.labels, kLeftLung));
  }
};

QTEST_GUILESS_MAIN(TestThresholdScans)
#include "tst_threshold_scans.moc"
