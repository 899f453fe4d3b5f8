#!/usr/bin/env bash
# Records the example logs: record.sh [SEED] [OUTDIR]
#
# Runs the four programs under src and writes their logs to OUTDIR (default: this folder), with truth.jsonl: how often
# each failure happened, over all files. Another SEED draws other failures. Prints nothing unless something fails.
#
# ERRMON_RECORD_CACHE=DIR         keeps pino there, so that the next recording needs no network
# ERRMON_RECORD_SKIP_MISSING=1    leaves out a program whose runtime (or pino) cannot be had
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
seed=${1:-58}
out=${2:-$here}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cache=${ERRMON_RECORD_CACHE:-$work/cache}
mkdir -p "$out" "$work/logs" "$cache"
cp -r "$here/src/." "$work"
: >"$work/truth"

# setup_X makes program X ready to run in $work/X; run_X runs it. The folders of this machine become those of a container.

setup_node() {
	node --version >/dev/null || return
	if [ ! -d "$cache/node_modules/pino" ]; then
		cp "$work/node/package.json" "$cache"
		(cd "$cache" && npm install --silent --no-audit --no-fund --no-package-lock >"$work/npm.log" 2>&1) || return
	fi
	cp -r "$cache/node_modules" "$work/node"
}
run_node() { node "$work/node/run.js" "$@" | sed "s|$work/node|/app|g"; }

setup_python() {
	stdlib=$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))') || return
}
run_python() {
	python3 -B "$work/python/bootstrap.py" "$@" | sed "s|$work/python|/var/task|g; s|$stdlib|/var/lang/lib/${stdlib##*/}|g"
}

setup_java() { javac -g -d "$work/classes" "$work"/java/com/example/orders/*.java; }
run_java() { java -cp "$work/classes" com.example.orders.Main "$@"; }

setup_go() { # without cgo, as in an image built from scratch: with it Go does not notice a deadlock
	goroot=$(go env GOROOT) || return
	(cd "$work/go" && printf 'module ledger\n\ngo 1.26\n' >go.mod && CGO_ENABLED=0 GOWORK=off GOFLAGS='' go build -o ledger .)
}
run_go() {
	GOMAXPROCS=1 "$work/go/ledger" "$@" | sed "s|$work/go|/app|g; s|$goroot/src|/usr/local/go/src|g" | addresses
}

# addresses renames the addresses of a Go trace in order of appearance: Go picks others in each run.
addresses() {
	awk '{
		line = ""
		while (match($0, /0x[0-9a-f]+/)) {
			address = substr($0, RSTART, RLENGTH)
			if (length(address) > 11) {
				if (!(address in renamed)) renamed[address] = sprintf("0xc%09x", 65536 + 480 * n++)
				address = renamed[address]
			}
			line = line substr($0, 1, RSTART - 1) address
			$0 = substr($0, RSTART + RLENGTH)
		}
		print line $0
	}'
}

# events STREAM prints every line as an event of its own, as `aws logs tail --format detailed` does. A line without a
# time of its own came a millisecond after the one before; CloudWatch takes no empty ones.
events() {
	awk -v stream="$1" '$0 != "" {
		time = substr($0, 1, 80)
		last++
		if (match(time, /20[0-9][0-9]-[0-9][0-9]-[0-9][0-9][T ][0-9][0-9]:[0-9][0-9]:[0-9][0-9]([.,][0-9]+)?/)) {
			time = substr(time, RSTART, RLENGTH)
			day = substr(time, 1, 10)
			own = (substr(time, 12, 2) * 60 + substr(time, 15, 2)) * 60000 + substr(time, 18, 2) * 1000 + substr(substr(time, 21) "000", 1, 3)
			if (own > last) last = own
		} else if (day == "") next
		printf "%sT%02d:%02d:%02d.%03d000+00:00 %s %s\n", day, last / 3600000, last / 60000 % 60, last / 1000 % 60, last % 1000, stream, $0
	}'
}

# record PROGRAM SERVICE STREAM STREAM writes the log of one process as it is and, in another stretch of time, the logs
# of two processes as events that mix in one log group.
record() {
	local program=$1 name=$1-$2 run="run_$1 --seed $seed"
	$run --lines 90 --start 2026-11-22T10:00:00Z --truth "$work/1.truth" >"$work/logs/$name.log"
	cat "$work/1.truth" >>"$work/truth"
	[ $# = 4 ] || return 0
	$run --lines 30 --start 2026-11-22T12:00:00Z --truth "$work/2.truth" | events "$3" >"$work/2.events"
	$run --lines 30 --start 2026-11-22T12:00:01Z --truth "$work/3.truth" | events "$4" >"$work/3.events"
	sort -s -k1,1 "$work/2.events" "$work/3.events" >"$work/logs/$name-events.log"
	cat "$work/2.truth" "$work/3.truth" >>"$work/truth"
}

for call in \
	"node checkout" \
	"python invoices 2026/11/22/[\$LATEST]5d0c6fa2b97e4c8f9d1c3a08e6b7f421 2026/11/22/[\$LATEST]c41e9b7d20a84f36b5e8d2f7a9630c1e" \
	"java orders orders/orders/7c0f35f1a6d84b0e9c2d8e51b3a4f697 orders/orders/e2b98d4c7f0146a5a3d1c6b08f5e7294" \
	"go ledger ledger/ledger/0b6a1f9c8e7d4235b4c3a2918f7e6d5c ledger/ledger/94d7c2e1f0a84b6d8e5f3c2b1a097d68"; do
	if "setup_${call%% *}" 2>"$work/setup.log"; then
		record $call
	elif [ "${ERRMON_RECORD_SKIP_MISSING:-}" != 1 ]; then
		cat "$work/setup.log" "$work"/npm.log >&2 2>/dev/null || true
		echo "record.sh: cannot run the ${call%% *} program: see examples/logs/README.md for what it needs" >&2
		exit 1
	fi
done

# One row per failure: {"failure":"go/quote too late","count":3}
awk -F'"' '{ count[$4] += substr($7, 2) } END { for (f in count) printf "{\"failure\":\"%s\",\"count\":%d}\n", f, count[f] }' \
	"$work/truth" | LC_ALL=C sort >"$work/logs/truth.jsonl"
cp "$work"/logs/* "$out"
