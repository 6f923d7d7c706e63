# The demo: the sample session learned in a scratch home, and the space that comes of it.
# Run it with `make demo`. It touches nothing outside .demo/.
set -eu
cd "$(dirname "$0")/../.."
unset ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL
rm -rf .demo && mkdir .demo
HOME=$PWD/.demo ACX_HOME=$PWD/.demo/acx GIT_PAGER=cat
export HOME ACX_HOME GIT_PAGER
space=$ACX_HOME/spaces/webshop

bold='' plain=''
if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); fi

run() {
    printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"
    "$@" 2>&1
}

run acx space create webshop --user sam@example.com --meta project=webshop
run acx learn tests/demo/session.jsonl --space webshop
run git -C "$space" log --oneline
run acx log
warning=$(git -C "$space" log --grep='^Acx-Kind: warning' --format=%h -n 1)
run acx show "$warning"
run acx skill list
run acx status
printf '\nThe space is a git repository: %s\n' "$space"
