"""Labelled facts of an employer, for its own page and for staff."""

from portal.employers.models import Employer


def list_employer_facts(employer: Employer) -> list[tuple[str, str]]:
    """Return (label, value) pairs of the profile; expects `region` to be loaded."""
    return [
        ("统一社会信用代码", employer.uscc),
        ("行业", employer.get_industry_display()),
        ("规模", employer.get_size_band_display()),
        ("性质", employer.get_nature_display()),
        ("地址", f"{employer.region.name} {employer.address}"),
        ("联系人", employer.contact_person),
        ("联系电话", employer.contact_phone),
        ("退役军人创办", "是" if employer.veteran_founded else "否"),
        *([("人力资源服务许可证", employer.agency_permit)] if employer.is_agency else []),
        ("简介", employer.introduction),
    ]
