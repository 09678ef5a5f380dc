"""Run the parts under supervisord, which restarts the one that falls."""

import signal
import subprocess
import sys
import tempfile
from configparser import RawConfigParser
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

import yaml
from supervisor.xmlrpc import SupervisorTransport

from catalog.settings import Settings
from stack.errors import StackError
from stack.model import MODEL, RASA, rasa_environment

STOP_SECONDS = 30
BIN = Path(sys.executable).parent


# Where a part finds the supervisor that runs it.
SOCKET_VARIABLE = "SUPERVISOR_SOCKET"


def ask_supervisor(socket: Path, method: str, *arguments: str) -> Any:
    """The answer of the supervisor that listens on `socket`."""
    transport = SupervisorTransport(None, None, f"unix://{socket}")
    with ServerProxy("http://127.0.0.1", transport=transport) as server:
        return getattr(server.supervisor, method)(*arguments)


class Supervision:
    """The running parts: bot, actions, web, worker and learner."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.logs = settings.var_dir / "log"
        self._run = settings.var_dir / "run"
        # The path of a Unix socket is short; that of a checkout may not be.
        self._socket_folder = tempfile.TemporaryDirectory(prefix="aiguilleur-")
        self._socket = Path(self._socket_folder.name) / "supervisor"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        for folder in (self.logs, self._run):
            folder.mkdir(parents=True, exist_ok=True)
        config = self._run / "supervisord.conf"
        with config.open("w") as stream:
            self._configuration().write(stream)
        self._process = subprocess.Popen(
            [BIN / "supervisord", "--nodaemon", "--configuration", config],
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

    def stop_part(self, name: str) -> None:
        self._ask("stopProcess", name)

    def start_part(self, name: str) -> None:
        self._ask("startProcess", name)

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

    def wait(self) -> None:
        self._process.wait()

    def _ask(self, method: str, *arguments: str) -> Any:
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
        for name, command in self._commands().items():
            config[f"program:{name}"] = {
                # supervisord expands % in its configuration.
                "command": command.replace("%", "%%"),
                "autorestart": "true",
                "startsecs": 3,
                "stopasgroup": "true",
                "killasgroup": "true",
                "redirect_stderr": "true",
                "stdout_logfile": self.logs / f"{name}.log",
                "stdout_logfile_maxbytes": "10MB",
                "stdout_logfile_backups": 3,
            }
        config["program:actions"]["environment"] = 'SANIC_HOST="127.0.0.1"'
        config["program:learner"]["environment"] = f'{SOCKET_VARIABLE}="{self._socket}"'
        return config

    def _commands(self) -> dict[str, str]:
        settings = self.settings
        return {
            "bot": f"{RASA} run --interface 127.0.0.1 --port {settings.rasa_port} --model {MODEL}"
            f" --endpoints {self._endpoints()} --credentials credentials.yml",
            "actions": f"{BIN / 'python'} -m rasa_sdk --actions actions"
            f" --port {settings.actions_port}",
            "web": f"{BIN / 'uvicorn'} --factory web.app:create_app --host {settings.web_host}"
            f" --port {settings.web_port}",
            "worker": f"{BIN / 'python'} -m catalog work",
            "learner": f"{BIN / 'python'} -m stack.learner",
        }

    def _endpoints(self) -> Path:
        """endpoints.yml with the addresses of the settings."""
        endpoints = yaml.safe_load(Path("endpoints.yml").read_text(encoding="utf-8"))
        endpoints["action_endpoint"]["url"] = f"{self.settings.actions_url}/webhook"
        endpoints["tracker_store"]["url"] = self.settings.database_url
        path = self._run / "endpoints.yml"
        path.write_text(yaml.safe_dump(endpoints), encoding="utf-8")
        path.chmod(0o600)
        return path
