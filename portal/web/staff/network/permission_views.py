"""Page 'who may what' (谁可以做什么), drawn from the permission table."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.accounts.roles import ROLES, Permission, Role
from portal.web.staff.access import any_staff


@any_staff
@require_safe
def permissions(request: HttpRequest, user: User) -> HttpResponse:
    """Show what each role is for and which permissions it grants."""
    context = {
        "appointments": user.current_appointments,
        "role_columns": ["角色", "说明"],
        "role_rows": [{"cells": [role.label, row.description]} for role, row in ROLES.items()],
        "permission_columns": ["事项", *(role.label for role in ROLES)],
        "permission_rows": [
            {"cells": [permission.value, *(grant_label(row, permission) for row in ROLES.values())]}
            for permission in Permission
        ],
    }
    return render(request, "staff/network/permissions.html", context)


def grant_label(role: Role, permission: Permission) -> str:
    """Return the cell of the table: granted, granted at the city's station, or not granted."""
    if permission in role.permissions:
        return "可以"
    return "限市级任职" if permission in role.city_permissions else "—"
