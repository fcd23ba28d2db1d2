#!/bin/sh
# Puts on this machine what some tests need, where that is possible: as root, from Debian's packages.
# Says nothing and does nothing when all of it is there; what stays missing is named by tests/harness/needs.py.
set -eu

packages=
has() { command -v "$1" >/dev/null 2>&1; }

has chromium || has chromium-browser || has google-chrome || packages="$packages chromium"
{ has fc-list && [ -n "$(fc-list :lang=zh | head -n 1)" ]; } || packages="$packages fonts-noto-cjk fontconfig"
{ has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; } || packages="$packages postgresql"

[ -n "$packages" ] || exit 0
if [ "$(id -u)" != 0 ] || ! has apt-get; then
    echo "cannot install here (root and apt-get needed):$packages"
    exit 0
fi

echo "installing for the tests:$packages"
export DEBIAN_FRONTEND=noninteractive
# The packages' own cluster would only cost time: tests make a scratch one of theirs.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
apt-get update -qq </dev/null
# Unquoted: one word a package.
apt-get install -y -qq --no-install-recommends $packages </dev/null >/dev/null
