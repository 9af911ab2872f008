#!/usr/bin/env bash
# Tests .pre-commit-hooks.yaml with the real pre-commit.
#
#   tests/pre_commit.sh [--fast]
#
# pre-commit is looked for on PATH, or is what $PRE_COMMIT names: the program
# or a virtual environment with it. Most tests run the hooks with the program
# that $NBWEAVE names or a debug build of this checkout; the last one lets
# pre-commit build it, as users do, which takes a minute. `--fast` leaves that
# out.

set -euo pipefail

checkout=$(cd "$(dirname "$0")/.." && pwd)

if [[ -d ${PRE_COMMIT:-} ]]; then
	PATH=$(cd "$PRE_COMMIT/bin" && pwd):$PATH
elif [[ -n ${PRE_COMMIT:-} ]]; then
	PATH=$(cd "$(dirname "$PRE_COMMIT")" && pwd):$PATH
fi
if ! command -v pre-commit >/dev/null; then
	echo 'skipped: there is no pre-commit'
	exit 0
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Of the user's settings, only those of cargo.
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
export HOME=$tmp/home PRE_COMMIT_HOME=$tmp/cache
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME='A U Thor' GIT_AUTHOR_EMAIL=author@example.com
export GIT_COMMITTER_NAME='A U Thor' GIT_COMMITTER_EMAIL=author@example.com
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
mkdir "$HOME"

if [[ -z ${NBWEAVE:-} ]]; then
	(cd "$checkout" && cargo build --quiet --bin nbweave)
	NBWEAVE=$(cd "$checkout" && cd "${CARGO_TARGET_DIR:-target}" && pwd)/debug/nbweave
fi
PATH=$(cd "$(dirname "$NBWEAVE")" && pwd):$PATH

ran='{"cells": [{"cell_type": "code", "execution_count": 1, "outputs": [{"name": "stdout", "output_type": "stream", "text": "hi"}], "source": "x"}], "nbformat": 4}'
stripped='{"cells": [{"cell_type": "code", "execution_count": null, "outputs": [], "source": "x"}], "nbformat": 4}'
clean='{"cells": [{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": "x"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}'
zeppelin='{"paragraphs": [{"results": {"msg": "hi"}}]}'

n_tests=0
fail() {
	echo "FAILED ${FUNCNAME[1]}: $*"
	cat "$tmp/output" 2>/dev/null || true
	exit 1
}

# Runs a command that has to exit with a code; keeps what it writes.
exits() {
	local expected=$1 code=0
	shift
	"$@" >"$tmp/output" 2>&1 || code=$?
	[[ $code == "$expected" ]] || fail "'$*' exited with $code, not $expected"
}

says() {
	grep --quiet --fixed-strings -- "$1" "$tmp/output" || fail "nobody said '$1'"
}

holds() {
	[[ $(cat "$1") == "$2" ]] || fail "$1 holds $(cat "$1")"
}

# Makes a repository of everything in a directory and prints its commit.
commit_all() {
	git -C "$1" init --quiet
	git -C "$1" add --all
	git -C "$1" commit --quiet --no-verify --message all
	git -C "$1" rev-parse HEAD
}

# Hooks that run the `nbweave` on PATH.
system_hooks=$tmp/system
mkdir "$system_hooks"
sed 's/language: rust/language: system/' "$checkout/.pre-commit-hooks.yaml" \
	>"$system_hooks/.pre-commit-hooks.yaml"
system_commit=$(commit_all "$system_hooks")

# Enters a new project that uses a hook: repository, commit, id, arguments.
project() {
	n_tests=$((n_tests + 1))
	mkdir "$tmp/project-$n_tests"
	cd "$tmp/project-$n_tests"
	git init --quiet --initial-branch=main
	cat >.pre-commit-config.yaml <<-CONFIG
		repos:
		  - repo: $1
		    rev: $2
		    hooks:
		      - id: $3
		        args: [${4:-}]
	CONFIG
	git add .
	git commit --quiet --no-verify --message config
}

the_manifest_is_valid() {
	exits 0 pre-commit validate-manifest "$checkout/.pre-commit-hooks.yaml"
}

strip_takes_notebooks_and_nothing_else() {
	project "$system_hooks" "$system_commit" nbweave-strip
	mkdir -p 'd/e f'
	for name in a.ipynb 'd/e f/g h.ipynb' UPPER.IPYNB other.json ipynb a.ipynb.txt; do
		printf %s "$ran" >"$name"
	done
	printf %s "$zeppelin" >z.zpln
	printf %s "$ran" >"$tmp/outside"
	ln -s "$tmp/outside" link.ipynb
	git add .
	exits 1 pre-commit run
	says "stripped 'a.ipynb': 1 output, 1 execution count"
	for name in a.ipynb 'd/e f/g h.ipynb' UPPER.IPYNB; do
		holds "$name" "$stripped"
	done
	holds z.zpln '{"paragraphs": [{"results": {}}]}'
	for name in other.json ipynb a.ipynb.txt "$tmp/outside"; do
		holds "$name" "$ran"
	done
	git add .
	exits 0 pre-commit run
}

strip_stops_a_commit_until_the_notebook_is_added_again() {
	project "$system_hooks" "$system_commit" nbweave-strip
	exits 0 pre-commit install
	printf %s "$ran" >a.ipynb
	git add .
	exits 1 git commit --message run
	git add .
	exits 0 git commit --message stripped
	[[ $(git show HEAD:a.ipynb) == "$stripped" ]] || fail 'outputs were committed'
}

