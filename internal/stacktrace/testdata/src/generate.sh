#!/bin/sh
# Runs the programs beside it and stores what they print as ../RUNTIME/NAME.txt,
# from which "go test -update" makes the goldens. A runtime that is missing is
# left out. Recorded with Node 20, Python 3.11, Java 17, Go 1.26, Rust 1.95 and,
# from Debian 12, Ruby 3.1, PHP 8.2, Elixir 1.14, Kotlin 1.3, Scala 2.11, Mono
# 6.8, Perl 5.36, Tcl 8.6, gjs (SpiderMonkey 102) and jsc (JavaScriptCore 2.50).
# Run by hand, since the tests need none of them.
set -u
src=$(cd "$(dirname "$0")" && pwd)
out=$(dirname "$src")
app=${APP:-/app} # where a container would hold the program
mkdir -p "$app"
cp -r "$src"/. "$app"

# record RUNTIME NAME COMMAND…
record() {
	mkdir -p "$out/$1"
	file=$out/$1/$2.txt
	shift 2
	# The runtimes are shown where their official images install them.
	"$@" 2>&1 | sed -E 's#"[^" ]*/lib/python3#"/usr/local/lib/python3#; s#\t[^ ]*/src/(runtime|net|sync|internal|testing|log)/#\t/usr/local/go/src/\1/#; s#\t[^ ]*/pkg/mod/#\t/go/pkg/mod/#' >"$file"
}

has() { command -v "$1" >/dev/null; }

if has node && cd "$app/node"; then
	for name in $(sed -n '/^const failures/,$s/^  \([a-z_]*\): .*/\1/p' shop.js); do
		record node "$name" node shop.js "$name"
	done
fi

if has python3 && cd "$app/python"; then
	for name in $(sed -n 's/^def \([a-z_]*\)(.*/\1/p' shop.py | grep -vE '^(pay|charge)$'); do
		record python "$name" python3 shop.py "$name"
	done
	record python syntax_main python3 broken.py
fi

if has javac && cd "$app/java"; then
	javac -d classes Shop.java
	for name in $(sed -n 's/^ *case "\([a-z_]*\)".*/\1/p' Shop.java); do
		record java "$name" timeout 5 java -XX:MaxJavaStackTraceDepth=20 -cp classes com.acme.shop.Shop "$name"
	done
fi

if has go && cd "$app/go"; then
	CGO_ENABLED=0 go build -o shop .
	for name in $(sed -n 's/^	"\([a-z]*\)":.*/\1/p' main.go); do
		record go "$name" timeout 20 ./shop "$name"
	done
fi

if has ruby && cd "$app/ruby"; then
	for name in $(sed -n '/^FAILURES/,$s/^  \([a-z_]*\): .*/\1/p' shop.rb); do
		record ruby "$name" ruby "$app/ruby/shop.rb" "$name"
	done
fi

if has php && cd "$app/php"; then
	for name in $(sed -n "s/^    '\([a-z_]*\)' => .*/\1/p" shop.php); do
		record php "$name" php -d display_errors=stderr -d log_errors=0 -d memory_limit=8M "$app/php/shop.php" "$name"
	done
	record php fpm_log php -d display_errors=0 -d log_errors=1 -d error_log=/dev/stderr "$app/php/shop.php" cause
fi

if has cargo && cd "$app/rust"; then
	cargo build --quiet --release
	for name in $(sed -n 's/^        "\([a-z]*\)" => .*/\1/p' src/main.rs); do
		RUST_BACKTRACE=1 record rust "$name" ./target/release/shop "$name"
	done
	RUST_BACKTRACE=full record rust full ./target/release/shop index
	RUST_BACKTRACE=0 record rust no_backtrace ./target/release/shop index
fi

if has elixir && cd "$app/elixir"; then
	mix compile >/dev/null
	for name in $(sed -n 's/^  def run("\([a-z_]*\)").*/\1/p' lib/shop.ex); do
		record elixir "$name" mix run --no-compile -e "Shop.run(\"$name\")"
	done
fi

if has kotlinc && cd "$app/kotlin"; then
	kotlinc Shop.kt -include-runtime -d shop.jar 2>/dev/null
	for name in $(sed -n 's/^        "\([a-z_]*\)" -> .*/\1/p' Shop.kt); do
		record kotlin "$name" java -cp shop.jar com.acme.shop.ShopKt "$name"
	done
fi

if has scalac && cd "$app/scala"; then
	mkdir -p classes && scalac -d classes Shop.scala
	for name in $(sed -n 's/^      case "\([a-z_]*\)" =>.*/\1/p' Shop.scala); do
		record scala "$name" java -cp "classes:$(ls /usr/share/scala*/lib/scala-library.jar | head -1)" com.acme.shop.Shop "$name"
	done
fi

if has mcs && cd "$app/dotnet"; then
	mcs -debug -out:shop.exe Shop.cs
	for name in $(sed -n 's/^ *case "\([a-z_]*\)":.*/\1/p' Shop.cs); do
		record dotnet "$name" mono --debug shop.exe "$name"
	done
	record dotnet release mono shop.exe logged
fi

if has perl && cd "$app/perl"; then
	for name in $(sed -n 's/^    \([a-z_]*\) => sub .*/\1/p' shop.pl); do
		record perl "$name" perl "$app/perl/shop.pl" "$name"
	done
fi

if has tclsh && cd "$app/tcl"; then
	for name in $(sed -n 's/^    \([a-z_]*\) { .*/\1/p' shop.tcl); do
		record tcl "$name" tclsh "$app/tcl/shop.tcl" "$name"
	done
fi

if has node && cd "$app/browser"; then
	for name in $(sed -n '/^const failures/,$s/^  \([a-z_]*\): .*/\1/p' shop.js) later; do
		record browser "v8_$name" node shell.js "$name"
		node shell.js "$name" print >shell_page.js
		has gjs && record browser "spidermonkey_$name" gjs shell_page.js
		mkdir -p https:/shop.example/assets && (cat shop.js && echo "run('$name')") >https:/shop.example/assets/main.3f2a9c1b.js
		has jsc && record browser "jsc_$name" jsc https://shop.example/assets/main.3f2a9c1b.js
	done
fi

if has g++ && cd "$app/native"; then
	g++ -w -g -O0 -fsanitize=address -fno-omit-frame-pointer -o shop_asan shop.cpp
	g++ -w -g -O0 -fstack-protector-all -o shop shop.cpp
	for name in freed overflow null leaked; do
		record native "asan_$name" env ASAN_OPTIONS=print_legend=0,detect_leaks=$([ $name = leaked ] && echo 1 || echo 0) ./shop_asan "$name"
	done
	for name in exception range thrown twice smashed null; do
		record native "$name" sh -c "./shop $name; true"
	done
	has node && record native v8_heap node --max-old-space-size=20 -e 'const a = []; for (;;) a.push(new Array(1000).fill(1.5))'
	has python3 && record native faulthandler python3 -X faulthandler fault.py
	has javac && javac -d . Fault.java 2>/dev/null && record native jvm java -XX:ErrorFile=/tmp/errors.log Fault
	has javac && record native jvm_memory java -Xmx20m -XX:+ExitOnOutOfMemoryError Fault memory
	has rustc && rustc -C debuginfo=1 fault.rs 2>/dev/null && record native rust_stack sh -c "./fault; true"
fi
