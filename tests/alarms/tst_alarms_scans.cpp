// SPDX-License-Identifier: Apache-2.0
// Alarms on the real scans, where they lie beside the project, with the masks of the threshold method.
#include <QtTest>

#include "pipeline/alarms/alarms.h"
#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/label_set.h"
#include "pipeline/imaging/scan_search.h"
#include "tests/support/shared_data.h"

using namespace pulmo;

namespace {

struct Found {
  Scan scan;
  LabelVolume mask;
  std::vector<Alarm> alarms;
};

Found alarmsOf(const std::filesystem::path& folder) {
  const ProgressSink quiet = [](double, const std::string&) {};
  Found found{openScan({folder}, {}, {}, quiet).value(), {}, {}};
  found.mask = ThresholdSegmenter().segment(*found.scan.ct, {}, {}).value().labels;
  found.alarms = findAlarms(found.mask, found.scan.ct.get()).value();
  return found;
}

QByteArray told(const std::vector<Alarm>& alarms) {
  QByteArray text = "alarms:";
  for (const Alarm& a : alarms) text += QByteArray(" [") + keyOf(a.kind) + "] " + a.sentence.c_str();
  return text;
}

}  // namespace

class TestAlarmsScans : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void healthyScansRaiseNone_data() {
    QTest::addColumn<QString>("folder");
    QTest::newRow("LIDC-IDRI-1011") << "lidc-1011";
    QTest::newRow("CPTAC C3N-00249") << "cptac-c3n-00249";
  }
  void healthyScansRaiseNone() {
    PULMO_NEED_DATA(lidc, "lidc-1011");
    QFETCH(QString, folder);
    const Found found = alarmsOf(lidc.parent_path() / folder.toStdString());
    QVERIFY2(found.alarms.empty(), told(found.alarms));
  }
  // The threshold method leaves the mass at the right hilum and the consolidation around it out.
  void massAtTheHilumIsTold() {
    PULMO_NEED_DATA(folder, "lung-pet-ct-dx/Lung_Dx-A0002/2");
    const Found found = alarmsOf(folder);
    int told_ = 0;
    for (const Alarm& alarm : found.alarms) {
      if (alarm.kind != AlarmKind::DenseRegion) continue;
      ++told_;
      QCOMPARE(alarm.label, kRightLung);
      QVERIFY(*alarm.ml > 10 && *alarm.ml < 80);
      QCOMPARE(found.mask[alarm.voxel], kBackground);
      QVERIFY((*found.scan.ct)[alarm.voxel] > -100);
      // Where it was seen: 13 to 17 slices of 8 mm from below, half-way to the side.
      QVERIFY2(alarm.voxel[2] >= 12 && alarm.voxel[2] <= 17, told(found.alarms));
      QVERIFY2(alarm.voxel[0] > 120 && alarm.voxel[0] < 200, told(found.alarms));
    }
    QVERIFY2(told_ == 1, told(found.alarms));
  }
};

QTEST_GUILESS_MAIN(TestAlarmsScans)
#include "tst_alarms_scans.moc"
