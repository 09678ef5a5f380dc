"""Settings come from the environment, then `.env`, then defaults; a wrong one is told in a line."""

from pathlib import Path

import pytest

from catalog.settings import SettingsError, get_settings


def test_defaults_are_for_local_use() -> None:
    settings = get_settings()
    assert settings.environment == "local"
    assert settings.database_url == "sqlite:///var/aiguilleur.db"
    assert settings.web_url == "http://127.0.0.1:8000"
    assert settings.rasa_urls == ["http://127.0.0.1:5005"]
    assert settings.actions_url == "http://127.0.0.1:5055"
    assert settings.smtp_host is None


def test_the_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "WEB_PORT=8123\nINTAKE_EMAIL='à@b.example'\nUNKNOWN=1\n", "utf-8"
    )
    assert get_settings().web_port == 8123
    assert get_settings().intake_email == "à@b.example"


def test_the_environment_wins_over_the_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("WEB_PORT=8123\nRASA_PORT=5123\n")
    monkeypatch.setenv("WEB_PORT", "8456")
    assert (get_settings().web_port, get_settings().rasa_port) == (8456, 5123)


def test_settings_are_read_once() -> None:
    assert get_settings() is get_settings()


@pytest.mark.parametrize("secret", [None, "local-use-only", "x" * 31])
def test_production_refuses_a_default_or_short_secret(
    monkeypatch: pytest.MonkeyPatch, secret: str | None
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    if secret:
        monkeypatch.setenv("SECRET_KEY", secret)
    with pytest.raises(SettingsError, match="SECRET_KEY must hold 32") as error:
        get_settings()
    assert secret is None or secret not in str(error.value)


def test_production_takes_a_long_secret_and_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = "s3cret" * 6
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("SECRET_KEY", secret)
    monkeypatch.setenv("SMTP_PASSWORD", "hidden")
    settings = get_settings()
    assert settings.secret_key.get_secret_value() == secret
    assert secret not in repr(settings) and "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_PORT", "0"),
        ("WEB_PORT", "65536"),
        ("RASA_PORT", "http"),
        ("ACTIONS_PORT", "-1"),
        ("SMTP_PORT", ""),
        ("SESSION_HOURS", "0"),
        ("ANSWER_TIMEOUT_SECONDS", "soon"),
        ("ENVIRONMENT", "staging"),
        ("SMTP_STARTTLS", "perhaps"),
        ("CONVERSATION_DAYS", "0"),
        ("LOG_FORMAT", "xml"),
        ("METRICS_TOKEN", "hunter2"),
        ("MESSAGES_PER_SESSION", "many"),
        ("MESSAGES_PER_KEY", "5"),
        ("CONVERSATIONS_PER_ADDRESS", ""),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("PUBLIC_URL", "aiguilleur.example"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "aiguilleur.db"),
        ("DATABASE_URL", "mysql://u:hunter2@host/db"),
        ("DATABASE_URL", "postgresql://u:hunter2@host:port/db"),
    ],
)
def test_a_wrong_value_is_told_in_one_line_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        get_settings()
    assert str(error.value).startswith(f"{name}: ")
    assert "\n" not in str(error.value) and "hunter2" not in str(error.value)


def test_several_wrong_values_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PORT", "x")
    monkeypatch.setenv("RASA_PORT", "y")
    with pytest.raises(SettingsError, match=r"^WEB_PORT: .*; RASA_PORT: "):
        get_settings()


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"= 8000\n", 1), (b"# hello\n\nWEB_PORT='8000\n", 3), (b'A=1\nB="2\n', 2)],
)
def test_a_broken_line_of_the_env_file_is_told_by_its_number(
    tmp_path: Path, content: bytes, line: int
) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsError, match=rf"^\.env, line {line}: write NAME=value"):
        get_settings()


def test_an_env_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"^\.env cannot be read"):
        get_settings()


def test_an_env_file_that_is_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(SettingsError, match=r"^\.env cannot be read"):
        get_settings()


@pytest.mark.parametrize("name", ["RASA_WORKERS", "WEB_WORKERS"])
def test_several_processes_need_postgresql(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "2")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    with pytest.raises(SettingsError, match="need PostgreSQL: set DATABASE_URL") as error:
        get_settings()
    assert "\n" not in str(error.value)


def test_several_gateways_need_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@host/db")
    monkeypatch.setenv("WEB_WORKERS", "2")
    with pytest.raises(SettingsError, match=r"needs Redis.* set REDIS_URL"):
        get_settings()
    get_settings.cache_clear()
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    assert get_settings().web_workers == 2


def test_several_workers_of_the_bot_take_the_next_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@host/db")
    monkeypatch.setenv("RASA_WORKERS", "3")
    assert list(get_settings().rasa_ports) == [5005, 5006, 5007]
    get_settings.cache_clear()
    monkeypatch.setenv("RASA_PORT", "65534")
    with pytest.raises(SettingsError, match="RASA_PORT leaves no room"):
        get_settings()
