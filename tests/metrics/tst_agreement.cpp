// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "pipeline/core/label_set.h"
#include "pipeline/metrics/aeration.h"
#include "pipeline/metrics/agreement.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

/// One row of voxels.
template <class V>
Volume<V> row(std::vector<V> voxels) {
  const Grid grid = gridOf({static_cast<int>(voxels.size()), 1, 1});
  return Volume<V>(grid, std::move(voxels));
}

using Ids = std::vector<std::uint8_t>;

std::uint8_t id(Agreement what) {
  return static_cast<std::uint8_t>(what);
}
std::uint8_t id(Aeration what) {
  return static_cast<std::uint8_t>(what);
}

}  // namespace

class TestAgreement : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tellsEachVoxel() {
    const auto reference = row<std::uint8_t>({0, 1, 2, 1, 0, 2, 1});
    const auto mask = row<std::uint8_t>({0, 1, 2, 0, 2, 1, 2});
    const auto is = agreementOf(reference, mask);
    QVERIFY(is->voxels() ==
            (Ids{id(Agreement::Outside), id(Agreement::Agreed), id(Agreement::Agreed), id(Agreement::Missed),
                 id(Agreement::Added), id(Agreement::OtherSide), id(Agreement::OtherSide)}));
  }
  // A mask of both lungs as one has no sides that could be confused.
  void withoutSidesNoneIsTheOther() {
    const auto unsided = row<std::uint8_t>({0, 3, 3, 3, 0});
    const auto sided = row<std::uint8_t>({0, 1, 2, 0, 2});
    const Ids expected{id(Agreement::Outside), id(Agreement::Agreed), id(Agreement::Agreed), id(Agreement::Missed),
                       id(Agreement::Added)};
    QVERIFY(agreementOf(unsided, sided)->voxels() == expected);
  }
  void refusesOtherGrids() {
    QVERIFY_THROWS_EXCEPTION(Error, (void)agreementOf(row<std::uint8_t>({1, 1}), row<std::uint8_t>({1, 1, 1})));
    QVERIFY_THROWS_EXCEPTION(Error, (void)aerationOf(row<std::int16_t>({1, 1}), row<std::uint8_t>({1, 1, 1})));
  }
  void stops() {
    std::stop_source source;
    source.request_stop();
    const auto mask = row<std::uint8_t>({0, 1, 2});
    QVERIFY(!agreementOf(mask, mask, 1, source.get_token()));
    QVERIFY(!aerationOf(row<std::int16_t>({0, 0, 0}), mask, {}, 1, source.get_token()));
  }
  // On and beside every limit of Densitometry.
  void tellsAeration() {
    const auto ct = row<std::int16_t>({-800, -1024, -951, -950, -751, -750, -401, -400, -1, 0, 300});
    const auto mask = row<std::uint8_t>({0, 1, 2, 1, 2, 1, 2, 3, 3, 3, 1});
    QVERIFY(aerationOf(ct, mask)->voxels() ==
            (Ids{id(Aeration::Outside), id(Aeration::Hyperinflated), id(Aeration::Hyperinflated),
                 id(Aeration::Inflated), id(Aeration::Inflated), id(Aeration::Infiltrated), id(Aeration::Infiltrated),
                 id(Aeration::Collapsed), id(Aeration::Collapsed), id(Aeration::Dense), id(Aeration::Dense)}));
    // Limits of one's own; limits that do not rise are none.
    const auto own = row<std::int16_t>({-901, -900, -600, -599, 40, 50});
    const auto all = row<std::uint8_t>({1, 1, 1, 1, 1, 1});
    QVERIFY(aerationOf(own, all, {{-900, -599, -300, 50}})->voxels() ==
            (Ids{id(Aeration::Hyperinflated), id(Aeration::Inflated), id(Aeration::Inflated), id(Aeration::Infiltrated),
                 id(Aeration::Collapsed), id(Aeration::Dense)}));
    for (const AerationLimits& wrong : {AerationLimits{{-900, -900, -300, 50}}, AerationLimits{{-2000, -900, -300, 50}},
                                        AerationLimits{{-900, -599, -300, 5000}}})
      QVERIFY_THROWS_EXCEPTION(Error, (void)aerationOf(own, all, wrong));
  }
};

QTEST_GUILESS_MAIN(TestAgreement)
#include "tst_agreement.moc"
