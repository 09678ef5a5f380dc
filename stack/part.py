"""Become one process of one part, as the supervisor would run it: `python -m stack.part bot`.

For systemd, which then holds the parts in the supervisor's place.
"""

import argparse
import os
import shlex
import sys

from catalog.settings import SettingsError, get_settings
from stack.model import rasa_environment
from stack.supervision import NUMBER, Supervision


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--number", type=int, help="of the process; for the bot, its port")
    arguments = parser.parse_args()
    try:
        supervision = Supervision(get_settings())
        parts = supervision.parts()
    except (SettingsError, OSError) as error:
        print(f"part: {error}", file=sys.stderr)
        return 1
    part = parts.get(arguments.name)
    if part is None:
        print(f"part: there is no {arguments.name}, but {', '.join(parts)}", file=sys.stderr)
        return 1
    number = part.first if arguments.number is None else arguments.number
    command = shlex.split(part.command.replace(NUMBER, str(number)))
    os.execve(
        command[0], command, {**rasa_environment(), **supervision.environment(arguments.name)}
    )


if __name__ == "__main__":
    sys.exit(main())
