// SPDX-License-Identifier: Apache-2.0
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "models/session/mask_session.h"
#include "models/session/scan_session.h"
#include "pipeline/core/label_set.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;

/// A prediction saved as DICOM SEG, and opened again as a reference.
class TestMaskExport : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void savesAndOpensADicomSegmentation() {
    const QTemporaryDir dir;
    const std::filesystem::path root = dir.path().toStdString();
    Grid grid;
    grid.size = {20, 18, 12};
    grid.spacingMm = {2, 3, 4};
    test::writeSeries(CtVolume(grid, -700), root / "series");
    Study study;
    ScanSession scans(study);
    MaskSession masks(study, {});
    scans.open({root / "series"});
    QTRY_VERIFY_WITH_TIMEOUT(study.scan(), 60000);
    LabelVolume lungs(study.scan()->ct->grid());
    lungs[{4, 5, 6}] = kRightLung;
    lungs[{15, 5, 7}] = kLeftLung;
    const auto labels = std::make_shared<const LabelVolume>(lungs);
    study.setPrediction({labels, "by hand"});
    QSignalSpy saved(&masks, &MaskSession::saved);
    const std::filesystem::path file = root / "lungs.dcm";
    masks.save(study.result(), file, Overwrite::Refuse);
    QTRY_COMPARE_WITH_TIMEOUT(saved.size(), 1, 60000);
    QVERIFY(saved[0][1].toString().contains("names no patient"));
    masks.loadReference(file);
    QTRY_VERIFY_WITH_TIMEOUT(study.reference().labels, 60000);
    QVERIFY(study.reference().labels->voxels() == lungs.voxels());
  }
};

QTEST_GUILESS_MAIN(TestMaskExport)
#include "tst_mask_export.moc"
