#!/bin/sh
# Makes both environments from their locks: .venv for the service, bot/.venv for Rasa.
# Brings uv from PyPI where it is missing. Does nothing when they are up to date.
set -eu
cd "$(dirname "$0")"
UV_VERSION=0.13.9

fail() { echo "bootstrap: $*" >&2; exit 1; }

# A pyenv shim stands on PATH for versions that it refuses to run, hence "runs" and not "is there".
runs() { "$1" -c "import sys; sys.exit(not ($2))" >/dev/null 2>&1; }

find_uv() {
    if [ -x .tools/bin/uv ]; then
        UV=.tools/bin/uv
    elif uv --version >/dev/null 2>&1; then
        UV=uv
    else
        echo "Bringing uv…"
        for python in python3 python3.13 python3.12 python3.11; do
            runs "$python" "sys.version_info >= (3, 8)" && break
            python=
        done
        [ -n "$python" ] || fail "no Python found: install python3 and python3-venv, or uv"
        "$python" -m venv .tools 2>/dev/null ||
            fail "python3 cannot make environments: install python3-venv, or uv"
        .tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" ||
            fail "uv could not be brought from PyPI: check the network, or install uv"
        UV=.tools/bin/uv
    fi
}

# environment, version asked of uv as a last resort, condition, candidates…
make_environment() {
    environment=$1 version=$2 condition=$3
    shift 3
    [ -x "$environment/bin/python" ] && runs "$environment/bin/python" "$condition" && return
    for python in "$@"; do
        if runs "$python" "$condition"; then
            "$UV" venv --quiet --clear --python "$python" "$environment"
            return
        fi
    done
    "$UV" venv --quiet --clear --managed-python --python "$version" "$environment" ||
        fail "Python $version was not found and could not be fetched: install it" \
            "(\`pyenv install $version\`, or your system's package) and run this again"
}

install_lock() {
    environment=$1 lock=$2
    cmp -s "$lock" "$environment/installed.lock" && return
    echo "Installing $lock into $environment…"
    "$UV" pip sync --quiet --compile-bytecode --python "$environment/bin/python" --require-hashes "$lock" ||
        fail "$lock could not be installed: see above"
    cp "$lock" "$environment/installed.lock"
}

find_uv
make_environment .venv 3.13 "sys.version_info >= (3, 11)" \
    python3.13 python3.12 python3.11 python3 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[1-3]*/bin/python
make_environment bot/.venv 3.10 "sys.version_info[:2] == (3, 10)" \
    ${PYTHON310:+"$PYTHON310"} python3.10 python3 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10*/bin/python
install_lock .venv requirements.lock
install_lock bot/.venv bot/requirements.lock
