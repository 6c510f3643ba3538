"""Settings from the environment: one list with name, default and help."""

import shlex
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting is an environment variable INFUSION_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="INFUSION_", frozen=True)

    database_url: str = Field(
        "sqlite:///var/infusion.sqlite",
        description="where the record is kept: a SQLite file, or postgresql://USER@HOST/NAME (15 or newer)",
    )
    host: str = Field("127.0.0.1", description="address the server listens on")
    port: int = Field(8050, ge=1, le=65535, description="port the server listens on")
    clinic_id: int = Field(1, ge=1, description="number of this clinic in the record")
    clinic_time_zone: str = Field("UTC", description="time zone of the clinic's clocks, as in Europe/Berlin")
    is_simulated: bool = Field(False, description="marks a new database and all in it as simulated (make demo)")
    drill_name: str = Field(
        "",
        max_length=60,
        description="name of the drill that this server plays: every page carries a watermark; simulated databases "
        "only; empty: none (make drill)",
    )
    notifier_command: str = Field(
        "",
        description="command that is run, with the alert as JSON on its input, each time a critical alert is found not "
        "answered for 60 s; empty: none",
    )
    demo_password: str = Field("infusion-demo", description="password of the demo accounts; used by make demo alone")

    @field_validator("drill_name")
    @classmethod
    def _readable_name(cls, name: str) -> str:
        if not name.isprintable():
            raise ValueError("must be printable text on one line")
        return name.strip()

    @model_validator(mode="after")
    def _drill_on_simulated_database(self) -> Self:
        if self.drill_name and not self.is_simulated:
            raise ValueError("drill_name needs is_simulated: a drill is played on a simulated database alone")
        return self

    @field_validator("notifier_command")
    @classmethod
    def _readable_command(cls, command: str) -> str:
        try:
            words = shlex.split(command)
        except ValueError as unreadable:
            raise ValueError(f"cannot be read as a command: {unreadable}") from unreadable
        return command if words else ""

    @field_validator("clinic_time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError(f"unknown time zone {name!r}") from unknown
        return name
