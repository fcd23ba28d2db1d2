"""Account page of an editor, reduced to display settings and the password.

Names are set with the appointments, accounts have no e-mail address, and pictures of faces are never stored.
"""

from wagtail.admin.views.account import (
    AccountView,
    BaseSettingsPanel,
    ChangePasswordPanel,
    ThemeSettingsPanel,
)


class OwnAccountView(AccountView):
    def get_panels(self) -> list[BaseSettingsPanel]:
        allowed = (ThemeSettingsPanel, ChangePasswordPanel)
        return [panel for panel in super().get_panels() if isinstance(panel, allowed)]
