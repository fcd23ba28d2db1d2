"""Members of an employer and their invitations."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import User
from portal.core.folded_fields import PhoneField
from portal.employers import members
from portal.employers.enums import EmployerRole
from portal.employers.models import Employer, EmployerInvitation, EmployerMembership
from portal.employers.permissions import owns
from portal.web.employer.current_employer import SESSION_KEY, for_employer
from portal.web.shared.form_fields import add_errors
from portal.web.shared.requests import SignedInRequest, signed_in_view

PAGE_SIZE = 20


class InviteForm(forms.Form):
    """Invitation by the phone number that the person signs in with."""

    phone = PhoneField(
        label="对方的手机号码",
        help_text="对方用这个号码登录后，会看到邀请，接受才算加入。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label="角色",
        choices=EmployerRole.choices,
        initial=EmployerRole.RECRUITER,
        help_text="招聘专员管岗位、招聘会、意向和材料；管理员还能改单位资料、管成员。",
    )


@for_employer
@require_http_methods(["GET", "POST"])
def listing(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """List members and open invitations; owners get the form to invite."""
    user = request.user
    owner = owns(user, employer)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not owner:
            raise PermissionDenied("只有单位管理员可以邀请成员。")
        if form.is_valid() and _send_invitation(request, employer, user, form):
            return redirect("employer:members")
    rows = EmployerMembership.objects.filter(
        employer__in=Employer.objects.with_member(user), employer=employer
    )
    page = Paginator(rows.select_related("user").order_by("role", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    invitations = EmployerInvitation.objects.visible_to(user).pending().filter(employer=employer)
    context = {
        "employer": employer,
        "page": page,
        "owner": owner,
        "me": user.pk,
        "roles": EmployerRole.choices,
        "invitations": list(invitations.order_by("-pk")) if owner else [],
        "form": form,
    }
    return render(request, "employer/members/members.html", context)


def _send_invitation(request: SignedInRequest, employer: Employer, user: User, form: InviteForm) -> bool:
    values: dict[str, Any] = form.cleaned_data
    try:
        members.invite(employer=employer, by=user, phone=values["phone"], role=EmployerRole(values["role"]))
    except ValidationError as error:
        add_errors(form, error)
        return False
    messages.success(request, "已发出邀请，14 天内有效。请告诉对方用这个号码登录后接受。")
    return True


def _get_membership(request: SignedInRequest, pk: int) -> EmployerMembership:
    """Return a membership of an employer that the user acts for."""
    rows = EmployerMembership.objects.filter(employer__in=Employer.objects.with_member(request.user))
    return get_object_or_404(rows.select_related("employer", "user"), pk=pk)


@signed_in_view
@require_POST
def role(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change the role of a member."""
    membership = _get_membership(request, pk)
    new_role = request.POST.get("role", "")
    if new_role not in EmployerRole.values:
        messages.error(request, "请选择角色。")
        return redirect("employer:members")
    try:
        members.change_role(membership=membership, by=request.user, role=EmployerRole(new_role))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"已调整：{membership.user.name}，{EmployerRole(new_role).label}。")
    return redirect("employer:members")


@signed_in_view
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a member, or leave the employer oneself."""
    membership = _get_membership(request, pk)
    is_own = membership.user_id == request.user.pk
    try:
        members.remove(membership=membership, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("employer:members")
    if is_own:
        request.session.pop(SESSION_KEY, None)
        messages.success(request, f"您已退出“{membership.employer.name}”。")
        return redirect("public:landing")
    messages.success(request, f"已移除：{membership.user.name}，立即失去权限。")
    return redirect("employer:members")


@signed_in_view
@require_safe
def invitations(request: SignedInRequest) -> HttpResponse:
    """List the user's open invitations."""
    user = request.user
    open_invitations = EmployerInvitation.objects.visible_to(user).to(user).pending()
    rows = list(open_invitations.select_related("employer__region", "invited_by").order_by("-pk")[:PAGE_SIZE])
    context = {"rows": rows, "accepting": {"answer": "accept"}, "declining": {"answer": "decline"}}
    return render(request, "employer/members/invitations.html", context)


@signed_in_view
@require_POST
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Accept or decline an invitation, by the POST parameter `answer`."""
    user = request.user
    rows = EmployerInvitation.objects.visible_to(user).to(user).select_related("employer")
    invitation = get_object_or_404(rows, pk=pk)
    is_accepted = request.POST.get("answer") == "accept"
    try:
        (members.accept if is_accepted else members.decline)(invitation=invitation, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("employer:invitations")
    if not is_accepted:
        messages.success(request, f"已拒绝“{invitation.employer.name}”的邀请。")
        return redirect("employer:invitations")
    request.session[SESSION_KEY] = invitation.employer_id
    messages.success(request, f"您已加入“{invitation.employer.name}”。")
    return redirect("employer:home")


@signed_in_view
@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation."""
    rows = EmployerInvitation.objects.filter(employer__in=Employer.objects.with_member(request.user))
    invitation = get_object_or_404(rows.select_related("employer"), pk=pk)
    try:
        members.withdraw_invitation(invitation=invitation, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已撤回邀请。")
    return redirect("employer:members")
