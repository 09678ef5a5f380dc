"""`make train`: bring the model up to date."""

import sys

from catalog.settings import SettingsError, get_settings
from stack.checks import check_writable
from stack.errors import StackError
from stack.model import MODELS, train_if_needed


def main() -> int:
    try:
        settings = get_settings()
        check_writable(settings.var_dir, MODELS)
        train_if_needed(settings.var_dir / "log" / "train.log")
    except KeyboardInterrupt:
        return 1
    except (SettingsError, StackError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
