"""Form for a new API token, and the page that shows its text once."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.accounts.models import User
from portal.api_tokens import actions
from portal.api_tokens.enums import TokenScope
from portal.core.validators import validate_no_unit_name
from portal.employers.models import Employer
from portal.web.shared.form_fields import add_errors

LIFETIMES = ((30, "30 天"), (90, "90 天"), (180, "180 天"), (365, "一年"))  # days


class TokenForm(forms.Form):
    """Name, scope and lifetime of a new token."""

    name = forms.CharField(
        label="名称",
        max_length=40,
        help_text="用在哪里，方便以后认出来，例如：公司招聘系统。",
        validators=[validate_no_unit_name],
    )
    scope = forms.ChoiceField(
        label="权限",
        choices=TokenScope.choices,
        widget=forms.RadioSelect,
        initial=TokenScope.READ,
        help_text="“只读”可查公开数据和本单位岗位；“读写”还可发布、修改、暂停、撤回本单位岗位。",
    )
    days = forms.TypedChoiceField(label="有效期", choices=LIFETIMES, coerce=int, initial=90)

    def __init__(self, *args: Any, public: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if public:
            del self.fields["scope"]


def issue_token(
    request: HttpRequest, form: TokenForm, *, by: User, employer: Employer | None, back: str, layout: str
) -> HttpResponse | None:
    """Issue a token and return the page that shows its text.

    The page is the response to the POST itself: a redirect would have to store the text.

    Returns:
        None when the form is invalid; its errors say why.
    """
    if not form.is_valid():
        return None
    values = form.cleaned_data
    scope = TokenScope(values.get("scope", TokenScope.READ))
    try:
        token, secret = actions.issue(
            by=by, employer=employer, name=values["name"], scope=scope, days=values["days"]
        )
    except ValidationError as error:
        add_errors(form, error)
        return None
    context = {"token": token, "secret": secret, "back": back, "layout": layout}
    return render(request, "shared/new_token.html", context)
