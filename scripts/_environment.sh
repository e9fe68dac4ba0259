# Sourced by the other scripts: makes .venv once and installs leafout into it.
#   leafout_environment EXTRAS   with EXTRAS such as "quickstart" or "all,dev"
# Honours constraints.txt; uses uv instead of pip with USE_UV=1; PYTHON names another interpreter.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

leafout_fail() {
    printf 'error: %s\n\nhint: %s\n' "$1" "$2" >&2
    exit 2
}

leafout_python() {
    local candidate
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    leafout_fail "no Python 3.11 or newer found" "install one, or name it: PYTHON=/path/to/python3.12 $0"
}

leafout_environment() {
    local extras=$1 stamp python
    stamp=".venv/installed-${extras//,/-}-$(cat pyproject.toml constraints.txt | cksum | tr ' ' '-')"
    [ -e "$stamp" ] && return
    if [ ! -x .venv/bin/python ]; then
        python=$(leafout_python)
        echo "making .venv with $python" >&2
        "$python" -m venv .venv || leafout_fail "cannot make .venv" "on Debian and Ubuntu: apt-get install python3-venv"
    fi
    echo "installing leafout[$extras] (some minutes the first time)" >&2
    if [ "${USE_UV:-0}" = 1 ]; then
        command -v uv >/dev/null 2>&1 || leafout_fail "USE_UV=1 and there is no uv" "pip install uv, or run without USE_UV"
        uv pip install --quiet --python .venv/bin/python -c constraints.txt -e ".[$extras]"
    else
        .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$extras]"
    fi || leafout_fail "the installation failed" "read the lines above; is a package index reachable? A proxy or mirror is set with pip config"
    touch "$stamp"
}
