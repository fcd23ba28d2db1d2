"""The veteran's own file: opening it, its sections, and what each of them unlocks."""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.actions import give_consent
from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import User
from portal.accounts.wordings import WORDINGS
from portal.core.models import Occupation
from portal.veterans import actions
from portal.veterans.models import Veteran, Wish
from portal.web.fields import add_errors
from portal.web.veteran.current import for_veteran, own_file
from portal.web.veteran.forms import (
    IdentityForm,
    OpenFileForm,
    ServiceForm,
    SkillsForm,
    WishForm,
)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the file: whether it is filled, and what filling it brings."""

    slug: str
    title: str
    unlocks: str
    done: bool
    url: str


_SECTIONS = {
    "identity": ("基本信息", "确定由哪个服务站为您服务"),
    "service": ("服役经历", "把军事专业对应到地方岗位"),
    "skills": ("技能和证书", "推荐需要持证的岗位，说明还缺哪本证"),
    "wishes": ("求职意愿", "按工种、地区和月薪筛选，只看合适的"),
}


def sections(veteran: Veteran) -> list[Section]:
    """The parts of a file, as its page and the start page show them."""
    wish = getattr(veteran, "wish", None)
    done = {
        "identity": bool(veteran.phone and veteran.living_region_id),
        "service": bool(veteran.services.all()),
        "skills": bool(veteran.certificates.all() or veteran.skills),
        "wishes": wish is not None,
    }
    return [
        Section(slug, title, unlocks, done[slug], reverse("veteran:file-section", args=[slug]))
        for slug, (title, unlocks) in _SECTIONS.items()
    ]


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The parts of the file and what each unlocks."""
    veteran = own_file(request)
    if veteran is None:
        return redirect("veteran:file-open")
    parts = sections(veteran)
    context = {"veteran": veteran, "sections": parts, "done": sum(part.done for part in parts)}
    return render(request, "web/veteran/file.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def open_own(request: HttpRequest) -> HttpResponse:
    """Open one's own file, with consent to matching."""
    if own_file(request) is not None:
        return redirect("veteran:file")
    user = cast(User, request.user)
    form = OpenFileForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.open_file(
                by=user,
                station=form.station(),
                name=values["name"],
                id_number=values["id_number"],
                phone=user.phone,
                account=user,
                living_region=values["living_region"],
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            give_consent(
                user=user, purpose=ConsentPurpose.MATCHING, wording=WORDINGS[ConsentPurpose.MATCHING], by=user
            )
            messages.success(request, "档案已建立。再填服役经历和求职意愿，就能看到推荐岗位。")
            return redirect("veteran:file-section", section="service")
    return render(request, "web/veteran/file_open.html", {"form": form})


@for_veteran
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, veteran: Veteran, section: str) -> HttpResponse:
    """One part of the file; it saves on its own."""
    if section not in _SECTIONS:
        raise Http404
    user = cast(User, request.user)
    form = _form(section, veteran, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _save(section, own_file(request) or veteran, user, form)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{_SECTIONS[section][0]}已保存。")
            return redirect(_after(section))
    context = {
        "form": form,
        "title": _SECTIONS[section][0],
        "unlocks": _SECTIONS[section][1],
        "jobs": veteran.work_history.all() if section == "skills" else [],
        "occupations": Occupation.objects.filter(level=4).values_list("name", flat=True)
        if section == "wishes"
        else [],
    }
    return render(request, "web/veteran/file_section.html", context)


def _form(section: str, veteran: Veteran, data: Any) -> Any:
    forms_of: dict[str, type[forms.ModelForm]] = {
        "identity": IdentityForm,
        "service": ServiceForm,
        "skills": SkillsForm,
    }
    if section == "wishes":
        return WishForm(data, instance=getattr(veteran, "wish", None) or Wish(veteran=veteran))
    return forms_of[section](data, instance=veteran)


def _save(section: str, veteran: Veteran, by: User, form: Any) -> None:
    if section == "identity":
        actions.update_file(veteran=veteran, by=by, section=section, values=form.cleaned_data)
    elif section == "service":
        actions.update_file(veteran=veteran, by=by, section=section, values=form.plain())
        actions.set_services(veteran=veteran, by=by, services=form.services())
    elif section == "skills":
        _save_skills(veteran, by, form)
    else:
        actions.set_wish(veteran=veteran, by=by, **form.values())


def _save_skills(veteran: Veteran, by: User, form: SkillsForm) -> None:
    values = form.cleaned_data
    kept = {row.kind: (row.grade, row.valid_until) for row in veteran.certificates.all()}
    actions.update_file(veteran=veteran, by=by, section="skills", values=form.plain())
    actions.set_certificates(
        veteran=veteran,
        by=by,
        certificates=[(kind, *kept.get(kind, ("", None))) for kind in values["certificates"]],
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


def _after(section: str) -> str:
    """On to the next part, then to what the file unlocks."""
    slugs = list(_SECTIONS)
    place = slugs.index(section)
    if place + 1 < len(slugs):
        return reverse("veteran:file-section", args=[slugs[place + 1]])
    return reverse("veteran:positions")


@for_veteran
@require_POST
def remove_job(request: HttpRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Take an earlier job out of the file."""
    job = get_object_or_404(veteran.work_history, pk=pk)
    actions.remove_work_history(veteran=veteran, by=cast(User, request.user), job=job)
    messages.success(request, "已删除这段工作经历。")
    return redirect("veteran:file-section", section="skills")
