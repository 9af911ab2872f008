#!/usr/bin/env bash
# Looks at pages of `nbweave diff --format html` in a browser: keys and mouse,
# reading without a script, both themes, narrow and wide, accessibility, and
# whether a notebook that means harm gets anywhere. Screenshots are left in
# target/browser/.
#
# Needs node, npm and chromium ($CHROMIUM, /usr/bin/chromium). Where they are
# missing it says so and succeeds, unless NBWEAVE_BROWSER=required.
#
#   tests/browser/run.sh [path of nbweave]
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() {
  echo "browser tests are left out: $1"
  [ "${NBWEAVE_BROWSER:-}" != required ] || exit 1
  exit 0
}

nbweave=${1:-${NBWEAVE:-$PWD/target/release/nbweave}}
[ -x "$nbweave" ] || { echo "no nbweave at $nbweave" >&2; exit 1; }
for program in node npm; do
  command -v "$program" >/dev/null || skip "there is no $program"
done
chromium=${CHROMIUM:-$(command -v chromium || echo /usr/bin/chromium)}
[ -x "$chromium" ] || skip "there is no chromium at $chromium"

target=$PWD/target/browser
mkdir -p "$target"
cp tests/browser/package.json tests/browser/package-lock.json tests/browser/*.mjs "$target/"
if [ ! -d "$target/node_modules/axe-core" ] || [ ! -d "$target/node_modules/playwright-core" ]; then
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 \
    npm ci --prefix "$target" --no-audit --no-fund --loglevel=error ||
    skip "npm cannot install playwright-core and axe-core"
fi
NBWEAVE=$nbweave CHROMIUM=$chromium node "$target/check.mjs" "$target"
