#!/usr/bin/env bash
# Installs from Debian's packages the FTP clients and servers that test/interop talks to. Quick when all is there.
#
#   scripts/install-peers.sh            as root, or as a user with sudo
#   SFTPD_PEERS=DIR                     where the servers go; the tests read the same variable
#
# The server packages conflict with one another, so they are not installed but unpacked side by side, each into
# $SFTPD_PEERS/PACKAGE, and no maintainer script of theirs runs: nothing is started, and port 21 stays as it was.
set -euo pipefail

peers=${SFTPD_PEERS:-/var/tmp/sftpd-peers}
clients=(lftp curl ncftp tnftp inetutils-ftp python3)
# For the Kerberos hand-off: a KDC, and a client and a test double that speak GSSAPI.
clients+=(krb5-kdc krb5-admin-server krb5-user python3-gssapi yafc)
servers=(vsftpd proftpd-core pure-ftpd pure-ftpd-common inetutils-ftpd)
# Checks the manual pages (test/project).
clients+=(mandoc)
# What the gateway runs under, and what it logs to (test/inetd, test/log).
clients+=(tcpd busybox systemd)
servers+=(openbsd-inetd inetutils-inetd xinetd rsyslog inetutils-syslogd)
policy=/usr/sbin/policy-rc.d
updated=

fail() { echo "install-peers: $*" >&2; exit 1; }
say() { echo "install-peers: $*"; }

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# The one program that stands for a server package; the common files of Pure-FTPd bring none that the tests run.
program() {
  case $1 in
    proftpd-core) echo "$peers/$1/usr/sbin/proftpd" ;;
    pure-ftpd-common) echo "$peers/$1/etc/pure-ftpd" ;;
    openbsd-inetd) echo "$peers/$1/usr/sbin/inetd" ;;
    rsyslog) echo "$peers/$1/usr/sbin/rsyslogd" ;;
    inetutils-syslogd) echo "$peers/$1/usr/sbin/syslogd" ;;
    inetutils-ftpd) echo "$peers/$1/usr/sbin/ftpd" ;;
    *) echo "$peers/$1/usr/sbin/$1" ;;
  esac
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

update_once() {
  [ -z "$updated" ] || return 1
  updated=yes
  say 'refreshing the package lists'
  as_root apt-get -qq -o DPkg::Lock::Timeout=120 update
}

restore_policy() {
  as_root rm -f "$policy"
  if [ -e "$policy.sftpd-saved" ]; then as_root mv "$policy.sftpd-saved" "$policy"; fi
}

# Until the installation is over, no service may start by itself; whatever policy stood there before comes back.
forbid_starts() {
  trap restore_policy EXIT
  trap 'exit 130' INT TERM HUP
  # A saved one is there already when an earlier run was killed: then what stands now is ours.
  if [ -e "$policy" ] && [ ! -e "$policy.sftpd-saved" ]; then as_root mv "$policy" "$policy.sftpd-saved"; fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 \
    --no-install-recommends --no-remove install "$@" >/dev/null
}

install_packages() {
  say "installing $*"
  forbid_starts
  apt_install "$@" || { update_once && apt_install "$@"; } || fail "apt-get could not install $*"
  restore_policy
  trap - EXIT INT TERM HUP
}

# Unpacks beside the place and renames, so that an interrupted run leaves nothing that looks whole.
unpack() {
  local package=$1 work
  say "unpacking $package into $peers/$package"
  work=$(mktemp -d "$peers/.unpacking.XXXXXX")
  (
    trap 'rm -rf "$work"' EXIT
    cd "$work"
    # As root, apt downloads as a user of its own, who must be able to write here.
    chown _apt "$work" 2>/dev/null || true
    apt-get -qq download "$package" || { update_once && apt-get -qq download "$package"; }
    dpkg -x "${package}"_*.deb tree
    dpkg-deb -f "${package}"_*.deb Depends >tree/depends
    chmod 755 tree
    rm -rf "${peers:?}/$package"
    mv tree "$peers/$package"
  ) || fail "could not download and unpack $package"
}

# The libraries of a package that are not installed yet, asked only when ldd misses one.
missing_libraries() {
  local package=$1 name
  ldd "$(program "$package")" 2>/dev/null | grep -q 'not found' || return 0
  tr ',' '\n' <"$peers/$package/depends" | sed -E 's/^ *([^ (|:]+).*/\1/' | grep '^lib' | while read -r name; do
    installed "$name" || echo "$name"
  done
}

command -v apt-get >/dev/null && command -v dpkg >/dev/null || fail 'this needs a Debian system: apt-get and dpkg are missing'
[ "$(id -u)" = 0 ] || command -v sudo >/dev/null || fail 'run me as root, or install sudo'

missing=()
for package in "${clients[@]}"; do installed "$package" || missing+=("$package"); done
[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"

# The tests run these programs as root where they can: nobody else may have put them there.
mkdir -p -m 755 "$peers"
[ -O "$peers" ] || [ "$(stat -c %u "$peers")" = 0 ] || fail "$peers belongs to another user"
for package in "${servers[@]}"; do [ -e "$(program "$package")" ] || unpack "$package"; done

libraries=()
for package in "${servers[@]}"; do
  mapfile -t -O ${#libraries[@]} libraries < <(missing_libraries "$package")
done
[ ${#libraries[@]} = 0 ] || install_packages "${libraries[@]}"

for package in "${servers[@]}"; do
  if ldd "$(program "$package")" 2>/dev/null | grep 'not found'; then fail "$package still lacks the libraries above"; fi
done
say "all there: ${clients[*]}; in $peers: ${servers[*]}"
