// SPDX-License-Identifier: Apache-2.0
#include <sys/inotify.h>
#include <unistd.h>

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <array>
#include <thread>

#include "models/session/comparison_session.h"
#include "models/session/mask_session.h"
#include "models/session/scan_session.h"
#include "models/session/surface_session.h"
#include "models/session/volume_session.h"
#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/imaging/volume_file.h"
#include "pipeline/simulate/phantom.h"

using namespace pulmo;

namespace {

constexpr int kPatienceMs = 60000;

/// Waits for its stop, then ends: to see that a new scan ends the work on the old one.
class Endless final : public Segmenter {
 public:
  [[nodiscard]] std::string name() const override { return "endless"; }
  [[nodiscard]] std::optional<Segmentation> segment(const CtVolume&, const StopToken& stop,
                                                    const ProgressSink&) const override {
    while (!stop.stop_requested()) std::this_thread::yield();
    return std::nullopt;
  }
};

/// How often a file has been opened since the last look, by anyone.
class Openings {
 public:
  explicit Openings(const std::string& file) : fd_(inotify_init1(IN_NONBLOCK)) {
    if (inotify_add_watch(fd_, file.c_str(), IN_OPEN | IN_CLOSE) < 0) qFatal("no watch on %s", file.c_str());
  }
  ~Openings() { ::close(fd_); }
  Openings(const Openings&) = delete;
  Openings& operator=(const Openings&) = delete;
  [[nodiscard]] int count() const {
    // Closings are watched too, and not counted: openings alone, one after the other, are told as one.
    std::array<inotify_event, 200> events{};  // a watch on one file: events without a name
    const ssize_t bytes = ::read(fd_, events.data(), sizeof events);
    const auto n = bytes <= 0 ? 0 : static_cast<std::ptrdiff_t>(static_cast<std::size_t>(bytes) / sizeof events[0]);
    return static_cast<int>(std::count_if(events.begin(), events.begin() + n,
                                          [](const inotify_event& e) { return (e.mask & IN_OPEN) != 0; }));
  }

 private:
  int fd_;
};

}  // namespace

