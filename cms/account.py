"""The editor's own settings page, without what the portal does not hold.

Names are set where posts are given, nobody has an e-mail address, and pictures of faces are never stored:
what is left is the look of the desk and the password.
"""

from wagtail.admin.views.account import (
    AccountView,
    BaseSettingsPanel,
    ChangePasswordPanel,
    ThemeSettingsPanel,
)


class OwnAccountView(AccountView):
    def get_panels(self) -> list[BaseSettingsPanel]:
        kept = (ThemeSettingsPanel, ChangePasswordPanel)
        return [panel for panel in super().get_panels() if isinstance(panel, kept)]
