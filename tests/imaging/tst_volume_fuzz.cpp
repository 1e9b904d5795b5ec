// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "pipeline/core/random.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/orient.h"
#include "pipeline/imaging/volume_file.h"
#include "tests/imaging/lsan_of_itk.h"
#include "tests/imaging/volume_bytes.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

long peakKb() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

/// Damaged files end in an Error or in a scan of sound size: never in a crash or in memory that a header asked for.
class TestVolumeFuzz : public QObject {
  Q_OBJECT
  QTemporaryDir folder_;
  [[nodiscard]] std::string at(const std::string& name) const { return folder_.path().toStdString() + "/" + name; }

  static Scan small() {
    Scan scan;
    Grid grid;
    grid.size = {6, 5, 4};
    grid.direction = {0, 0, 1, 1, 0, 0, 0, 1, 0};
    scan.source.grid = grid;
    CtVolume voxels(grid);
    for (std::size_t i = 0; i < voxels.voxels().size(); ++i)
      voxels.voxels()[i] = static_cast<std::int16_t>(static_cast<int>(i) * 17 - 1000);
    const CanonicalTurn turn = canonicalTurn(grid);
    describeTurn(turn, scan.source);
    scan.ct = std::make_shared<const CtVolume>(turned(std::move(voxels), turn));
    return scan;
  }

  /// A few bytes changed, or the end cut off; headers are hit as often as voxels.
  static std::string damaged(std::string bytes, Random& random) {
    if (random.integer(0, 4) == 0)
      return bytes.substr(0, static_cast<std::size_t>(random.integer(0, static_cast<int>(bytes.size()) - 1)));
    for (int changes = random.integer(1, 4); changes > 0; --changes) {
      const int end =
          random.integer(0, 1) ? static_cast<int>(bytes.size()) : std::min(200, static_cast<int>(bytes.size()));
      const auto where = static_cast<std::size_t>(random.integer(0, end - 1));
      switch (random.integer(0, 3)) {
        case 0:
          bytes[where] = static_cast<char>(random.integer(0, 255));
          break;
        case 1:
          bytes[where] = static_cast<char>('0' + random.integer(0, 9));
          break;  // numbers in text headers
        case 2:
          bytes[where] = static_cast<char>(bytes[where] ^ (1 << random.integer(0, 7)));
          break;
        default:
          bytes.insert(where, std::string(static_cast<std::size_t>(random.integer(1, 3)), '9'));
          break;
      }
    }
    return bytes;
  }

 private Q_SLOTS:
  void survivesDamage_data() {
    QTest::addColumn<QString>("extension");
    for (const char* extension : {"nii", "nii.gz", "nrrd", "mha", "mhd", "tif", "nhdr"})
      QTest::newRow(extension) << extension;
  }
  void survivesDamage() {
    QFETCH(QString, extension);
    const std::string name = at("seed." + extension.toStdString());
    const Scan scan = small();
    if (extension == "tif") {
      writeBytes(name, tiff(6, 5, 16, 2, counting(30, -500)));
    } else if (extension == "nhdr") {
      writeBytes(at("seed.raw"), counting(120, -500));
      writeBytes(name,
                 "NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 6 5 4\nspace directions: "
                 "(1,0,0) (0,1,0) (0,0,1)\n"
                 "encoding: raw\nendian: little\ndata file: seed.raw\n\n");
    } else {
      saveCt(name, *scan.ct, scan.source, Overwrite::Refuse);
    }
    const std::string good = readBytes(name);
    QVERIFY(loadVolumeFile(name, {}, [](double, const std::string&) {}));  // undamaged it is read
    Random random(20240607, static_cast<std::uint64_t>(extension.size()));
    const long before = peakKb();
    int read = 0, refused = 0;
    const std::string path = at("damaged." + extension.toStdString());
    for (int i = 0; i < 150; ++i) {
      writeBytes(path, damaged(good, random));
      try {
        const auto loaded = loadVolumeFile(path, {}, [](double, const std::string&) {});
        QVERIFY(loaded && loaded->ct->voxels().size() == loaded->ct->grid().voxelCount());
        QVERIFY(loaded->ct->voxels().size() < 10'000'000);
        ++read;
      } catch (const Error& e) {
        QVERIFY(std::string(e.what()).size() > 10);
        QVERIFY(e.kind() != ErrorKind::Internal);
        ++refused;
      }
      (void)describeVolumeFile(path);
      try {
        (void)inspectMask(path);
      } catch (const Error&) {
      }
    }
    QVERIFY(refused > 5);  // packed data and text headers survive hardly any damage, so `read` may be 0
    QCOMPARE(read + refused, 150);
    QVERIFY2(peakKb() - before < 300'000, qPrintable(QString::number(peakKb() - before) + " kB more"));
  }
};

QTEST_GUILESS_MAIN(TestVolumeFuzz)
#include "tst_volume_fuzz.moc"
