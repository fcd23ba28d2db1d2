"""Searches that somebody keeps, and is told about when something new fits. For whoever is signed in."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal.core.models import Region
from portal.web.shared.form_fields import add_errors
from portal.web.shared.requests import SignedInRequest, signed_in_view
from search import saved_searches as actions
from search.models import SavedSearch
from search.params import HOME, SearchParams

PAGE_SIZE = 20


class SavedSearchForm(forms.Form):
    name = forms.CharField(label="名称", max_length=60)
    alerts = forms.BooleanField(
        label="有新岗位时告诉我", required=False, help_text="每天最多一条站内消息，所有保存的搜索合在一起。"
    )


def place_names(kept: list[SearchParams]) -> dict[str, str]:
    """Names of all the places that these searches name. One query."""
    codes = {code for asked in kept for code in (asked.region, asked.near)} - {"", HOME}
    return dict(Region.objects.filter(pk__in=codes).values_list("code", "name"))


@signed_in_view
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """The reader's own, latest first."""
    page = Paginator(SavedSearch.objects.visible_to(request.user), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    kept = [actions.params_of(row) for row in page]
    places = place_names(kept)
    rows = [
        {
            "saved": row,
            "words": asked.words(places),
            "url": reverse("public:search") + asked.address(),
        }
        for row, asked in zip(page, kept, strict=True)
    ]
    return render(
        request,
        "veteran/saved_searches/saved_searches.html",
        {"page": page, "rows": rows, "most": actions.MAX_SAVED},
    )


@signed_in_view
@require_POST
def add(request: SignedInRequest) -> HttpResponse:
    """Keep the search that the address asks for; its words are its first name."""
    asked = SearchParams.read(request.GET)
    try:
        actions.save(by=request.user, params=asked, name=asked.words(place_names([asked])))
    except ValidationError as refused:
        messages.error(request, "".join(refused.messages))
        return redirect(reverse("public:search") + asked.address())
    messages.success(request, "搜索已保存。有新的合适岗位时，每天最多发一条站内消息告诉您。")
    return redirect("veteran:saved-searches")


@signed_in_view
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another name, or told no more."""
    saved = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
    form = SavedSearchForm(
        request.POST if request.method == "POST" else None,
        initial={"name": saved.name, "alerts": saved.alerts},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(by=request.user, saved_search=saved, **form.cleaned_data)
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            messages.success(request, "已保存。")
            return redirect("veteran:saved-searches")
    return render(request, "veteran/saved_searches/saved_search.html", {"form": form, "saved": saved})


@signed_in_view
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    saved = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
    actions.remove(by=request.user, saved_search=saved)
    messages.success(request, "已删除。")
    return redirect("veteran:saved-searches")
