"""Run the parts under supervisord, which restarts the one that falls."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection
from configparser import RawConfigParser
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

import yaml
from supervisor.xmlrpc import Faults, SupervisorTransport

from catalog.logs import LOG_CONFIG, PART
from catalog.settings import Settings
from stack.errors import StackError
from stack.model import BOT_PYTHON, MODEL, rasa_environment

STOP_SECONDS = 30
# Else, of a supervisord that is killed, the parts would go on with nobody to restart or stop them,
# and hold the ports that the next ones need; so would supervisord of who started it.
FALLS_WITH_PARENT = "setpriv --pdeathsig"
BIN = Path(sys.executable).parent


# Where a part finds the supervisor that runs it.
SOCKET_VARIABLE = "SUPERVISOR_SOCKET"


# Where processes count what is asked for together: in memory, where a full disk cannot stop them.
COUNTS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
MEMORY = Path("/dev/shm")

CHANNEL = "bot.serving.channel.GatewayInput"
# In a command, the number of the process; supervisord's own word for it.
NUMBER = "{number}"
PROCESS = "%(process_num)d"


@dataclass(frozen=True)
class Part:
    """A program of which several processes may run, numbered from `first` on."""

    command: str
    processes: int = 1
    first: int = 1
    kind: str = "program"
    options: dict[str, str] = field(default_factory=dict)


def ask_supervisor(socket: Path, method: str, *arguments: Any) -> Any:
    """The answer of the supervisor that listens on `socket`."""
    transport = SupervisorTransport(None, None, f"unix://{socket}")
    with ServerProxy("http://127.0.0.1", transport=transport) as server:
        return getattr(server.supervisor, method)(*arguments)


def stop_part(socket: Path, name: str) -> None:
    """Stop every process of a part; nothing to do for one that has fallen."""
    ask_supervisor(socket, "stopProcessGroup", name)


def start_part(socket: Path, name: str) -> None:
    """Start every process of a part.

    Raises:
        StackError: one does not start.
    """
    for process in ask_supervisor(socket, "startProcessGroup", name):
        if process["status"] != Faults.SUCCESS:
            raise StackError(f"{process['name']} does not start: {process['description']}")


class Supervision:
    """The running parts: bot, actions, web, worker and learner."""

    def __init__(self, settings: Settings, without: Collection[str] = ()) -> None:
        self.settings = settings
        self._without = without
        self.logs = settings.var_dir / "log"
        self._run = settings.var_dir / "run"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        for folder in (self.logs, self._run):
            folder.mkdir(parents=True, exist_ok=True)
        # The path of a Unix socket is short; that of a checkout may not be.
        self._socket_folder = tempfile.TemporaryDirectory(prefix="aiguilleur-")
        self._socket = Path(self._socket_folder.name) / "supervisor"
        self._counts_folder = tempfile.TemporaryDirectory(
            prefix="aiguilleur-", dir=MEMORY if MEMORY.is_dir() else None
        )
        configuration = self._configuration()
        config = self._run / "supervisord.conf"
        with config.open("w") as stream:
            configuration.write(stream)
        self._process = subprocess.Popen(
            [
                *(*FALLS_WITH_PARENT.split(), "TERM"),
                *(BIN / "supervisord", "--nodaemon", "--configuration", config),
            ],
            stdout=subprocess.DEVNULL,
            env=rasa_environment(),
        )

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def fallen(self) -> str | None:
        """A part that supervisord has given up on."""
        try:
            states = self._ask("getAllProcessInfo")
        except (OSError, Fault):
            return None
        return next((s["name"] for s in states if s["statename"] == "FATAL"), None)

    def processes(self, part: str) -> list[int]:
        """The process ids of a part, of those of its processes that run."""
        states = self._ask("getAllProcessInfo")
        return [s["pid"] for s in states if s["group"] == part and s["pid"]]

    def revive(self) -> None:
        """Start what supervisord has given up on: a disk is freed, a database is back."""
        with suppress(OSError, Fault):
            for process in self._ask("getAllProcessInfo"):
                if process["statename"] == "FATAL":
                    self._ask("startProcess", f"{process['group']}:{process['name']}", False)

    def stop_part(self, name: str) -> None:
        stop_part(self._socket, name)

    def start_part(self, name: str) -> None:
        start_part(self._socket, name)

    def stop(self) -> None:
        """Stop every part; nothing is left running."""
        if self.is_running():
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                raise StackError("the parts did not stop in time; look for them with ps") from None
        self._socket_folder.cleanup()
        self._counts_folder.cleanup()

    def wait(self, seconds: float) -> bool:
        """Whether supervisord ends within that time."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return not self.is_running()

    def _ask(self, method: str, *arguments: Any) -> Any:
        return ask_supervisor(self._socket, method, *arguments)

    def _configuration(self) -> RawConfigParser:
        config = RawConfigParser()
        config["supervisord"] = {
            "nodaemon": "true",
            "logfile": self.logs / "supervisord.log",
            "pidfile": self._run / "supervisord.pid",
        }
        config["unix_http_server"] = {"file": self._socket, "chmod": "0700"}
        config["rpcinterface:supervisor"] = {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        }
        here = {name: part for name, part in self.parts().items() if name not in self._without}
        for name, part in here.items():
            process = name if part.processes == 1 else f"{name}-{PROCESS}"
            config[f"{part.kind}:{name}"] = {
                # supervisord expands % in its configuration.
                "command": f"{FALLS_WITH_PARENT} KILL {part.command}".replace("%", "%%").replace(
                    NUMBER, PROCESS
                ),
                "numprocs": part.processes,
                "numprocs_start": part.first,
                "process_name": process,
                "autorestart": "true",
                "startsecs": 3,
                "stopasgroup": "true",
                "killasgroup": "true",
                "redirect_stderr": "true",
                "stdout_logfile": self.logs / f"{process}.log",
                "stdout_logfile_maxbytes": "10MB",
                "stdout_logfile_backups": 3,
                "environment": _quoted(self._environment(name)),
                **part.options,
            }
        return config

    def _environment(self, name: str) -> dict[str, str]:
        here = {SOCKET_VARIABLE: str(self._socket)} if name == "learner" else {}
        if self.settings.metrics_token:
            here[COUNTS_VARIABLE] = self._counts_folder.name
        return {**self.environment(name), **here}

    def environment(self, name: str) -> dict[str, str]:
        """What a part finds in its environment, whoever runs it."""
        # By default the action server listens on every address.
        here = {"SANIC_HOST": "127.0.0.1"} if name == "actions" else {}
        return {PART: name, "LOG_FORMAT": self.settings.log_format, **here}

    def parts(self) -> dict[str, Part]:
        """The program of each part, by its name; their files are written on the way."""
        self._run.mkdir(parents=True, exist_ok=True)
        settings = self.settings
        return {
            "bot": Part(
                f"{BOT_PYTHON} -m bot.serving --port {NUMBER} --model {MODEL}"
                f" --endpoints {self._endpoints()} --credentials {self._credentials()}",
                processes=settings.rasa_workers,
                first=settings.rasa_port,
            ),
            "actions": Part(f"{BIN / 'python'} -m actions"),
            "web": self._web(),
            "worker": Part(f"{BIN / 'python'} -m catalog work"),
            "learner": Part(f"{BIN / 'python'} -m stack.learner"),
        }

    def _web(self) -> Part:
        host, port = self.settings.web_host, self.settings.web_port
        if self.settings.web_workers == 1:
            return Part(
                f"{BIN / 'uvicorn'} --factory web.app:create_app --host {host} --port {port}"
                f" --log-config {LOG_CONFIG} --no-access-log"
            )
        return Part(
            f"{BIN / 'python'} -m web",
            processes=self.settings.web_workers,
            kind="fcgi-program",
            # supervisord holds it: while one of them starts again, the others accept.
            options={"socket": f"tcp://{host}:{port}"},
        )

    def _endpoints(self) -> Path:
        """endpoints.yml with the addresses of the settings."""
        endpoints = yaml.safe_load(Path("endpoints.yml").read_text(encoding="utf-8"))
        endpoints["action_endpoint"]["url"] = f"{self.settings.actions_url}/webhook"
        endpoints["tracker_store"]["url"] = self.settings.database_url
        return self._written("endpoints.yml", endpoints)

    def _credentials(self) -> Path:
        """credentials.yml with the address of the settings."""
        credentials = yaml.safe_load(Path("credentials.yml").read_text(encoding="utf-8"))
        credentials[CHANNEL]["database_url"] = self.settings.database_url
        return self._written("credentials.yml", credentials)

    def _written(self, name: str, values: dict[str, Any]) -> Path:
        """A file of the run, which this account alone may read: the address holds a password."""
        path = self._run / name
        # Under systemd each part writes it as it starts, while the bot may be reading it.
        draft = path.with_name(f"{name}.{os.getpid()}")
        draft.touch(0o600)
        draft.write_text(yaml.safe_dump(values), encoding="utf-8")
        return draft.replace(path)


def _quoted(environment: dict[str, str]) -> str:
    """As supervisord reads it."""
    return ",".join(f'{name}="{value}"' for name, value in environment.items()).replace("%", "%%")
