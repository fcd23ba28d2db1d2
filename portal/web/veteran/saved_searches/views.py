"""Saved searches of a signed-in user, with notifications of new matches."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal.core.models import Region
from portal.core.validators import validate_no_unit_name
from portal.web.shared.form_fields import add_errors
from portal.web.shared.requests import SignedInRequest, signed_in_view
from search import saved_searches as actions
from search.models import SavedSearch
from search.params import HOME, SearchParams

PAGE_SIZE = 20


class SavedSearchForm(forms.Form):
    """Name of a saved search and whether it notifies."""

    name = forms.CharField(label="名称", max_length=60, validators=[validate_no_unit_name])
    alerts = forms.BooleanField(
        label="有新岗位时告诉我", required=False, help_text="每天最多一条站内消息，所有保存的搜索合在一起。"
    )


def place_names(searches: list[SearchParams]) -> dict[str, str]:
    """Return the names of all regions in the searches by code, in one query."""
    codes = {code for params in searches for code in (params.region, params.near)} - {"", HOME}
    return dict(Region.objects.filter(pk__in=codes).values_list("code", "name"))


@signed_in_view
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """List the user's saved searches, latest first."""
    page = Paginator(SavedSearch.objects.visible_to(request.user), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    searches = [actions.params_of(row) for row in page]
    places = place_names(searches)
    rows = [
        {
            "saved": row,
            "words": params.words(places),
            "url": reverse("public:search") + params.address(),
        }
        for row, params in zip(page, searches, strict=True)
    ]
    return render(
        request,
        "veteran/saved_searches/saved_searches.html",
        {"page": page, "rows": rows, "most": actions.MAX_SAVED},
    )


@signed_in_view
@require_POST
def add(request: SignedInRequest) -> HttpResponse:
    """Save the search of the query string, named after its filters."""
    params = SearchParams.read(request.GET)
    try:
        actions.save(by=request.user, params=params, name=params.words(place_names([params])))
    except ValidationError as error:
        messages.error(request, "".join(error.messages))
        return redirect(reverse("public:search") + params.address())
    messages.success(request, "搜索已保存。有新的合适岗位时，每天最多发一条站内消息告诉您。")
    return redirect("veteran:saved-searches")


@signed_in_view
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change the name of a saved search or its notifications."""
    saved_search = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
    form = SavedSearchForm(
        request.POST if request.method == "POST" else None,
        initial={"name": saved_search.name, "alerts": saved_search.alerts},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(by=request.user, saved_search=saved_search, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("veteran:saved-searches")
    return render(request, "veteran/saved_searches/saved_search.html", {"form": form, "saved": saved_search})


@signed_in_view
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    saved_search = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
    actions.remove(by=request.user, saved_search=saved_search)
    messages.success(request, "已删除。")
    return redirect("veteran:saved-searches")
