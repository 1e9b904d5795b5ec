// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <ctime>

#include "models/session/simulation_session.h"
#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/volume_file.h"
#include "pipeline/simulate/phantom.h"

using namespace pulmo;

namespace {

constexpr int kPatienceMs = 60000;

/// Of this thread alone: what else the machine does makes no step of a control slower.
double cpuMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

struct Bench {
  Study study;
  ViewState view;
  SimulationSession session{study, view};
  explicit Bench(const PhantomCase& phantom) {
    Scan scan;
    scan.ct = std::make_shared<const CtVolume>(phantom.ct);
    scan.source.grid = phantom.ct.grid();
    study.setScan(std::make_shared<const Scan>(std::move(scan)));
    view.setGrid(phantom.ct.grid());
  }
  void takeLungs(const PhantomCase& phantom) {
    study.setReference({std::make_shared<const LabelVolume>(phantom.lungs), "exact"});
  }
};

PathologySpec heavy() {
  PathologySpec spec;
  spec.lesionsMin = spec.lesionsMax = 30;
  spec.sizeMmMin = 40;
  spec.extentPercent = 70;
  return spec;
}

}  // namespace

class TestSimulationSession : public QObject {
  Q_OBJECT
  std::unique_ptr<PhantomCase> phantom_;

 private Q_SLOTS:
  void initTestCase() {
    PhantomSpec spec;
    spec.size = {192, 192, 60};
    spec.spacingMm = {1.9, 1.9, 5};
    phantom_ = std::make_unique<PhantomCase>(*makePhantom(spec));
  }
  void waitsForLungsAndForSomebodyToLook() {
    Bench b(*phantom_);
    QVERIFY(!b.session.mask().labels);
    b.session.setActive(true);
    QVERIFY(!b.session.shapeJob().busy() && !b.session.ct());
    b.session.setActive(false);
    b.takeLungs(*phantom_);
    QCOMPARE(b.session.mask().origin, QString("exact"));
    QVERIFY(!b.session.shapeJob().busy());  // nobody looks
    b.session.setActive(true);
    QTRY_VERIFY_WITH_TIMEOUT(b.session.slice(), kPatienceMs);
  }
  // What is painted at once is, voxel for voxel, what the whole scan has there; only lungs change.
  void theSliceIsThatOfTheWholeScan() {
    Bench b(*phantom_);
    b.takeLungs(*phantom_);
    b.session.setSpec(heavy());
    b.session.setActive(true);
    QTRY_VERIFY_WITH_TIMEOUT(b.session.slice(), kPatienceMs);
    QVERIFY(b.session.pending());
    QVERIFY(!b.session.extentPercent());
    QVERIFY(b.session.ct() == b.study.scan()->ct);  // stands in for the other slices
    const SimulatedSlice now = *b.session.slice();
    const double inSlice = *b.session.sliceExtentPercent();
    QTRY_VERIFY_WITH_TIMEOUT(b.session.extentPercent(), kPatienceMs);
    QVERIFY(!b.session.slice() && !b.session.pending());
    const auto count = static_cast<std::size_t>(192 * 192);
    const CtPtr whole = b.session.ct();
    const LabelPtr lesions = b.session.lesions();
    QVERIFY(std::equal(now.ct->slice(0), now.ct->slice(0) + count, whole->slice(now.z)));
    QVERIFY(std::equal(now.lesions->slice(0), now.lesions->slice(0) + count, lesions->slice(now.z)));
    std::size_t outside = 0, lung = 0, ill = 0;
    for (std::size_t i = 0; i < whole->voxels().size(); ++i) {
      const bool inLung = phantom_->lungs.voxels()[i] != 0;
      outside += !inLung && whole->voxels()[i] != phantom_->ct.voxels()[i];
      lung += inLung;
      ill += inLung && lesions->voxels()[i] != 0;
    }
    QCOMPARE(outside, std::size_t{0});
    QVERIFY(ill > lung / 20);
    QVERIFY(std::abs(*b.session.extentPercent() - 100.0 * double(ill) / double(lung)) < 0.01);
    QVERIFY(std::abs(*b.session.sliceExtentPercent() - inSlice) < 1e-9);
  }
  void anotherSeedIsAnotherPatientAndComesBack() {
    Bench b(*phantom_);
    b.takeLungs(*phantom_);
    b.session.setSpec(heavy());
    b.session.setActive(true);
    QTRY_VERIFY_WITH_TIMEOUT(b.session.slice(), kPatienceMs);
    const std::vector<std::int16_t> first = b.session.slice()->ct->voxels();
    b.session.setSeed(2);
    QVERIFY(b.session.slice()->ct->voxels() != first);
    b.session.setSeed(1);
    QVERIFY(b.session.slice()->ct->voxels() == first);
  }
  // A control that moves on and on: each step shows within 50 ms, and the whole scan is drawn once, at the end.
  void eachStepOfAControlShowsAtOnce() {
    Bench b(*phantom_);
    b.takeLungs(*phantom_);
    b.session.setActive(true);
    QTRY_VERIFY_WITH_TIMEOUT(b.session.slice(), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(b.session.extentPercent(), kPatienceMs);
    QSignalSpy wholeScans(&b.session.job(), &LatestJob::started);
    std::vector<double> ms;
    PathologySpec spec = heavy();
    for (int step = 0; step < 20; ++step) {
      spec.extentPercent = 30 + step;
      const double before = cpuMs();
      b.session.setSpec(spec);
      ms.push_back(cpuMs() - before);
      QVERIFY(b.session.slice());
    }
    std::sort(ms.begin(), ms.end());
    qInfo("a step of a control: median %.1f ms, longest %.1f ms", ms[10], ms.back());
    QVERIFY2(ms[18] < 50, qPrintable(QString::number(ms[18])));
    QCOMPARE(wholeScans.count(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(wholeScans.count(), 1, kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(b.session.extentPercent(), kPatienceMs);
  }
  void followsTheSliceInViewWhilePending() {
    Bench b(*phantom_);
    b.takeLungs(*phantom_);
    b.session.setActive(true);
    QTRY_VERIFY_WITH_TIMEOUT(b.session.slice(), kPatienceMs);
    const int z = b.session.slice()->z;
    b.view.setCursor({90, 90, z + 3});
    QCOMPARE(b.session.slice()->z, z + 3);
  }
  void saysWhatCannotBeDrawn() {
    Bench b(*phantom_);
    b.takeLungs(*phantom_);
    b.session.setActive(true);
    QTRY_VERIFY_WITH_TIMEOUT(b.session.slice(), kPatienceMs);
    PathologySpec none;
    none.weight.fill(0);
    b.session.setSpec(none);
    QVERIFY(!b.session.problem().isEmpty());
    QVERIFY(!b.session.slice());
    b.session.setSpec({});
    QVERIFY(b.session.problem().isEmpty());
    QVERIFY(b.session.slice());
  }
  void aNewScanEndsIt() {
    Bench b(*phantom_);
    b.takeLungs(*phantom_);
    b.session.setActive(true);
    QTRY_VERIFY_WITH_TIMEOUT(b.session.extentPercent(), kPatienceMs);
    b.study.setScan(nullptr);
    QVERIFY(!b.session.ct() && !b.session.lesions() && !b.session.slice());
    QVERIFY(!b.session.job().busy());
  }
  void savesScanLesionsAndHowTheyWereMade() {
    const QTemporaryDir dir;
    const std::filesystem::path ct = dir.filePath("ill.nii.gz").toStdString();
    const std::filesystem::path lesions = dir.filePath("ill-lesions.nii.gz").toStdString();
    Bench b(*phantom_);
    b.takeLungs(*phantom_);
    b.session.setSpec(heavy());
    b.session.setSeed(7);
    b.session.setActive(true);
    QTRY_VERIFY_WITH_TIMEOUT(b.session.extentPercent(), kPatienceMs);
    QSignalSpy saved(&b.session, &SimulationSession::saved);
    b.session.save(ct, lesions, Overwrite::Refuse);
    QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, kPatienceMs);
    const auto scan = loadVolumeFile(ct, {}, [](double, const std::string&) {});
    QVERIFY(scan->ct->voxels() == b.session.ct()->voxels());
    const auto written = loadIntegerVolume(lesions, {}, {});
    const auto& codes = written->volume.codes.voxels();
    QVERIFY(std::equal(
        codes.begin(), codes.end(), b.session.lesions()->voxels().begin(),
        [&](std::uint8_t code, std::uint8_t lesion) { return written->volume.values[code] == int{lesion}; }));
    QFile description(dir.filePath("ill.json"));
    QVERIFY(description.open(QIODevice::ReadOnly));
    const QJsonObject json = QJsonDocument::fromJson(description.readAll()).object();
    QCOMPARE(json["seed"].toInt(), 7);
    QCOMPARE(json["spec"].toObject()["extent_percent"].toDouble(), 70.0);
    // Nothing is overwritten unless it was said.
    QSignalSpy failed(&b.session.fileJob().job(), &Job::failed);
    b.session.save(ct, lesions, Overwrite::Refuse);
    QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatienceMs);
  }
};

QTEST_GUILESS_MAIN(TestSimulationSession)
#include "tst_simulation_session.moc"
