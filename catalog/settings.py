"""Settings of the service, from the environment or `.env`; `.env.example` documents each."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from dotenv.parser import Original, parse_stream
from limits import parse
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

LOCAL_SECRET = "local-use-only"
ENV_FILE = Path(".env")
# Where systemd's LoadCredential and a composition's secrets are: a file for each, named as a
# setting is.
CREDENTIALS = "CREDENTIALS_DIRECTORY"
MIN_TOKEN = 16


class SettingsError(Exception):
    """The settings cannot be used; the message says in one line what to change."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore")

    environment: Literal["local", "production"] = "local"
    secret_key: SecretStr = SecretStr(LOCAL_SECRET)
    database_url: str = "sqlite:///var/aiguilleur.db"
    var_dir: Path = Path("var")

    web_host: str = "127.0.0.1"
    web_port: int = Field(8000, ge=1, le=65535)
    web_workers: int = Field(1, ge=1, le=64)
    # The first worker's; each of the others listens on the next one.
    rasa_port: int = Field(5005, ge=1, le=65535)
    rasa_workers: int = Field(1, ge=1, le=64)
    actions_port: int = Field(5055, ge=1, le=65535)

    # Where members and pôles' pages find the web server, if a proxy stands before it.
    public_url: str | None = None

    session_hours: float = Field(12, gt=0)
    answer_timeout_seconds: float = Field(10, gt=0)

    # What is kept, and for how many days.
    conversation_days: int = Field(90, ge=1)
    request_days: int = Field(1095, ge=1)
    outbox_days: int = Field(90, ge=1)
    sign_in_days: int = Field(365, ge=1)
    log_days: int = Field(30, ge=1)
    backup_days: int = Field(30, ge=1)

    backup_dir: Path | None = None
    backup_hours: float = Field(24, ge=0)

    redis_url: str | None = None
    messages_per_session: str = "20/minute"
    messages_per_address: str = "120/minute"
    messages_per_key: str = "1200/minute"
    conversations_per_address: str = "60/hour"
    sign_ins_per_address: str = "20/hour"
    person_links_per_address: str = "10/hour"

    # Where staff sign in besides: the issuer, such as https://login.microsoftonline.com/<tenant>/v2.0
    openid_issuer: str | None = None
    openid_client_id: str | None = None
    openid_client_secret: SecretStr | None = None

    log_format: Literal["text", "json"] = "text"
    metrics_token: SecretStr | None = None

    intake_email: str = "accueil@consortium.example"
    privacy_email: str = "vie-privee@consortium.example"
    mail_from: str = "aiguilleur@consortium.example"
    smtp_host: str | None = None
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = True

    @field_validator("database_url")
    @classmethod
    def refuse_other_databases(cls, database_url: str) -> str:
        try:
            known = make_url(database_url).get_backend_name() in ("sqlite", "postgresql")
        except (ArgumentError, ValueError):
            known = False
        if not known:
            raise ValueError("write sqlite:///path/of/file.db or postgresql://user@host/database")
        return database_url

    @field_validator("public_url")
    @classmethod
    def refuse_what_is_no_address(cls, public_url: str | None) -> str | None:
        if public_url and not public_url.startswith(("https://", "http://")):
            raise ValueError("write https://host, as browsers are to reach it")
        return public_url and public_url.rstrip("/")

    @field_validator("redis_url")
    @classmethod
    def refuse_what_is_no_redis(cls, redis_url: str | None) -> str | None:
        if redis_url and not redis_url.startswith(("redis://", "rediss://")):
            raise ValueError("write redis://host:6379/0")
        return redis_url

    @field_validator(
        "messages_per_session",
        "messages_per_address",
        "messages_per_key",
        "conversations_per_address",
        "sign_ins_per_address",
        "person_links_per_address",
    )
    @classmethod
    def refuse_what_is_no_limit(cls, limit: str) -> str:
        try:
            parse(limit)
        except ValueError:
            raise ValueError("write a number and a time, such as 20/minute") from None
        return limit

    @field_validator("metrics_token")
    @classmethod
    def refuse_short_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and len(token.get_secret_value()) < MIN_TOKEN:
            raise ValueError(f"write {MIN_TOKEN} characters or more, or nothing: no metrics then")
        return token

    @model_validator(mode="after")
    def refuse_several_without_what_they_share(self) -> "Settings":
        is_postgresql = make_url(self.database_url).get_backend_name() == "postgresql"
        if max(self.web_workers, self.rasa_workers) > 1 and not is_postgresql:
            raise ValueError(
                "RASA_WORKERS and WEB_WORKERS above 1 need PostgreSQL:"
                " set DATABASE_URL to postgresql://user@host/database"
            )
        if self.web_workers > 1 and not self.redis_url:
            raise ValueError(
                "WEB_WORKERS above 1 needs Redis, where all of them count what is sent:"
                " set REDIS_URL to redis://host:6379/0"
            )
        if self.rasa_ports[-1] > 65535:
            raise ValueError("RASA_PORT leaves no room below 65536 for RASA_WORKERS ports")
        return self

    @model_validator(mode="after")
    def refuse_half_a_provider(self) -> "Settings":
        given = (self.openid_issuer, self.openid_client_id, self.openid_client_secret)
        if any(given) and not all(given):
            raise ValueError(
                "OPENID_ISSUER, OPENID_CLIENT_ID and OPENID_CLIENT_SECRET go together:"
                " give all three or none"
            )
        return self

    @model_validator(mode="after")
    def refuse_default_secret(self) -> "Settings":
        if self.environment == "production" and len(self.secret_key.get_secret_value()) < 32:
            raise ValueError(
                "SECRET_KEY must hold 32 characters or more in production:"
                " python -c 'import secrets; print(secrets.token_urlsafe(32))' makes one"
            )
        return self

    @property
    def rasa_ports(self) -> range:
        return range(self.rasa_port, self.rasa_port + self.rasa_workers)

    @property
    def rasa_urls(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.rasa_ports]

    @property
    def backups(self) -> Path:
        return self.backup_dir or self.var_dir / "backups"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def web_url(self) -> str:
        return f"http://{self.web_host}:{self.web_port}"

    @property
    def browser_url(self) -> str:
        return self.public_url or self.web_url


@lru_cache
def get_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: a value is missing or wrong, or `.env` cannot be read.
    """
    _check_env_file()
    try:
        return Settings(_secrets_dir=os.environ.get(CREDENTIALS))
    except ValidationError as error:
        raise SettingsError("; ".join(map(_one_line, error.errors()))) from None


def _check_env_file() -> None:
    if not ENV_FILE.exists():
        return
    try:
        with ENV_FILE.open(encoding="utf-8") as stream:
            broken = [_line(item.original) for item in parse_stream(stream) if item.error]
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{ENV_FILE} cannot be read: {error}") from None
    if broken:
        raise SettingsError(f"{ENV_FILE}, line {broken[0]}: write NAME=value (see .env.example)")


def _line(original: Original) -> int:
    """The line where words start: the parser counts the blank lines before as theirs."""
    blank = len(original.string) - len(original.string.lstrip())
    return original.line + original.string.count("\n", 0, blank)


def _one_line(error: dict) -> str:
    name = "_".join(map(str, error["loc"])).upper()
    message = error["msg"].removeprefix("Value error, ")
    return f"{name}: {message}" if name else message
