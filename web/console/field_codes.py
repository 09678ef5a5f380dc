"""Two letters to type for each of some names, all different."""

from collections.abc import Mapping

from catalog.places import fold


def two_letter_codes(names: Mapping[str, str]) -> dict[str, str]:
    """A code for each key of `names`: the name's first letter and the first other that is free.

    Raises:
        ValueError: a name shares every one of its pairs with those before it.
    """
    codes: dict[str, str] = {}
    for key, name in names.items():
        letters = fold(name).replace(" ", "")
        pairs = (letters[0] + other for other in letters[1:])
        code = next((pair for pair in pairs if pair not in codes.values()), None)
        if code is None:
            raise ValueError(f"no two letters are left for “{name}”")
        codes[key] = code
    return codes
