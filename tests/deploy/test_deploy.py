"""What is written for machines that are not here: names in it exist, and what is told holds."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
import yaml

from catalog.logs import PART
from catalog.settings import CREDENTIALS, Settings, get_settings
from stack.supervision import COUNTS_VARIABLE, Supervision
from web.body_limit import MAX_CONSOLE_BYTES

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
DOCUMENT = (ROOT / "docs/operating.md").read_text("utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "aiguilleur"}
NOT_SETTINGS = {"FORWARDED_ALLOW_IPS", CREDENTIALS, COUNTS_VARIABLE, PART}
SETTINGS = {name.upper() for name in Settings.model_fields} | NOT_SETTINGS


def values(path: Path) -> dict[str, list[str]]:
    """What each key of a unit is set to, in order."""
    found: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        name, is_set, value = line.partition("=")
        if is_set and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def assigned(path: Path) -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", path.read_text("utf-8"), re.MULTILINE))


def modules(command: list[str]) -> list[str]:
    """The modules that a command runs."""
    words = [word for text in command for word in shlex.split(text)]
    return [words[at + 1] for at, word in enumerate(words) if word == "-m"]


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    monkeypatch.chdir(ROOT)
    return set(Supervision(Settings(_env_file=None, var_dir=tmp_path)).parts())


def test_each_part_has_its_unit_and_starts_with_the_others(parts: set[str]) -> None:
    wanted = {
        re.sub(r"@[^.]+", "@", unit)
        for line in values(UNITS / "aiguilleur.target")["Wants"]
        for unit in line.split()
    }
    for part in parts:
        [unit] = {f"aiguilleur-{part}.service", f"aiguilleur-{part}@.service"} & wanted
        assert values(UNITS / unit)["Restart"] == ["always"]
    assert all((UNITS / unit).exists() for unit in wanted)


@pytest.mark.parametrize("path", sorted(UNITS.glob("*.service")), ids=lambda path: path.name)
def test_what_a_service_runs_exists(path: Path, parts: set[str]) -> None:
    found = values(path)
    for command in found["ExecStart"]:
        for module in modules([command]):
            assert importlib.util.find_spec(module), module
        if "stack.part" in command:
            assert command.split("stack.part ")[1].split()[0] in parts
    for unit in " ".join(found.get("Requires", [])).split():
        assert (UNITS / unit).exists()


def test_variables_are_settings() -> None:
    common = values(UNITS / "aiguilleur-.service.d/common.conf")
    given = {pair.split("=")[0] for line in common["Environment"] for pair in line.split()}
    given |= assigned(UNITS / "environment.example")
    for service in OURS.values():
        given |= set(service["environment"])
    assert given <= SETTINGS


def test_what_a_composition_asks_for_is_in_its_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yml").read_text("utf-8")))
    assert asked == assigned(DEPLOY / ".env.example")


def test_secrets_are_settings_read_from_files() -> None:
    for service in OURS.values():
        assert service["environment"][CREDENTIALS] == "/run/secrets"
        assert set(service["secrets"]) <= set(Settings.model_fields)
        assert not set(service["secrets"]) & {name.lower() for name in service["environment"]}
    assert {name for s in SERVICES.values() for name in s.get("secrets", [])} == set(
        COMPOSE["secrets"]
    )
    for name in COMPOSE["secrets"]:
        assert f"{name}\n" in DOCUMENT or f"{name} " in DOCUMENT


def test_only_the_proxy_is_reached_and_only_the_worker_reaches_out() -> None:
    inside = {name for name, network in COMPOSE["networks"].items() if network.get("internal")}
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    reaching = {name for name, service in SERVICES.items() if set(service["networks"]) - inside}
    assert reaching == {"proxy", "worker"}
    assert not set(SERVICES["proxy"]["networks"]) & set(SERVICES["postgres"]["networks"])


def test_containers_can_neither_write_in_their_image_nor_gain_rights() -> None:
    for service in SERVICES.values():
        assert service["read_only"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(service["cap_drop"] == ["ALL"] for service in OURS.values())


def test_what_containers_run_exists(parts: set[str]) -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    for copied in re.findall(r"^COPY (.+) \S+$", dockerfile, re.MULTILINE):
        assert all((ROOT / path).exists() for path in copied.split())
    for service in OURS.values():
        for module in modules(service["command"]):
            assert importlib.util.find_spec(module), module
    together = shlex.split(" ".join(SERVICES["app"]["command"]))
    assert together[together.index("--without") + 1] in parts


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_proxies_let_through_what_the_service_takes_and_no_more(name: str) -> None:
    proxy = (DEPLOY / name).read_text("utf-8")
    [kilobytes] = re.findall(r"(?:max_size|client_max_body_size) (\d+)[kK]", proxy)
    assert int(kilobytes) * 1000 > MAX_CONSOLE_BYTES
    assert "max-age=31536000" in proxy
    assert re.search(r"/metrics.*(?s:.){0,40}404", proxy)


def test_nginx_believes_no_address_that_a_browser_wrote() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text("utf-8")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    assert "proxy_add_x_forwarded_for" not in nginx


def test_a_secret_in_a_file_is_a_setting(
    tmp_path: Path, plain_settings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret_key").write_text("s" * 40)
    (tmp_path / "database_url").write_text("sqlite:///elsewhere.db\n")
    monkeypatch.setenv(CREDENTIALS, str(tmp_path))
    monkeypatch.setenv("ENVIRONMENT", "production")
    settings = get_settings()
    assert settings.secret_key.get_secret_value() == "s" * 40
    assert settings.database_url == "sqlite:///elsewhere.db"
