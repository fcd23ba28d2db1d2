"""Two towns with people who agreed to different things, an employer with an open post, a fair with its
booth.
"""

from typing import Any

from django.urls import reverse

from portal.accounts.actions import give_consent
from portal.accounts.enums import ConsentPurpose
from portal.accounts.roles import StationRole
from portal.core.reference import load_reference
from portal.ranking import ranking_index
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_position,
    make_registration,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

BOTH = (ConsentPurpose.MATCHING, ConsentPurpose.EMPLOYER_CARD)


def make_driver(town: str, name: str, purposes: Any = BOTH, **changes: Any) -> Any:
    account = make_user(name)
    values: dict[str, Any] = {
        "station": make_stations()[town],
        "name": name,
        "account": account,
        "specialties": ("driver",),
        "certificates": ("driving_a2",),
        "skills": "会做狮头鹅卤味",
    }
    veteran = make_veteran(**(values | changes))
    for purpose in purposes:
        give_consent(user=account, purpose=purpose, wording="告知内容", by=account)
    return veteran


class Town:
    """Two towns with a driver each, an employer with an open post at a coming fair, and everybody who may
    look.
    """

    def __init__(self) -> None:
        load_reference()
        stations = make_stations()
        self.clerk = make_staff(stations["睦洲镇"], StationRole.CLERK, name="李秀珍")
        self.neighbour = make_staff(stations["司前镇"], StationRole.CLERK, name="梁伟强")
        self.operator = make_staff(stations["江门市"], StationRole.OPERATOR, name="城操作")
        self.member = make_user("吴晓彤")
        self.employer = make_employer(name="江门市远航物流有限公司", member=self.member)
        self.position = make_position(employer=self.employer, certificates=["driving_b2"])
        self.ours = make_driver("睦洲镇", "陈建国")
        self.theirs = make_driver("司前镇", "黄志明")
        self.shy = make_driver("睦洲镇", "周海生", purposes=BOTH[:1])
        self.silent = make_driver("睦洲镇", "钱不语", purposes=())
        self.fair = make_fair()
        self.booth = make_booth(self.fair, self.position)
        make_registration(self.fair, self.theirs)
        ranking_index.rebuild()
        ranking_index.rebuild_people()
        self.staff_url = reverse("staff:candidates", args=[self.position.pk])
        self.booth_url = reverse("staff:booth-candidates", args=[self.booth.pk])
        self.employer_url = reverse("employer:candidates", args=[self.position.pk])
