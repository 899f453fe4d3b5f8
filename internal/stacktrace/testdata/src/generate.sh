#!/bin/sh
# Runs the programs beside it and stores what they print as ../RUNTIME/NAME.txt,
# from which "go test -update" makes the goldens. Needs Node 20, Python 3.11,
# Java 17 and Go 1.26; run by hand, since the tests need none of them.
set -u
src=$(cd "$(dirname "$0")" && pwd)
out=$(dirname "$src")
app=${APP:-/app} # where a container would hold the program
mkdir -p "$app"
cp -r "$src"/. "$app"

# record RUNTIME NAME COMMAND…
record() {
	file=$out/$1/$2.txt
	shift 2
	# The runtimes are shown where their official images install them.
	"$@" 2>&1 | sed -E 's#"[^" ]*/lib/python3#"/usr/local/lib/python3#; s#\t[^ ]*/src/(runtime|net|sync|internal|testing|log)/#\t/usr/local/go/src/\1/#; s#\t[^ ]*/pkg/mod/#\t/go/pkg/mod/#' >"$file"
}

cd "$app/node" || exit 1
for name in $(sed -n '/^const failures/,$s/^  \([a-z_]*\): .*/\1/p' shop.js); do
	record node "$name" node shop.js "$name"
done

cd "$app/python" || exit 1
for name in $(sed -n 's/^def \([a-z_]*\)(.*/\1/p' shop.py | grep -vE '^(pay|charge)$'); do
	record python "$name" python3 shop.py "$name"
done
record python syntax_main python3 broken.py

cd "$app/java" || exit 1
javac -d classes Shop.java
for name in $(sed -n 's/^ *case "\([a-z_]*\)".*/\1/p' Shop.java); do
	record java "$name" timeout 5 java -XX:MaxJavaStackTraceDepth=20 -cp classes com.acme.shop.Shop "$name"
done

cd "$app/go" || exit 1
CGO_ENABLED=0 go build -o shop .
for name in $(sed -n 's/^	"\([a-z]*\)":.*/\1/p' main.go); do
	record go "$name" timeout 20 ./shop "$name"
done
