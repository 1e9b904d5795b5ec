// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "models/session/mask_session.h"
#include "models/session/scan_session.h"
#include "pipeline/core/label_set.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;

namespace {

QByteArray contentOf(const std::filesystem::path& path) {
  QFile file(QString::fromStdString(path.string()));
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Segment Algorithm Type (0062,0008) of the first segment, read byte by byte: explicit VR, little endian.
QByteArray said(const std::filesystem::path& path) {
  const QByteArray all = contentOf(path), tag("\x62\x00\x08\x00"
                                              "CS",
                                              6);
  const auto at = all.indexOf(tag);
  return at < 0 ? QByteArray() : all.mid(at + 8, static_cast<unsigned char>(all[at + 6])).trimmed();
}

}  // namespace

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
    study.setPrediction({labels, "unet, own folder", {}, nullptr, "unet-7"});
    QSignalSpy saved(&masks, &MaskSession::saved);
    const std::filesystem::path file = root / "lungs.dcm";
    masks.save(study.result(), file, Overwrite::Refuse);
    QTRY_COMPARE_WITH_TIMEOUT(saved.size(), 1, 60000);
    QVERIFY(saved[0][1].toString().contains("names no patient"));
    QCOMPARE(said(file), QByteArray("AUTOMATIC"));
    QVERIFY(contentOf(file).contains("unet-7"));
    // What a person has corrected or signed is no work of a method alone; whose hand it was stays out of the file.
    study.setEdited({labels, "Edited, from unet-7", {}, nullptr, "unet-7", true});
    masks.save(study.result(), root / "edited.dcm", Overwrite::Refuse);
    study.setEdited({});
    study.setPrediction({labels, "signed by R. Reader", {}, nullptr, {}, true});
    masks.save(study.result(), root / "signed.dcm", Overwrite::Refuse);
    QTRY_COMPARE_WITH_TIMEOUT(saved.size(), 3, 60000);
    QCOMPARE(said(root / "edited.dcm"), QByteArray("SEMIAUTOMATIC"));
    QVERIFY(contentOf(root / "edited.dcm").contains("unet-7"));
    QCOMPARE(said(root / "signed.dcm"), QByteArray("SEMIAUTOMATIC"));
    QVERIFY(!contentOf(root / "signed.dcm").contains("Reader"));
    masks.loadReference(file);
    QTRY_VERIFY_WITH_TIMEOUT(study.reference().labels, 60000);
    QVERIFY(study.reference().labels->voxels() == lungs.voxels());
  }
};

QTEST_GUILESS_MAIN(TestMaskExport)
#include "tst_mask_export.moc"
