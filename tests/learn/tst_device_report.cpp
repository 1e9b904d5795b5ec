// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <fstream>
#include <string>

#include "pipeline/learn/device_report.h"

class TestDeviceReport : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void namesTheDevice() {
    const pulmo::DeviceReport report = pulmo::reportDevice();
    QVERIFY(!report.name.empty());
    QVERIFY(!report.reason.empty());
    QVERIFY(report.libtorchVersion.starts_with("1.") || report.libtorchVersion.starts_with("2."));
  }
  // The kernel's list is the independent witness.
  void agreesWithTheKernelOnBf16() {
    std::ifstream in("/proc/cpuinfo");
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    if (text.find("flags") == std::string::npos) QSKIP("skipped: /proc/cpuinfo lists no flags here");
    QCOMPARE(pulmo::reportDevice().bf16, text.find("avx512_bf16") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestDeviceReport)
#include "tst_device_report.moc"