class TestSessions : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void goesFromThePhantomToFiguresAndSurfaces() {
    Study study;
    ScanSession scans(study);
    MaskSession masks(study, {std::make_shared<ThresholdSegmenter>()});
    SurfaceSession surfaces(study);
    ComparisonSession comparison(study);
    scans.openPhantom(2);
    QTRY_VERIFY_WITH_TIMEOUT(study.reference().labels, kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(surfaces.surfaces(), kPatienceMs);
    QCOMPARE(surfaces.surfaces()->size(), std::size_t{2});
    QVERIFY(!comparison.metrics());
    masks.segment(0);
    QTRY_VERIFY_WITH_TIMEOUT(comparison.metrics(), kPatienceMs);
    QVERIFY(*comparison.metrics()->right->dice > 0.97 && *comparison.metrics()->left->dice > 0.97);

    const QTemporaryDir dir;
    const std::string file = dir.filePath("mask.nii.gz").toStdString();
    QSignalSpy saved(&masks, &MaskSession::saved);
    masks.save(study.result(), file, Overwrite::Refuse);
    QTRY_COMPARE_WITH_TIMEOUT(saved.size(), 1, kPatienceMs);
    // What was saved, loaded as the reference of the same scan, is the prediction itself.
    masks.loadReference(file);
    QTRY_VERIFY_WITH_TIMEOUT(study.reference().origin == "mask.nii.gz", kPatienceMs);
    QVERIFY(study.reference().labels->voxels() == study.prediction().labels->voxels());
    QTRY_VERIFY_WITH_TIMEOUT(comparison.metrics(), kPatienceMs);
    QCOMPARE(*comparison.metrics()->both.dice, 1.0);
  }
  void saysWhatHadToBeAssumedOfAMask() {
    Study study;
    ScanSession scans(study);
    MaskSession masks(study, {});
    scans.openPhantom(1);
    QTRY_VERIFY_WITH_TIMEOUT(study.reference().labels, kPatienceMs);
    const LabelPtr exact = study.reference().labels;
    const Index3 n = exact->grid().size;
    const QTemporaryDir dir;
    QFile file(dir.filePath("nowhere.nrrd"));  // sizes alone: it does not say how it lies
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QString("NRRD0004\ntype: uint8\ndimension: 3\nsizes: %1 %2 %3\nencoding: raw\n\n")
                   .arg(n[0])
                   .arg(n[1])
                   .arg(n[2])
                   .toLatin1());
    file.write(reinterpret_cast<const char*>(exact->voxels().data()), static_cast<qint64>(exact->voxels().size()));
    file.close();
    MaskValues values;
    values.right = {1};
    values.left = {2};
    masks.loadReference(file.fileName().toStdString(), values);
    QTRY_COMPARE_WITH_TIMEOUT(study.reference().origin, QString("nowhere.nrrd"), kPatienceMs);
    QCOMPARE(study.reference().notes.size(), 1);
    QVERIFY(study.reference().notes[0].contains("does not say how it lies"));
    QVERIFY(study.reference().labels->voxels() == exact->voxels());
  }
  // 5 and 7 tell nobody which lung they are: the session asks, and loads what it is told.
  void asksWhichValueIsWhichLung() {
    Study study;
    ScanSession scans(study);
    MaskSession masks(study, {});
    VolumeSession volumes(study);
    scans.openPhantom(1);
    QTRY_VERIFY_WITH_TIMEOUT(volumes.reference(), kPatienceMs);
    const LabelPtr exact = study.reference().labels;
    const double rightMl = *volumes.reference()->rightMl;
    CtVolume odd(exact->grid());
    for (std::size_t i = 0; i < odd.voxels().size(); ++i) {
      const auto v = exact->voxels()[i];
      odd.voxels()[i] = static_cast<std::int16_t>(v == 1 ? 7 : v == 2 ? 5 : 0);
    }
    const QTemporaryDir dir;
    const std::string file = dir.filePath("odd.nrrd").toStdString();
    saveCt(file, odd, study.scan()->source, Overwrite::Refuse);
    int asked = 0;
    std::size_t valuesSeen = 0;
    connect(&masks, &MaskSession::valuesNeeded, this,
            [&](const std::filesystem::path& path, const MaskInspection& inspection) {
              if (++asked > 1) return;  // asking again and again would be answered for ever
              valuesSeen = inspection.voxels.size();
              MaskValues values;
              values.right = {7};
              values.left = {5};
              masks.loadReference(path, values);
            });
    QSignalSpy ended(&masks.loadJob(), &LatestJob::ended);
    masks.loadReference(file);
    // Each step is judged when the work of it has ended: what never comes is not waited for.
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatienceMs);
    QTRY_COMPARE(asked, 1);
    QCOMPARE(valuesSeen, std::size_t{3});
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 2, kPatienceMs);
    QTRY_COMPARE(study.reference().origin, QString("odd.nrrd"));
    QCOMPARE(asked, 1);
    QVERIFY(study.reference().labels->voxels() == exact->voxels());
    QTRY_VERIFY_WITH_TIMEOUT(volumes.reference(), kPatienceMs);
    QCOMPARE(*volumes.reference()->rightMl, rightMl);
  }
  // Looking which values a mask has, and taking it, is one reading of the file.
  void readsAMaskOnce() {
    Study study;
    ScanSession scans(study);
    MaskSession masks(study, {});
    scans.openPhantom(1);
    QTRY_VERIFY_WITH_TIMEOUT(study.reference().labels, kPatienceMs);
    const QTemporaryDir dir;
    const std::string file = dir.filePath("mask.nii").toStdString();
    saveMask(file, *study.reference().labels, study.scan()->source, Overwrite::Refuse);
    const Openings openings(file);
    (void)loadIntegerVolume(file, {}, {});
    const int once = openings.count();
    QVERIFY(once > 0);
    MaskValues told;
    told.right = {1};
    told.left = {2};
    for (const MaskValues& values : {MaskValues{}, told}) {
      QSignalSpy ended(&masks.loadJob(), &LatestJob::ended);
      masks.loadReference(file, values);
      QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatienceMs);
      QCOMPARE(openings.count(), once);
      QCOMPARE(study.reference().origin, QString("mask.nii"));
    }
  }
  void endsTheWorkOnAScanThatIsLeft() {
    Study study;
    ScanSession scans(study);
    MaskSession masks(study, {std::make_shared<Endless>()});
    scans.openPhantom(1);
    QTRY_VERIFY_WITH_TIMEOUT(study.scan(), kPatienceMs);
    masks.segment(0);
    QCOMPARE(masks.segmentJob().job().state(), Job::State::Running);
    study.setScan(nullptr);
    QTRY_COMPARE(masks.segmentJob().job().state(), Job::State::Stopped);
    QVERIFY(!study.prediction().labels);
  }
  // What was asked to be saved is saved: nothing that comes after drops it, nor does the end of the session.
  void savesWhateverComesAfter() {
    const QTemporaryDir dir;
    QStringList files;
    for (const char* name : {"a.nii", "b.nrrd", "c.mha", "d.nii"}) files << dir.filePath(name);
    {
      Study study;
      ScanSession scans(study);
      MaskSession masks(study, {});
      scans.openPhantom(1);
      QTRY_VERIFY_WITH_TIMEOUT(study.reference().labels, kPatienceMs);
      study.setPrediction({study.reference().labels, "the same"});
      const ScanPtr scan = study.scan();
      QSignalSpy ended(&masks.saveJob(), &LatestJob::ended);
      for (int i = 0; i < 2; ++i) masks.save(study.result(), files[i].toStdString(), Overwrite::Refuse);
      masks.loadReference(files[0].toStdString());
      masks.saveJob().cancel();
      study.setScan(nullptr);
      QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatienceMs);
      for (int i = 0; i < 2; ++i) QVERIFY2(QFile::exists(files[i]), qPrintable(files[i]));
      study.setScan(scan);
      study.setPrediction({std::make_shared<const LabelVolume>(loadMask(files[0].toStdString(), scan.get())), "a"});
      for (int i = 2; i < 4; ++i) masks.save(study.result(), files[i].toStdString(), Overwrite::Refuse);
    }
    const LabelVolume first = loadMask(files[0].toStdString(), nullptr);
    for (const QString& file : files) {
      QVERIFY2(QFile::exists(file), qPrintable(file));
      QVERIFY2(loadMask(file.toStdString(), nullptr).voxels() == first.voxels(), qPrintable(file));
    }
  }
  // A job that is cancelled leaves nothing behind that would be taken for the new mask's.
  void showsNothingStaleAfterACancel() {
    Study study;
    ScanSession scans(study);
    SurfaceSession surfaces(study);
    ComparisonSession comparison(study);
    VolumeSession volumes(study);
    scans.openPhantom(1);
    QTRY_VERIFY_WITH_TIMEOUT(surfaces.surfaces(), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(!volumes.job().busy(), kPatienceMs);
    const auto other = [&] {
      return NamedMask{std::make_shared<const LabelVolume>(*study.reference().labels), "copy"};
    };
    QSignalSpy figures(&comparison, &ComparisonSession::metricsChanged);
    QSignalSpy measured(&volumes, &VolumeSession::volumesChanged);
    study.setPrediction(other());
    for (LatestJob* job : {&surfaces.job(), &comparison.job(), &volumes.job()}) {
      QVERIFY(job->busy());
      job->cancel();
    }
    for (LatestJob* job : {&surfaces.job(), &comparison.job(), &volumes.job()})
      QTRY_VERIFY_WITH_TIMEOUT(!job->busy(), kPatienceMs);
    QVERIFY(!surfaces.surfaces());
    QVERIFY(!comparison.metrics() && !comparison.computing());
    QCOMPARE(figures.size(), 1);  // who says "being computed" has to hear that nothing is
    QCOMPARE(measured.size(), 1);
    study.setPrediction(other());
    QTRY_VERIFY_WITH_TIMEOUT(surfaces.surfaces() && comparison.metrics() && volumes.result(), kPatienceMs);
  }
  // The best series is cut short on the disk: it fails, and the list is there to open another one from.
  void listsWhatWasFoundWhenTheBestCannotBeOpened() {
    const QTemporaryDir dir;
    for (const int slices : {60, 30}) {
      PhantomSpec spec;
      spec.size = {64, 64, slices};
      spec.spacingMm = {5.5, 5.5, 5};
      const auto phantom = makePhantom(spec);
      SourceGeometry source;
      source.grid = phantom->ct.grid();
      saveCt(dir.filePath(QString("of%1.nii.gz").arg(slices)).toStdString(), phantom->ct, source, Overwrite::Refuse);
    }
    QFile best(dir.filePath("of60.nii.gz"));
    QVERIFY(best.resize(best.size() / 2));
    Study study;
    ScanSession scans(study);
    scans.openPhantom(1);
    QTRY_VERIFY_WITH_TIMEOUT(study.scan(), kPatienceMs);
    const ScanPtr open = study.scan();
    QSignalSpy failed(&scans.job().job(), &Job::failed);
    scans.open({dir.path().toStdString()});
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kPatienceMs);
    QCOMPARE(study.scan(), open);
    QVERIFY(scans.paths().empty());  // of the phantom, which is open still
    QCOMPARE(scans.search().series.size(), std::size_t{2});
    QVERIFY(!scans.current());
    QTRY_VERIFY(!scans.job().busy());
    scans.openSeries(1);
    QTRY_VERIFY_WITH_TIMEOUT(scans.current() == std::size_t{1}, kPatienceMs);
    QCOMPARE(study.scan()->ct->grid().size[2], 30);
    QCOMPARE(scans.paths().size(), std::size_t{1});
  }
  void keepsTheOpenScanWhenAnotherCannotBeOpened() {
    Study study;
    ScanSession scans(study);
    scans.openPhantom(1);
    QTRY_VERIFY_WITH_TIMEOUT(study.scan(), kPatienceMs);
    const ScanPtr open = study.scan();
    QSignalSpy failed(&scans.job().job(), &Job::failed);
    scans.open({"/no/such/folder"});
    QTRY_COMPARE(failed.size(), 1);
    QVERIFY(failed[0][0].toString().contains("/no/such/folder"));
    QCOMPARE(study.scan(), open);
  }
};

QTEST_GUILESS_MAIN(TestSessions)
#include "tst_sessions.moc"
