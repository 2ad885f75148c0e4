package main

// The scripts that dpkg runs. Each may be run again after it was cut off. They start and stop services only where systemd
// runs, so that a package may be installed into an image.

// preinst copies the database before an upgrade, with the version that wrote it: that is the way back.
const preinst = `#!/bin/sh
set -e
if [ "$1" = upgrade ] && [ -n "$2" ] && command -v balcao-@PROGRAM@ >/dev/null && ls @DATA@/*.db >/dev/null 2>&1; then
	copies=@DATA@/before-upgrade
	install -d -m 0750 -o @USER@ -g @USER@ "$copies"
	copy=$copies/$2-$(date -u +%Y%m%dT%H%M%S).db
	if ! setpriv --reuid=@USER@ --regid=@USER@ --init-groups balcao-@PROGRAM@ backup -data @DATA@ -to "$copy"; then
		echo "@NAME@: no copy could be made before the upgrade; going on would leave no way back" >&2
		exit 1
	fi
	# Three copies are enough.
	ls -1t "$copies"/*.db | tail -n +4 | xargs -r rm -f
fi
`

// postinst makes the users, and starts the new version where the old one ran.
const postinst = `#!/bin/sh
set -e
[ "$1" = configure ] || exit 0
for user in @USER@ @SCREEN@; do
	if ! getent passwd "$user" >/dev/null; then
		adduser --quiet --system --group --no-create-home --home /nonexistent "$user"
	fi
done
for group in @GROUPS@; do
	if getent group "$group" >/dev/null; then adduser --quiet @USER@ "$group"; fi
done
if [ -n "@SCREEN@" ]; then
	for group in video render input; do
		if getent group "$group" >/dev/null; then adduser --quiet @SCREEN@ "$group"; fi
	done
fi
install -d -m 0755 /var/lib/balcao
install -d -m 0750 -o @USER@ -g @USER@ @DATA@
if [ -f /etc/balcao/staff.yaml ] && [ @PROGRAM@ = branch-server ]; then chown root:@USER@ /etc/balcao/staff.yaml; fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	for unit in @UNITS@; do systemctl try-restart "$unit"; done
fi
if [ -z "$2" ]; then
	echo "@NAME@: edit /etc/balcao/@PROGRAM@.yaml, run balcao-@PROGRAM@ -check -config /etc/balcao/@PROGRAM@.yaml,"
	echo "then systemctl enable --now @UNIT@"
fi
`

// prerm stops what runs when the package goes; an upgrade leaves it running until the new version starts.
const prerm = `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
	systemctl disable --now @UNITS@ || true
fi
`

// postrm leaves data and configuration when the package is removed, and takes them all when it is purged.
const postrm = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
if [ "$1" = purge ]; then
	rm -rf @DATA@
	if [ -n "@SCREEN@" ]; then
		rm -rf /var/lib/balcao/screen
		rm -f /etc/chromium/policies/managed/balcao.json /etc/default/balcao-kiosk-screen /etc/systemd/logind.conf.d/balcao-kiosk.conf \
			/etc/sysctl.d/60-balcao-kiosk.conf
		for unit in ctrl-alt-del.target getty@tty1.service autovt@.service; do
			if [ "$(readlink "/etc/systemd/system/$unit")" = /dev/null ]; then rm -f "/etc/systemd/system/$unit"; fi
		done
	fi
	for user in @USER@ @SCREEN@; do
		if getent passwd "$user" >/dev/null && command -v deluser >/dev/null; then deluser --quiet --system "$user" || true; fi
	done
	rmdir --ignore-fail-on-non-empty /var/lib/balcao /etc/balcao 2>/dev/null || true
fi
`
