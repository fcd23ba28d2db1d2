from django.apps import AppConfig


class VeteransConfig(AppConfig):
    name = "portal.veterans"
    verbose_name = "退役军人"

    def ready(self) -> None:
        from portal.sheets.kinds import register
        from portal.veterans.importing import KIND_OF_FILES

        register(KIND_OF_FILES)
