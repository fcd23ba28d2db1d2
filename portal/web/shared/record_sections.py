"""Sections of a veteran's record: forms, saving, and what each section unlocks.

The veteran's own pages and the staff pages share them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction

from portal.accounts.models import User
from portal.core.models import Occupation
from portal.veterans import actions
from portal.veterans.models import Veteran, Wish
from portal.web.shared.record_forms import (
    CareForm,
    CertificatesForm,
    IdentityForm,
    MaskedIdentityForm,
    ServiceForm,
    SkillsForm,
    WishForm,
)
from portal.web.shared.seen_forms import SEEN_FIELD


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the record, with what filling it unlocks."""

    slug: str
    title: str
    unlocks: str
    is_done: bool
    url: str


SECTIONS = {
    "identity": ("基本信息", "确定由哪个服务站为您服务"),
    "service": ("服役经历", "把军事专业对应到地方岗位"),
    "skills": ("技能和证书", "推荐需要持证的岗位，说明还缺哪本证"),
    "certificates": ("证书的等级和有效期", "写清等级，过期的证不会误导推荐"),
    "wishes": ("求职意愿", "按工种、地区和月薪筛选，只看合适的"),
}
# `care` is filled in by staff alone.
STAFF_SECTIONS = SECTIONS | {"care": ("困难和残疾情况", "转介困难帮扶，安排合适的服务")}


def list_sections(
    veteran: Veteran, url: Callable[[str], str], titles: dict[str, tuple[str, str]]
) -> list[Section]:
    """Return the sections of a record in order.

    Args:
        url: returns the URL of a section by its slug.
        titles: SECTIONS or STAFF_SECTIONS.
    """
    certificates = list(veteran.certificates.all())
    is_done = {
        "identity": bool(veteran.phone and veteran.living_region_id),
        "service": bool(veteran.services.all()),
        "skills": bool(certificates or veteran.skills),
        "certificates": all(row.grade or row.valid_until for row in certificates),
        "wishes": getattr(veteran, "wish", None) is not None,
        "care": bool(veteran.difficulty or veteran.disability),
    }
    return [
        Section(slug, title, unlocks, is_done[slug], url(slug))
        for slug, (title, unlocks) in titles.items()
        if slug != "certificates" or certificates
    ]


def build_section_form(section: str, veteran: Veteran, data: Any, *, by_staff: bool = False) -> Any:
    """Return the form of a section with its current values; for staff, sensitive fields stay empty."""
    if section == "wishes":
        return WishForm(data, instance=getattr(veteran, "wish", None) or Wish(veteran=veteran))
    if section == "certificates":
        return CertificatesForm(veteran, data)
    if section == "care":
        return CareForm(veteran, data)
    kinds: dict[str, type[forms.ModelForm]] = {
        "identity": MaskedIdentityForm if by_staff else IdentityForm,
        "service": ServiceForm,
        "skills": SkillsForm,
    }
    return kinds[section](data, instance=veteran)


@transaction.atomic
def save_section(section: str, veteran: Veteran, by: User, form: Any) -> None:
    """Save a section.

    Args:
        veteran: the record as stored, not the form's instance, which the form has changed.

    Raises:
        ValidationError: a rule that only the action checks.
    """
    seen_token = form.cleaned_data[SEEN_FIELD]
    if section in {"identity", "care"}:
        actions.update_record(
            veteran=veteran, by=by, section=section, values=form.values(), seen_token=seen_token
        )
    elif section == "service":
        actions.update_record(
            veteran=veteran, by=by, section=section, values=form.model_values(), seen_token=seen_token
        )
        actions.set_services(veteran=veteran, by=by, services=form.services(), seen_token=seen_token)
    elif section == "skills":
        _save_skills(veteran, by, form)
    elif section == "certificates":
        actions.set_certificate_details(veteran=veteran, by=by, details=form.details(), seen_token=seen_token)
    else:
        actions.set_wish(veteran=veteran, by=by, **form.values(), seen_token=seen_token)


def _save_skills(veteran: Veteran, by: User, form: SkillsForm) -> None:
    values = form.cleaned_data
    actions.update_record(
        veteran=veteran, by=by, section="skills", values=form.model_values(), seen_token=values[SEEN_FIELD]
    )
    actions.set_certificates(
        veteran=veteran, by=by, kinds=values["certificates"], seen_token=values[SEEN_FIELD]
    )
    if values["job_title"]:
        actions.add_work_history(
            veteran=veteran,
            by=by,
            employer_name=values["job_employer"] or "未填写",
            title=values["job_title"],
            years=values["job_years"] or 1,
            duties=values["job_duties"],
        )


def build_section_context(section: str, veteran: Veteran, form: Any) -> dict[str, Any]:
    """Return the template context of a section's page."""
    title, unlocks = STAFF_SECTIONS[section]
    occupation_names = Occupation.objects.filter(level=4).values_list("name", flat=True)
    return {
        "form": form,
        "veteran": veteran,
        "title": title,
        "unlocks": unlocks,
        "jobs": veteran.work_history.all() if section == "skills" else [],
        "occupations": occupation_names if section == "wishes" else [],
    }
