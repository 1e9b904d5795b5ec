// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"

namespace {

struct Ran {
  int code = -1;
  QString out, err;
};

const QString kPulmo = QStringLiteral(PULMO_PROGRAM), kWindow = QStringLiteral(PULMO_WINDOW_PROGRAM);

}  // namespace

/// That neither program talks to a network, nor misses one.
class TestOffline : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  QString scan_;

  Ran run(const QString& program, const QStringList& arguments) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("XDG_CONFIG_HOME", dir_.filePath("config"));
    environment.insert("XDG_STATE_HOME", dir_.filePath("state"));
    environment.insert("LC_ALL", "C");
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    if (!process.waitForStarted() || !process.waitForFinished(280000)) return {-1, {}, process.errorString()};
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
  }
  void segment(const QString& launcher, const QStringList& before, const QString& mask) {
    const Ran ran = run(launcher, before + QStringList{kPulmo, "segment", scan_, "-o", mask, "--method", "unet"});
    QVERIFY2(ran.code == 0, qPrintable(ran.err));
    const pulmo::LabelVolume lungs = pulmo::loadMask(mask.toStdString(), nullptr);
    for (const std::uint8_t side : {pulmo::kRightLung, pulmo::kLeftLung})
      QVERIFY(std::count(lungs.voxels().begin(), lungs.voxels().end(), side) > 1000);
  }
  void takePicture(const QString& launcher, const QStringList& before, const QString& picture) {
    const Ran ran = run(launcher, before + QStringList{kWindow, "--phantom", "--screenshot", picture});
    QVERIFY2(ran.code == 0, qPrintable(ran.err));
    QCOMPARE(QImage(picture).size(), QSize(1600, 1000));
  }

 private Q_SLOTS:
  void initTestCase() {
    scan_ = dir_.filePath("scan.nii.gz");
    const Ran ran = run(kPulmo, {"phantom", "-o", scan_, "--size", "128", "128", "60"});
    QVERIFY2(ran.code == 0, qPrintable(ran.err));
  }
  // What a program does not link it cannot call. The distribution's libraries may bring a network library of their own
  // behind them; none of ours asks for one, and Qt's is not there at all.
  void linksNoNetworkLibrary() {
    for (const QString& program : {kPulmo, kWindow}) {
      const Ran direct = run("readelf", {"-d", program});
      if (direct.code != 0) QSKIP("readelf is not here");
      QVERIFY2(direct.out.contains("libstdc++"), qPrintable(direct.out));  // it was read
      static const QRegularExpression network("NEEDED.*(Network|curl|ssl|libssh|libsoup|websocket)",
                                              QRegularExpression::CaseInsensitiveOption);
      QVERIFY2(!direct.out.contains(network), qPrintable(direct.out));
      const Ran all = run("ldd", {program});
      QVERIFY2(all.code == 0 && all.out.contains("libtorch"), qPrintable(all.err));
      QVERIFY2(!all.out.contains("Qt6Network"), qPrintable(all.out));
    }
  }
  void worksWithoutANetwork() {
    // A network namespace of its own: not even a loopback that is up.
    const Ran names = run("unshare", {"-rn", "cat", "/proc/net/route"});
    if (names.code != 0) QSKIP(qPrintable("no network namespace can be made here: " + names.err.trimmed()));
    QCOMPARE(names.out.trimmed().count('\n'), 0);  // the heading alone: there is no way out
    segment("unshare", {"-rn"}, dir_.filePath("offline.nii.gz"));
    takePicture("unshare", {"-rn"}, dir_.filePath("offline.png"));
  }
  void connectsToNobody() {
    const QString trace = dir_.filePath("trace");
    const QStringList tracing{"-f", "-e", "trace=network", "-o", trace};
    if (run("strace", tracing + QStringList{"true"}).code != 0) QSKIP("strace is not here, or may trace nothing");
    const auto linesOf = [&] {
      QFile file(trace);
      return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).split('\n') : QStringList();
    };
    static const QRegularExpression inet("(connect|bind|sendto|sendmsg)\\(.*AF_INET");
    segment("strace", tracing, dir_.filePath("traced.nii.gz"));
    QCOMPARE(linesOf().filter(inet), QStringList());
    takePicture("strace", tracing, dir_.filePath("traced.png"));
    QVERIFY(!linesOf().filter("connect(").filter("AF_UNIX").isEmpty());  // to the display: calls are seen
    QCOMPARE(linesOf().filter(inet), QStringList());
  }
};

QTEST_GUILESS_MAIN(TestOffline)
#include "tst_offline.moc"
