#!/usr/bin/env bash
# From nothing to three processes on PostgreSQL, with a backup that was restored: what docs/operating.md says, tried.
#
#   deploy/try.sh [FOLDER]        everything is made in FOLDER (a new one under /tmp unless given) and stopped at the end
#
# Run it as an ordinary user on a machine with Python 3.11 or newer and PostgreSQL's programs, such as after
#   apt-get install python3-venv postgresql
# It takes Dealworthy's pinned requirements from your package index, and nothing else from anywhere.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d /tmp/dealworthy-XXXXXX)}
PATH=$PATH:$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)
port=${PORT:-8460}
started=()

say() { printf '\n== %s\n' "$*"; }
stop() { for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done; wait; }
trap stop EXIT
ready() {
    for _ in $(seq 600); do
        if "$folder/app/venv/bin/python" -c "import urllib.request as r; r.urlopen('$1', timeout=2)" 2>/dev/null; then return; fi
        sleep 0.2
    done
    echo "$1 does not answer" >&2
    exit 1
}
begin() {
    local log=$folder/$1.log
    shift
    "$@" >"$log" 2>&1 &
    started+=("$!")
}

[ "$(id -u)" != 0 ] || { echo "PostgreSQL refuses to run as root; run this as an ordinary user." >&2; exit 1; }
command -v initdb >/dev/null || { echo "PostgreSQL's programs are missing; on Debian: apt-get install postgresql" >&2; exit 1; }
umask 077
mkdir -p "$folder/app"

say "Install the pinned, hashed requirements"
python3 -m venv "$folder/app/venv"
"$folder/app/venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
    --require-hashes --requirement "$source/requirements/base.txt"
for part in alembic app courses packs quizzes static templates README.md pyproject.toml; do
    cp -r "$source/$part" "$folder/app/"
done
"$folder/app/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --editable "$folder/app"
PATH=$folder/app/venv/bin:$PATH
cd "$folder"

say "Start a PostgreSQL"
initdb --auth=trust --username=postgres --encoding=UTF8 --pgdata "$folder/data" >/dev/null
mkdir "$folder/socket"
begin postgres postgres -D "$folder/data" -h 127.0.0.1 -p $((port + 9)) -k "$folder/socket"
for _ in $(seq 100); do pg_isready -q -h 127.0.0.1 -p $((port + 9)) && break; sleep 0.2; done
createuser -h 127.0.0.1 -p $((port + 9)) -U postgres --createdb dealworthy
createdb -h 127.0.0.1 -p $((port + 9)) -U postgres --owner dealworthy dealworthy

export DEALWORTHY_ENV=production DEALWORTHY_BASE_URL=https://sales.example.com
export DEALWORTHY_DATABASE_URL=postgresql://dealworthy@127.0.0.1:$((port + 9))/dealworthy
DEALWORTHY_SECRET_KEY=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')
export DEALWORTHY_SECRET_KEY

say "Make the schema, take in the courses, make an administrator"
dealworthy migrate
dealworthy import
echo "a long enough password" | dealworthy admin create --email you@example.com --name "Your Name" --password-stdin

say "Two servers and a worker"
begin server-1 dealworthy serve --no-worker --port "$port"
begin server-2 dealworthy serve --no-worker --port $((port + 1))
begin worker dealworthy worker
ready "http://127.0.0.1:$port/readyz"
ready "http://127.0.0.1:$((port + 1))/readyz"
python3 - "$port" <<'PYTHON'
import sys
import urllib.error
import urllib.parse
import urllib.request

port = int(sys.argv[1])
here, there = (f"http://127.0.0.1:{number}" for number in (port, port + 1))
form = urllib.parse.urlencode({"email": "you@example.com", "password": "a long enough password", "next": "/account"})


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


opener = urllib.request.build_opener(Stay)
try:
    opener.open(f"{here}/sign-in", form.encode())
    sys.exit("signing in did not lead on")
except urllib.error.HTTPError as answer:
    assert answer.code == 303, answer.code
    cookie = answer.headers["set-cookie"].partition(";")[0]
page = urllib.request.urlopen(urllib.request.Request(f"{there}/account", headers={"cookie": cookie})).read().decode()
assert "Your Name" in page
print("Signed in at the first server, known at the second.")
PYTHON

say "Back up while it is served, prove the backup, and restore it into a new database"
dealworthy backup "$folder/dealworthy.backup"
dealworthy restore --check "$folder/dealworthy.backup"
createdb -h 127.0.0.1 -p $((port + 9)) -U postgres --owner dealworthy restored
DEALWORTHY_DATABASE_URL=${DEALWORTHY_DATABASE_URL%/*}/restored dealworthy restore "$folder/dealworthy.backup"
DEALWORTHY_DATABASE_URL=${DEALWORTHY_DATABASE_URL%/*}/restored dealworthy audit verify
begin restored env "DEALWORTHY_DATABASE_URL=${DEALWORTHY_DATABASE_URL%/*}/restored" dealworthy serve --port $((port + 2))
ready "http://127.0.0.1:$((port + 2))/readyz"

say "Everything works. It was made in $folder; remove it when you have looked."
