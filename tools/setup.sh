#!/bin/sh
# Makes the virtual environment and installs the pinned, hashed requirements: with uv where it is present, else pip.
set -eu
python=$1
venv=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Dealworthy needs Python 3.11 or newer; this is $("$python" --version). Try: make PYTHON=python3.12 …" >&2
    exit 1
}
echo "Installing into $venv (a minute or two the first time) …"
if command -v uv >/dev/null 2>&1; then
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$python" "$venv"
    VIRTUAL_ENV=$venv uv pip sync --quiet --compile-bytecode --require-hashes requirements/dev.txt
    VIRTUAL_ENV=$venv uv pip install --quiet --no-deps --editable .
    exit 0
fi
# Debian splits ensurepip off into python3-venv; without it, the pip that is there installs into the environment
if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv "$venv" 2>/dev/null || { rm -rf "$venv"; "$python" -m venv --without-pip "$venv"; }
fi
"$python" -m pip --quiet --disable-pip-version-check --python "$venv/bin/python" install \
    --require-hashes --requirement requirements/dev.txt
"$python" -m pip --quiet --disable-pip-version-check --python "$venv/bin/python" install --no-deps --editable .
