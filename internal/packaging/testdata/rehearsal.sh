# What a machine lives through with our packages; run by packaging_test.go inside a copy of a machine.
set -eu
cd /packages
fail() { echo "FAILED: $*"; exit 1; }
has() { grep -q -- "$2" "$1" || { cat "$1"; fail "$1 lacks: $2"; }; }

# answers PORT PAGE: what a program's operator page says.
answers() {
	exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
	printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
	cat <&3
	exec 3>&-
}
# start PROGRAM USER PORT: as systemd would, and until it is ready.
start() {
	(cd "/var/lib/balcao/$1" && exec setpriv --reuid="$2" --regid="$2" --init-groups "balcao-$1" -config "/etc/balcao/$1.yaml") >"/tmp/$1.log" 2>&1 &
	pid=$!
	for _ in $(seq 600); do
		answers "$3" "$4" 2>/dev/null >/tmp/answer && grep -q ' 200 OK' /tmp/answer && return
		kill -0 "$pid" 2>/dev/null || { cat "/tmp/$1.log"; fail "$1 ended"; }
		sleep 0.2
	done
	cat "/tmp/$1.log"
	fail "$1 did not get ready"
}
stop() { kill -TERM "$pid"; wait "$pid" || true; }

echo "== installed"
dpkg -i --force-depends ./balcao-hq_0.1.0_amd64.deb ./balcao-branch-server_0.1.0_amd64.deb ./balcao-kiosk_0.1.0_amd64.deb
for user in balcao-hq balcao-branch balcao-kiosk balcao-screen; do id "$user" >/dev/null; done
[ "$(stat -c '%U %a' /var/lib/balcao/hq)" = "balcao-hq 750" ] || fail "owner of the data"
[ "$(stat -c '%U:%G %a' /etc/balcao/staff.yaml)" = "root:balcao-branch 640" ] || fail "owner of the people"
for program in hq branch-server kiosk; do
	balcao-$program -check -config /etc/balcao/$program.yaml >/tmp/check 2>&1 || { cat /tmp/check; fail "$program -check"; }
done

echo "== help names every command, and a word that is none starts nothing"
for program in hq branch-server kiosk; do
	balcao-$program -h >/tmp/help 2>&1 || fail "$program -h"
	# The first words of lines such as «  hq backup | restore | check   …».
	for word in $(sed -n "s/^  $program \\([a-z][a-z |]*\\).*/\\1/p" /tmp/help |
		sed 's/  .*//; / | /!s/ .*//; s/^\(archive\|audit\|journal\|quarantine\|ca\|printer\|profiles\|trust\) .*/\1/; s/ | / /g'); do
		timeout 20 balcao-$program "$word" -h >/tmp/said 2>&1 || true
		if grep -q 'não conheço\|não conhece' /tmp/said; then cat /tmp/said; fail "$program $word"; fi
	done
	if timeout 20 balcao-$program restrat >/tmp/said 2>&1; then fail "$program restrat"; fi
	has /tmp/said '«restrat»'
done

echo "== each program starts from its package, with its sample"
start hq balcao-hq 9103 /readyz
echo "# edited by the operator" >>/etc/balcao/hq.yaml
answers 9103 /metrics | grep -q 'balcao_build_info{.*program="hq".*} 1' || fail "hq tells no figures"
stop
start branch-server balcao-branch 9102 /readyz
stop
start kiosk balcao-kiosk 9101 /healthz
stop

echo "== a kiosk is made"
balcao-kiosk-setup --no-packages --no-start --rotate 90
balcao-kiosk-setup --no-packages --no-start --rotate 270 # again, otherwise
has /etc/chromium/policies/managed/balcao.json '"127.0.0.1:8077"'
has /etc/default/balcao-kiosk-screen '^BALCAO_ROTATE=-r -r -r$'
has /etc/systemd/logind.conf.d/balcao-kiosk.conf 'NAutoVTs=0'
[ "$(readlink /etc/systemd/system/ctrl-alt-del.target)" = /dev/null ] || fail "Ctrl-Alt-Del"

echo "== upgraded: configuration and data stay, and there is a way back"
before=$(stat -c %i /var/lib/balcao/hq/hq.db)
dpkg -i --force-depends --force-confold ./balcao-hq_0.2.0_amd64.deb
has /etc/balcao/hq.yaml 'edited by the operator'
[ "$(stat -c %i /var/lib/balcao/hq/hq.db)" = "$before" ] || fail "another database"
copy=$(ls /var/lib/balcao/hq/before-upgrade/0.1.0-*.db)
[ "$(stat -c %U "$copy")" = balcao-hq ] || fail "owner of the copy"
start hq balcao-hq 9103 /readyz
stop

echo "== data of a newer version is refused clearly"
printf '\000\000\003\347' | dd of=/var/lib/balcao/hq/hq.db bs=1 seek=60 conv=notrunc status=none
if balcao-hq -check -config /etc/balcao/hq.yaml >/tmp/check 2>&1; then fail "-check takes newer data"; fi
has /tmp/check 'versão mais nova'
if (cd /var/lib/balcao/hq && setpriv --reuid=balcao-hq --regid=balcao-hq --init-groups timeout 60 balcao-hq -config /etc/balcao/hq.yaml) >/tmp/refused 2>&1; then
	fail "the program takes newer data"
fi
has /tmp/refused 'written by a newer version'

echo "== rolled back: the older package and the copy it made"
dpkg -i --force-depends --force-confold ./balcao-hq_0.1.0_amd64.deb
[ "$(dpkg-query -W -f '${Version}' balcao-hq)" = 0.1.0 ] || fail "the older version is not there"
# The older program refuses the newer data, and takes the copy that the upgrade made.
if balcao-hq -check -config /etc/balcao/hq.yaml >/tmp/check 2>&1; then fail "the older -check takes newer data"; fi
setpriv --reuid=balcao-hq --regid=balcao-hq --init-groups balcao-hq restore -data /var/lib/balcao/hq -from "$copy"
start hq balcao-hq 9103 /readyz
stop
has /etc/balcao/hq.yaml 'edited by the operator'

echo "== removed: data stays; purged: nothing is left"
dpkg -r balcao-hq balcao-branch-server balcao-kiosk
[ -f /var/lib/balcao/hq/hq.db ] && [ -f /etc/balcao/hq.yaml ] || fail "removing took data or configuration"
dpkg -P balcao-hq balcao-branch-server balcao-kiosk
for path in /var/lib/balcao /etc/balcao /etc/chromium/policies/managed/balcao.json /etc/systemd/system/ctrl-alt-del.target /usr/sbin/balcao-kiosk-setup; do
	[ ! -e "$path" ] && [ ! -L "$path" ] || fail "$path is left: $(ls -la "$path")"
done
for user in balcao-hq balcao-branch balcao-kiosk balcao-screen; do if id "$user" >/dev/null 2>&1; then fail "$user is left"; fi; done
echo "the rehearsal is over"
