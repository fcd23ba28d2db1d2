"""Account page of an editor, reduced to display settings.

The password is changed at the portal's own page, which counts wrong tries.
Names are set with the appointments, accounts have no e-mail address, and pictures of faces are never stored.
"""

from wagtail.admin.views.account import (
    AccountView,
    BaseSettingsPanel,
    ThemeSettingsPanel,
)


class OwnAccountView(AccountView):
    def get_panels(self) -> list[BaseSettingsPanel]:
        return [panel for panel in super().get_panels() if isinstance(panel, ThemeSettingsPanel)]