strip_leaves_alone_what_is_not_staged() {
	project "$system_hooks" "$system_commit" nbweave-strip
	printf %s "$stripped" >a.ipynb
	printf %s "$ran" >b.ipynb
	git add a.ipynb
	printf %s "${ran/x/y}" >a.ipynb
	exits 0 pre-commit run
	holds a.ipynb "${ran/x/y}"
	holds b.ipynb "$ran"
}

strip_takes_options() {
	project "$system_hooks" "$system_commit" nbweave-strip \
		'--keep-output, --extra-keys, metadata.a cell.metadata.b'
	printf %s "$ran" >a.ipynb
	git add .
	exits 1 pre-commit run
	holds a.ipynb "${ran/count\": 1/count\": null}"
}

strip_says_what_is_wrong_and_does_the_others() {
	project "$system_hooks" "$system_commit" nbweave-strip
	printf %s "$ran" >a.ipynb
	printf '{"cells": [\n' >b.ipynb
	printf %s "$ran" >c.ipynb
	git add .
	exits 1 pre-commit run
	says "nbweave: cannot strip 'b.ipynb': invalid JSON at line 2, column 1"
	says '- exit code: 129'
	holds a.ipynb "$stripped"
	holds c.ipynb "$stripped"
}

all_notebooks_go_to_one_process() {
	project "$system_hooks" "$system_commit" nbweave-check
	for index in {1..40}; do
		printf %s "$ran" >"$index.ipynb"
	done
	git add .
	exits 1 pre-commit run
	says 'nbweave: 200 findings in 40 of 40 notebooks'
}

check_changes_nothing() {
	project "$system_hooks" "$system_commit" nbweave-check
	printf %s "$ran" >a.ipynb
	printf %s "$stripped" >b.ipynb
	git add .
	exits 1 pre-commit run
	says "a.ipynb:1:67: NB101 1 output (cell 1 'x')"
	says '- exit code: 1'
	holds a.ipynb "$ran"
	printf %s "$clean" >b.ipynb
	exits 0 pre-commit run --files b.ipynb
}

check_takes_rules_and_says_what_it_cannot_read() {
	project "$system_hooks" "$system_commit" nbweave-check '--select, NB5'
	printf %s "$ran" >a.ipynb
	git add .
	exits 0 pre-commit run
	local python='"metadata": {"language_info": {"name": "python"}}, "nbformat"'
	printf %s "$clean" |
		sed "s/\"x\"/\"x = (\"/; s/\"metadata\": {}, \"nbformat\"/$python/" >a.ipynb
	git add .
	exits 1 pre-commit run
	says 'NB501'
	printf '{"cells": [\n' >b.ipynb
	git add .
	exits 1 pre-commit run
	says "nbweave: cannot check 'b.ipynb': invalid JSON at line 2, column 1"
	says '- exit code: 129'
}

check_reads_what_is_staged_if_it_is_told_to() {
	project "$system_hooks" "$system_commit" nbweave-check --staged
	exits 0 pre-commit install
	printf %s "$clean" >a.ipynb
	git add .
	printf %s "$ran" >a.ipynb
	exits 0 git commit --message clean
	git add .
	exits 1 git commit --message ran
	holds a.ipynb "$ran"
}

check_mends_and_does_not_loop() {
	project "$system_hooks" "$system_commit" nbweave-check --fix
	printf %s "${clean/null/1}" >a.ipynb
	git add .
	exits 1 pre-commit run
	holds a.ipynb "$clean"
	git add .
	exits 0 pre-commit run
}

convert_stages_and_does_not_loop() {
	project "$system_hooks" "$system_commit" nbweave-convert
	echo 'formats = "ipynb,py:percent"' >jupytext.toml
	exits 0 pre-commit install
	printf %s "$clean" >a.ipynb
	git add .
	exits 0 git commit --message notebook
	[[ $(git show HEAD:a.py) == *'# %%'*x ]] || fail 'the text was not committed'
	[[ -z $(git status --porcelain) ]] || fail "$(git status --porcelain)"
	sed -i.bak 's/^x$/y = 2/' a.py
	rm a.py.bak
	git add .
	exits 0 git commit --message text
	git show HEAD:a.ipynb | grep --quiet 'y = 2' || fail 'the notebook was not committed'
	[[ -z $(git status --porcelain) ]] || fail "$(git status --porcelain)"
	exits 0 pre-commit run --all-files
}

pre_commit_builds_the_program() {
	local hooks=$tmp/rust commit
	mkdir "$hooks"
	(cd "$checkout" && git ls-files -z --cached --others --exclude-standard -- \
		Cargo.toml Cargo.lock README.md LICENSE src hooks .pre-commit-hooks.yaml |
		tar --create --null --files-from=- --file=-) | tar --extract --file=- --directory="$hooks"
	commit=$(commit_all "$hooks")
	project "$hooks" "$commit" nbweave-strip
	printf %s "$ran" >a.ipynb
	git add .
	# Without the `nbweave` of this checkout.
	PATH=${PATH#*:} exits 1 pre-commit run
	says "stripped 'a.ipynb': 1 output, 1 execution count"
	holds a.ipynb "$stripped"
}

the_manifest_is_valid
strip_takes_notebooks_and_nothing_else
strip_stops_a_commit_until_the_notebook_is_added_again
strip_leaves_alone_what_is_not_staged
strip_takes_options
strip_says_what_is_wrong_and_does_the_others
all_notebooks_go_to_one_process
check_changes_nothing
check_takes_rules_and_says_what_it_cannot_read
check_reads_what_is_staged_if_it_is_told_to
check_mends_and_does_not_loop
convert_stages_and_does_not_loop
if [[ ${1:-} != --fast ]]; then
	pre_commit_builds_the_program
fi
echo "ok: pre-commit runs the hooks in $n_tests projects"
