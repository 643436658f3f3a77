#!/usr/bin/env bash
# Lints deploy/ and the workflows with tools that npm does not have: cfn-lint where there is Python, actionlint where
# there is Go. What cannot be had is said and left out, which is a failure where CI_NO_SKIPS is set.
# Ends with one line: N passed, N failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

cfn_lint=1.58.0
actionlint=v1.7.12
cache=$PWD/node_modules/.cache/ingestor-lint
passed=0
failed=0

check() {
  local name=$1
  shift
  if "$@"; then
    echo "ok $name"
    passed=$((passed + 1))
  else
    echo "not ok $name"
    failed=$((failed + 1))
  fi
}

leave_out() {
  echo "without $1"
  [ -z "${CI_NO_SKIPS:-}" ] || failed=$((failed + 1))
}

have_cfn_lint() {
  [ -x "$cache/cfn-lint-$cfn_lint/bin/cfn-lint" ] && return
  command -v python3 >/dev/null && rm -rf "$cache/cfn-lint-$cfn_lint" &&
    python3 -m venv "$cache/cfn-lint-$cfn_lint" &&
    "$cache/cfn-lint-$cfn_lint/bin/pip" install --quiet --disable-pip-version-check "cfn-lint==$cfn_lint"
}

have_actionlint() {
  [ -x "$cache/actionlint-$actionlint/actionlint" ] && return
  command -v go >/dev/null &&
    GOBIN=$cache/actionlint-$actionlint go install "github.com/rhysd/actionlint/cmd/actionlint@$actionlint"
}

if have_cfn_lint >/dev/null 2>&1; then
  for template in $(grep -l ^AWSTemplateFormatVersion deploy/*.yaml); do
    check "cfn-lint $template" "$cache/cfn-lint-$cfn_lint/bin/cfn-lint" --include-checks W --template "$template"
  done
else
  leave_out "cfn-lint: it takes python3 and pip"
fi

if have_actionlint >/dev/null 2>&1; then
  for workflow in .github/workflows/*.yml; do
    check "actionlint $workflow" "$cache/actionlint-$actionlint/actionlint" -shellcheck= -pyflakes= "$workflow"
  done
else
  leave_out "actionlint: it takes Go and its module proxy"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
