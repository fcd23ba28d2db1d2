from django.apps import AppConfig


class PositionsConfig(AppConfig):
    name = "portal.positions"
    verbose_name = "岗位"

    def ready(self) -> None:
        from portal.positions.importing import KIND_OF_POSITIONS
        from portal.sheets.kinds import register

        register(KIND_OF_POSITIONS)
