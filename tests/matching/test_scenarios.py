"""Scenarios 1 and 6 of the domain, as far as the ranking carries them. People and firms are invented."""

from typing import Any

from matching import Index
from tests.matching.making import NOW, posting, profile

NEAR, FAR = (22.46, 113.05), (21.9, 112.3)


def fair() -> Any:
    """Twelve booths' positions in 新会区, 江海区 and 台山市."""
    a2 = frozenset({"driving_a2"})
    truck = {"occupation": "道路货运汽车驾驶员", "occupation_code": "4-02-02-02"}
    radio = {"occupation": "无线电监测与设备运维员", "occupation_code": "4-04-02-05", "region": "440704"}
    kitchen = {"occupation": "中式烹调师", "occupation_code": "4-03-02-01"}
    accounts = {"occupation": "会计专业人员", "occupation_code": "2-06-03-00", "education": 2}
    return [
        posting(1, "A2货车司机", **truck, certificates=a2, experience_years=3, location=NEAR,
                duties="驾驶半挂车运输货物，检查维护车辆", requirements="持A2驾照，退役军人优先",
                veterans_preferred=True),
        posting(2, "危险品运输司机", **truck, certificates=a2 | {"dangerous_goods"}, location=NEAR),
        posting(3, "厨师", **kitchen, certificates=frozenset({"food_health"}), location=NEAR),
        posting(4, "货运司机（B2）", **truck, certificates=frozenset({"driving_b2"}), location=NEAR),
        posting(5, "货车司机", **truck, certificates=a2, region="440781", location=FAR),
        posting(6, "会计", **accounts),
        posting(7, "车队调度员", occupation="道路运输调度员", occupation_code="4-02-02-05", location=NEAR),
        posting(8, "雷达设备维护员", **radio, education=3, pay_from=6500, pay_to=9000,
                duties="气象雷达与电子设备检修"),
        posting(9, "无线电监测员", **radio, education=2, pay_from=6000, pay_to=8000),
        posting(10, "通信设备维护员", **radio, education=2, pay_from=4000, pay_to=4500),
        posting(11, "电子设备调试工", occupation="电子设备调试工", occupation_code="6-25-04-08",
                region="440704", pay_from=4500, pay_to=4500),
        posting(12, "普工", occupation="包装工", occupation_code="6-31-05-00", region="440704",
                pay_from=6000),
    ]  # fmt: skip


def test_chen_the_driver_sees_booths_worth_a_visit() -> None:
    """陈建国, army driver 12 years, A2 licence, lives in 新会区."""
    chen = profile(
        wished_occupations=(),
        specialties=("driver",),
        years_served=12,
        certificates=frozenset({"driving_a2"}),
        education=1,
        regions=frozenset({"440705"}),
        home=(22.43, 113.0),
    )
    ranking = Index.build(fair()).rank(chen, now=NOW)
    assert {m.id for m in ranking.matches[:3]} == {1, 4, 7}
    first = next(m for m in ranking.matches if m.id == 1)
    texts = [r.text for r in first.reasons]
    assert any(t.startswith("持有A2驾照") for t in texts)
    assert any(t.startswith("汽车驾驶员 → ") and ("货运" in t or "货车" in t) for t in texts)
    assert "距离住处 6 公里" in texts
    assert "退役军人优先" in texts
    assert first.missing == ()
    assert 2 not in {m.id for m in ranking.matches}
    lacking = Index.build(fair()).explain(chen, 2, NOW).missing
    assert [m.text for m in lacking] == ["缺少危险货物运输从业资格证"]
    assert ranking.excluded["region"] == 6
    assert ranking.excluded["certificate"] == 2


def test_lin_of_radar_is_told_what_was_excluded_and_why() -> None:
    """林志强, 27, navy radar, bachelor's: 江海区, 6,000 or more."""
    lin = profile(
        wished_occupations=(),
        specialties=("radar",),
        years_served=5,
        education=3,
        regions=frozenset({"440704"}),
        lowest_pay=6000,
    )
    index = Index.build(fair())
    ranking = index.rank(lin, now=NOW)
    assert [m.id for m in ranking.matches[:2]] in ([8, 9], [9, 8])
    assert {m.id for m in ranking.matches} == {8, 9, 12}
    assert ranking.considered == 12
    assert ranking.excluded["pay"] == 2
    assert ranking.excluded["region"] == 7
    verdict = index.explain(lin, 10, NOW)
    assert not verdict.passes
    assert [(m.kind, m.text) for m in verdict.missing] == [("pay", "月薪 4000–4500 元低于期望 6000 元")]
    assert verdict.score > 0
    kinds = [m.kind for m in index.explain(lin, 5, NOW).missing]
    assert kinds == ["region", "certificate"]
    relaxed = index.rank(lin, now=NOW, relax={"pay"})
    assert {m.id for m in relaxed.matches} == {8, 9, 10, 11, 12}
    assert "pay" not in relaxed.excluded
