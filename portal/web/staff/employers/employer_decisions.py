"""Decisions that a reviewer can take about an employer, each with its form and action."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from portal.documents.enums import DocumentKind, OwnerType, kind_choices
from portal.employers import members, profile_changes, verification
from portal.employers.enums import EmployerRole, VerificationState
from portal.employers.models import Employer, ProfileChange
from portal.web.staff.employers import forms
from portal.web.staff.reason_form import ReasonForm


@dataclass
class Decision:
    """Form of a decision with its action, success message and further arguments of the action."""

    form: Any
    action: Callable[..., Any]
    success: str
    values: dict[str, Any] = field(default_factory=dict)

    def action_arguments(self) -> dict[str, Any]:
        """Return the arguments of the action: fixed values and values of the valid form."""
        form = self.form
        if isinstance(form, forms.CheckedDocumentsForm):
            return self.values | form.action_arguments()
        if isinstance(form, forms.InviteOwnerForm):
            return self.values | {"phone": form.cleaned_data["phone"], "role": EmployerRole.OWNER}
        return self.values | {"reason": form.cleaned_data["reason"]}


def available_decisions(
    request: HttpRequest, employer: Employer, change: ProfileChange | None
) -> dict[str, Decision]:
    """Return the decisions that the employer's state allows, by name; the submitted form is bound."""
    submitted = request.POST.get("decision") if request.method == "POST" else None

    def data(name: str) -> Any:
        return request.POST if submitted == name else None

    def with_reason(
        name: str, suggestions: tuple[str, ...], action: Callable[..., Any], **values: Any
    ) -> Decision:
        form = ReasonForm(suggestions, data(name), auto_id=f"{name}_%s")
        form.fields["reason"].widget.attrs["list"] = f"{name}_words"
        return Decision(form, action, f"已处理：{employer.name}。", values)

    state, arguments = employer.state, {"employer": employer}
    decisions: dict[str, Decision] = {}
    if state != VerificationState.REFUSED:
        decisions["verify"] = Decision(
            forms.VerifyForm(data("verify")), verification.verify, f"已核验：{employer.name}。", arguments
        )
    if state == VerificationState.PENDING:
        decisions["refuse"] = with_reason("refuse", forms.EMPLOYER_REASONS, verification.refuse, **arguments)
    if state == VerificationState.VERIFIED:
        decisions["suspend"] = with_reason(
            "suspend", forms.SUSPEND_REASONS, verification.suspend, **arguments
        )
    if state == VerificationState.SUSPENDED:
        decisions["lift"] = with_reason("lift", forms.LIFT_REASONS, verification.lift, **arguments)
    if employer.renewal_asked_at:
        decisions["return_renewal"] = with_reason(
            "return_renewal", forms.RENEWAL_REASONS, verification.return_renewal, **arguments
        )
    if change is not None:
        decisions["accept_change"] = Decision(
            forms.CheckedDocumentsForm(data("accept_change"), auto_id="change_%s"),
            profile_changes.accept_change,
            f"已同意变更：{employer.name}。",
            {"change": change},
        )
        decisions["refuse_change"] = with_reason(
            "refuse_change", forms.CHANGE_REASONS, profile_changes.refuse_change, change=change
        )
    if not (employer.is_agency or (change is not None and change.after.get("is_agency"))):
        kinds = [row for row in kind_choices(OwnerType.EMPLOYER) if row[0] != DocumentKind.PERMIT]
        for name in {"verify", "accept_change"} & decisions.keys():
            decisions[name].form.fields["evidence"].choices = kinds
    decisions["invite"] = Decision(
        forms.InviteOwnerForm(data("invite"), auto_id="invite_%s"),
        members.invite,
        "已发出邀请，对方登录后接受。",
        arguments,
    )
    return decisions
