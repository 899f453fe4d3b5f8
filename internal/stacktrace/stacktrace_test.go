package stacktrace_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/logtext"
	"github.com/org/errmon-action/internal/stacktrace"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden reads the output of the programs in testdata/src. The golden files have the level from framing,
// then the chain.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(files) < 200 {
		t.Fatalf("found %d failures, want at least 200 (%v)", len(files), err)
	}
	for _, file := range files {
		folder := filepath.Base(filepath.Dir(file))
		runtime := folder
		if folder == "kotlin" || folder == "scala" {
			runtime = "java"
		}
		t.Run(folder+"/"+filepath.Base(file), func(t *testing.T) {
			chain, name := stacktrace.Parse(read(t, file))
			if name != runtime {
				t.Errorf("runtime %q, want %q", name, runtime)
			}
			golden := strings.TrimSuffix(file, ".txt") + ".golden"
			got := fmt.Sprintf("level %s\n%s", level(read(t, file)), show(chain))
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(read(t, golden), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// level returns the worst level of the text's events. There should be only one event.
func level(text string) event.Level {
	worst := event.Unknown
	framer := logtext.NewFramer(nil, func(e event.Event) { worst = max(worst, e.Level) })
	framer.Add(event.Record{Text: text})
	framer.Flush(time.Time{})
	return worst
}

func read(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// show returns a chain as text: type and quoted message, then the frames, with a star for in-app ones.
func show(chain []event.Exception) string {
	var b strings.Builder
	for _, x := range chain {
		fmt.Fprintf(&b, "%s %q\n", x.Type, x.Message)
		for _, f := range x.Frames {
			mark := " "
			if f.InApp {
				mark = "*"
			}
			fmt.Fprintf(&b, "  %s %s | %s | %s:%d:%d\n", mark, f.Module, f.Function, f.File, f.Line, f.Column)
		}
	}
	return b.String()
}

// TestParse covers traces printed by loggers and by other versions of the runtimes.
func TestParse(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "ERROR checkout failed\nat last it ended", ""},
		{"words after at", "meet me at noon (maybe)\n  at home", ""},
		{"lambda python", "[ERROR] ValueError: bad order\nTraceback (most recent call last):\n" +
			"  File \"/var/task/app.py\", line 3, in handler\n    raise ValueError(1)\n" +
			"  File \"/var/runtime/bootstrap.py\", line 9, in run\n",
			"ValueError \"bad order\"\n    bootstrap | run | /var/runtime/bootstrap.py:9:0\n  * app | handler | /var/task/app.py:3:0\n"},
		{"python package", "Traceback (most recent call last):\n  File \"/usr/lib/python3/dist-packages/redis/client.py\", line 7, in get\n" +
			"redis.exceptions.TimeoutError: slow\n",
			"redis.exceptions.TimeoutError \"slow\"\n    redis.client | get | /usr/lib/python3/dist-packages/redis/client.py:7:0\n"},
		{"logback", "2026-11-22 10:00:00,123 ERROR [main] c.a.Cart - no price\r\njava.lang.Error: no\r\n" +
			"\tat com.acme.Cart.total(Cart.java:4) ~[shop.jar:1.0]\r\n\t... 3 common frames omitted\r\n",
			"java.lang.Error \"no\"\n  * com.acme.Cart | total | Cart.java:4:0\n"},
		{"java modules", "Exception in thread \"a b\" com.acme.Declined\n\tat java.base/java.util.List.of(List.java:1)\n" +
			"\tat app//com.acme.Cart$$Lambda$14/0x0000000800c03000.run(Unknown Source)\n",
			"com.acme.Declined \"\"\n    java.util.List | of | List.java:1:0\n    com.acme.Cart$$Lambda$14/0x0000000800c03000 | run | :0:0\n"},
		{"kotlin", "kotlin.KotlinNullPointerException\n\tat com.acme.CartKt.total(Cart.kt:7)\n",
			"kotlin.KotlinNullPointerException \"\"\n  * com.acme.CartKt | total | Cart.kt:7:0\n"},
		{"node module and package", "TypeError [ERR_X]: bad\n    at async file:///app/a.mjs:1:2\n    at f (/app/node_modules/x/y.js:3:4)\n" +
			"    at Server.emit (events.js:315:20)\n    at async handler (file:///var/runtime/index.mjs:1:1)\n",
			"TypeError \"bad\"\n  *  |  | /app/a.mjs:1:2\n     | f | /app/node_modules/x/y.js:3:4\n" +
				"     | Server.emit | events.js:315:20\n     | handler | /var/runtime/index.mjs:1:1\n"},
		{"node without a stack", "/app/a.js:1\nthrow e\n^\n\nPaymentError: declined\n(Use `node --trace-uncaught ...` to show where the exception was thrown)\n",
			"PaymentError \"declined\"\n  *  |  | /app/a.js:1:0\n"},
		{"pino cause", "PaymentError: failed\n    at pay (/app/a.js:1:2)\ncaused by: Error: declined\n    at charge (/app/b.js:3:4)\n",
			"PaymentError \"failed\"\n  *  | pay | /app/a.js:1:2\nError \"declined\"\n  *  | charge | /app/b.js:3:4\n"},
		{"two node traces", "Error: a\n    at f (/app/a.js:1:2)\nError: b\n    at g (/app/b.js:3:4)\n",
			"Error \"a\"\n  *  | f | /app/a.js:1:2\n"},
		{"python in a folder called packages", "Traceback (most recent call last):\n  File \"/app/shared-packages/shop/cart.py\", line 4, in total\nKeyError: 7\n",
			"KeyError \"7\"\n  * cart | total | /app/shared-packages/shop/cart.py:4:0\n"},
		{"a Go error that begins as the runtime's do", "panic: close of ledger 7 failed\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:7 +0x1d\n",
			"panic \"close of ledger 7 failed\"\n  * main | main | /app/main.go:7:0\n"},
		{"zap", "no price\ngithub.com/acme/shop.(*Cart).Total\n\t/app/cart.go:7\nruntime.main\n\t/usr/local/go/src/runtime/proc.go:2\n",
			"error \"no price\"\n  * github.com/acme/shop | (*Cart).Total | /app/cart.go:7:0\n    runtime | main | /usr/local/go/src/runtime/proc.go:2:0\n"},
		{"go trimpath", "panic: x\n\ngoroutine 7 gp=0x1 m=0 [running]:\nnet/http.serve()\n\tnet/http/server.go:9 +0x1\n" +
			"github.com/a/b.F(...)\n\tgithub.com/a/b@v1.0.0/b.go:1\nshop.F({0x1, 0x2})\n\tshop/f.go:3 +0x2\n",
			"panic \"x\"\n    net/http | serve | net/http/server.go:9:0\n    github.com/a/b | F | github.com/a/b@v1.0.0/b.go:1:0\n  * shop | F | shop/f.go:3:0\n"},
		{"go without functions", "goroutine 1 [running]:\n\t/app/a.go:3 +0x1d\n", "panic \"\"\n     |  | /app/a.go:3:0\n"},
		{"coreclr", "Unhandled exception. Acme.PaymentException: payment failed\n ---> System.ArgumentException: declined\n" +
			"   at Acme.Cart.Charge(String card) in /src/Cart.cs:line 30\n   at Acme.Cart.<PayAsync>d__5.MoveNext()\n" +
			"   --- End of inner exception stack trace ---\n   at Acme.Program.Main(String[] args) in /src/Program.cs:line 7\n",
			"Acme.PaymentException \"payment failed\"\n  * Acme.Program | Main | /src/Program.cs:7:0\n" +
				"System.ArgumentException \"declined\"\n  * Acme.Cart | Charge | /src/Cart.cs:30:0\n  * Acme.Cart | PayAsync | :0:0\n"},
		{"ruby 3.4", "/app/cart.rb:8:in 'Integer#/': divided by 0 (ZeroDivisionError)\n\tfrom /app/cart.rb:8:in 'Cart#share'\n",
			"ZeroDivisionError \"divided by 0\"\n  *  | Integer#/ | /app/cart.rb:8:0\n  *  | Cart#share | /app/cart.rb:8:0\n"},
		{"rust before 1.73", "thread 'main' panicked at 'no stock', src/main.rs:4:5\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
			"panic \"no stock\"\n  *  |  | src/main.rs:4:5\n"},
		{"rust, legacy names", "thread 'main' panicked at src/main.rs:4:5:\nno stock\nstack backtrace:\n" +
			"   0:     0x55 - shop::cart::Cart::item::h0123456789abcdef\n                               at /root/.cargo/registry/src/index.crates.io-1/x-1.0.0/src/lib.rs:4:5\n",
			"panic \"no stock\"\n    shop::cart::Cart | item | /root/.cargo/registry/src/index.crates.io-1/x-1.0.0/src/lib.rs:4:5\n"},
		{"anyhow", "Error: payment failed\n\nCaused by:\n    declined\n\nStack backtrace:\n   0: anyhow::error::<impl anyhow::Error>::msg\n   1: shop::pay\n             at ./src/main.rs:9:5\n",
			"error \"payment failed\"\n    anyhow::error::<impl anyhow::Error> | msg | :0:0\n  * shop | pay | ./src/main.rs:9:5\nerror \"declined\"\n"},
		{"anyhow, causes alone", "Error: payment failed\n\nCaused by:\n    0: declined\n    1: connection refused (os error 111)\n",
			"error \"payment failed\"\nerror \"declined\"\nerror \"connection refused (os error 111)\"\n"},
		{"eyre", "Error: payment failed\n\nCaused by:\n    declined\n\nLocation:\n    src/main.rs:9:5\n",
			"error \"payment failed\"\n  *  |  | src/main.rs:9:5\nerror \"declined\"\n"},
		{"rust unwrap", "thread 'main' panicked at src/cart.rs:31:30:\ncalled `Result::unwrap()` on an `Err` value: NotFound\n",
			"called `Result::unwrap()` on an `Err` value \"NotFound\"\n  *  |  | src/cart.rs:31:30\n"},
		{"next", " ⨯ [TypeError: fetch failed] {\n  digest: '1'\n}", "TypeError \"fetch failed\"\n"},
		{"inspected, in one line", "[PaymentError: card declined] { code: 'E_DECLINED' }", "PaymentError \"card declined\"\n"},
		{"rejected value", "[UnhandledPromiseRejection: The promise rejected with the reason \"no stock\".] {\n  code: 'ERR_UNHANDLED_REJECTION'\n}",
			"UnhandledPromiseRejection \"The promise rejected with the reason \\\"no stock\\\".\"\n"},
		{"prisma", "PrismaClientKnownRequestError: \nInvalid `prisma.order.create()` invocation in\n/app/src/orders.ts:31:30\n\n  28 \n→ 31   prisma.order.create(\n" +
			"Unique constraint failed on the fields: (`number`)\n    at async place (/app/src/orders.ts:31:12) {\n  code: 'P2002'\n}\n",
			"PrismaClientKnownRequestError \"Invalid `prisma.order.create()` invocation: Unique constraint failed on the fields: (`number`)\"\n  *  | place | /app/src/orders.ts:31:12\n"},
		{"laravel, causes", "Call failed {\"exception\":\"[object] (Illuminate\\\\Database\\\\QueryException(code: 2002): refused at /app/vendor/x/Connection.php:712)\n[stacktrace]\n" +
			"#0 /app/vendor/x/Connection.php(672): Illuminate\\\\Database\\\\Connection->run()\n#1 {main}\n\n[previous exception] [object] (PDOException(code: 2002): refused at /app/vendor/x/Connector.php:70)\n[stacktrace]\n" +
			"#0 /app/vendor/x/Connector.php(70): PDO->__construct()\n#1 {main}\n\"} \n",
			"Illuminate\\Database\\QueryException \"refused\"\n    Illuminate\\Database\\Connection | run | /app/vendor/x/Connection.php:712:0\n     | {main} | /app/vendor/x/Connection.php:672:0\n" +
				"PDOException \"refused\"\n    PDO | __construct | /app/vendor/x/Connector.php:70:0\n     | {main} | /app/vendor/x/Connector.php:70:0\n"},
		{"logback, root cause first", "a.b.Declined: no\n\tat com.acme.Cart.total(Cart.java:7)\nWrapped by: a.b.Failed: checkout\n\tat com.acme.Shop.pay(Shop.java:9)\n",
			"a.b.Failed \"checkout\"\n  * com.acme.Shop | pay | Shop.java:9:0\na.b.Declined \"no\"\n  * com.acme.Cart | total | Cart.java:7:0\n"},
		{"loguru", "Traceback (most recent call last):\n\n  File \"/app/main.py\", line 20, in <module>\n    charge(17)\n    └ <function charge at 0x7f1c>\n\n> File \"/app/pay.py\", line 12, in charge\n    1 / 0\n\nZeroDivisionError: division by zero\n",
			"ZeroDivisionError \"division by zero\"\n  * pay | charge | /app/pay.py:12:0\n  * main | <module> | /app/main.py:20:0\n"},
		{"another process's trace", "x.RemoteTraceback: \n\"\"\"\nTraceback (most recent call last):\n  File \"/app/a.py\", line 3, in f\nValueError: no\n\"\"\"\n\nThe above exception was the direct cause of the following exception:\n\n" +
			"Traceback (most recent call last):\n  File \"/app/b.py\", line 4, in g\nValueError: no\n",
			"ValueError \"no\"\n  * b | g | /app/b.py:4:0\nValueError \"no\"\n  * a | f | /app/a.py:3:0\n"},
		{"made classes and methods", "System.Exception: no\n   at Acme.Cart.<>c__DisplayClass3_0.<Place>b__0(Order o)\n   at Acme.Api.<Post>g__Save|4_0(Int32 id)\n--- End of stack trace from previous location ---\n   at Acme.Cart.<>c.<Main>b__0_1()\n",
			"System.Exception \"no\"\n  * Acme.Cart | Place | :0:0\n  * Acme.Api | Save | :0:0\n  * Acme.Cart | Main | :0:0\n"},
		{"local functions of a program without Main", "System.Exception: no\n   at Program.<<Main>$>g__Charge|0_0(Order o)\n   at Program.<<<Main>$>g__Pay|0_1>d.MoveNext()\n   at Program.<Main>$(String[] args)\n",
			"System.Exception \"no\"\n  * Program | Charge | :0:0\n  * Program | Pay | :0:0\n  * Program | Main | :0:0\n"},
		{"proxies and coroutines", "a.b.E: no\n\tat com.acme.Orders$$SpringCGLIB$$2.save(<generated>)\n\tat _COROUTINE._BOUNDARY._(CoroutineDebugging.kt:46)\n\tat com.acme.Orders$save$2.invokeSuspend(Orders.kt:31)\n",
			"a.b.E \"no\"\n    com.acme.Orders$$SpringCGLIB$$2 | save | :0:0\n    _COROUTINE._BOUNDARY | _ | CoroutineDebugging.kt:46:0\n  * com.acme.Orders | save | Orders.kt:31:0\n"},
		{"rails template", "ActionView::Template::Error (undefined method `name' for nil):\n    1: <h1>Order</h1>\n  \napp/views/orders/show.html.erb:2:in `_app_views_orders_show_html_erb___3298_70123'\n",
			"ActionView::Template::Error \"undefined method `name' for nil\"\n  *  |  | app/views/orders/show.html.erb:2:0\n"},
		{"rails causes", "Shop::PaymentError (payment failed):\n  \nCauses:\nZeroDivisionError (divided by 0)\n  \napp/models/cart.rb:8:in `total'\n",
			"Shop::PaymentError \"payment failed\"\n  *  | total | app/models/cart.rb:8:0\n"},
		{"swift", "App/Cart.swift:39: Fatal error: Index out of range\nCurrent stack trace:\n0    libswiftCore.so                    0x00007f2a1c3d4e50 _swift_stdlib_reportFatalErrorInFile + 112\n" +
			"1    App                                0x000055d0c1b2a3d4 Cart.total(_:) + 52\n",
			"Fatal error \"Index out of range\"\n     | _swift_stdlib_reportFatalErrorInFile | :0:0\n  * Cart | total | :0:0\n"},
		{"swift 5.9", "App/main.swift:5: Fatal error: boom\n\n💣 Program crashed: Illegal instruction at 0x00007f8d9c5e3a21\n\nThread 0 \"App\" crashed:\n\n" +
			"0 0x00007f8d9c5e3a21 _assertionFailure(_:_:file:line:flags:) + 353 in libswiftCore.so\n1 closure #1 in total() + 123 in App at /app/Sources/App/main.swift:5:3\n\n" +
			"     3│ let prices = [1]\n *   5│   fatalError(\"boom\")\n\n2 [ra] 0x000055d0c1b2a3f0 Cart.pay() + 12 in App at /app/Sources/App/main.swift:10:1\n",
			"Fatal error \"boom\"\n     | _assertionFailure | :0:0\n  *  | total | /app/Sources/App/main.swift:5:3\n  * Cart | pay | /app/Sources/App/main.swift:10:1\n"},
		{"swift, place alone", "Fatal error: Unexpectedly found nil while unwrapping an Optional value: file /app/Sources/App/Cart.swift, line 39\n",
			"Fatal error \"Unexpectedly found nil while unwrapping an Optional value\"\n  *  |  | /app/Sources/App/Cart.swift:39:0\n"},
		{"php 8.4 closure", "Uncaught Exception: x in /app/a.php:3\nStack trace:\n#0 /app/b.php(9): {closure:App\\Cart::total():16}()\n#1 {main}\n",
			"Exception \"x\"\n  * App\\Cart | total | /app/a.php:3:0\n  *  | {main} | /app/b.php:9:0\n"},
		{"eval in Firefox", "TypeError: x\nrun@https://shop.example/a.js line 34 > eval:1:16\ng@https://shop.example/a.js:3:4\n",
			"TypeError \"x\"\n  *  | run | https://shop.example/a.js:34:0\n  *  | g | https://shop.example/a.js:3:4\n"},
		{"browser extension", "TypeError: x\nf@moz-extension://1a/inject.js:1:2\ng@https://shop.example/a.js:3:4\n",
			"TypeError \"x\"\n     | f | moz-extension://1a/inject.js:1:2\n  *  | g | https://shop.example/a.js:3:4\n"},
		{"python without a type", "Traceback (most recent call last):\n  File \"/app/a.py\", line 3, in f\nkilled by the operator\n",
			" \"killed by the operator\"\n  * a | f | /app/a.py:3:0\n"},
		{"ruby without a type", "/app/a.rb:3:in `f': no price\n\tfrom /app/b.rb:4:in `g'\n", " \"no price\"\n  *  | f | /app/a.rb:3:0\n  *  | g | /app/b.rb:4:0\n"},
		{"perl without a place", "no price\n\tmain::f() called at /app/a.pl line 3\n", "die \"no price\"\n    main | f | :0:0\n  * main |  | /app/a.pl:3:0\n"},
		{"procedure of tcl alone", "    (procedure \"f\" line 2)\n", ""},
		{"frame of swift alone", "0 0x00007f8d9c5e3a21 f() + 353 in App\n", ""},
		{"mail address", "ask user@example.com:80:1 about it", ""},
		{"go without frames", "panic: no price", "panic \"no price\"\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			chain, _ := stacktrace.Parse(tt.text)
			if diff := cmp.Diff(tt.want, show(chain)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// rewrites lists the runtimes for which Parse removes text from inside a function's name: the ruled box of a
// group in Python, and generic arguments and hashes in Rust and .NET.
var rewrites = map[string]bool{"python": true, "rust": true, "dotnet": true}

// FuzzParse checks that files and functions of frames are in the text, and that a log line above a trace
// loses no exceptions.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.txt")
	for _, file := range files {
		f.Add(read(f, file))
	}
	f.Fuzz(func(t *testing.T, text string) {
		chain, runtime := stacktrace.Parse(text)
		if (len(chain) > 0) != (runtime != "") {
			t.Fatalf("runtime %q with %d exceptions", runtime, len(chain))
		}
		for _, x := range chain {
			for _, frame := range x.Frames {
				if frame.Line < 0 || frame.Column < 0 || !strings.Contains(text, frame.File) {
					t.Fatalf("frame %+v is not in the text", frame)
				}
				if !strings.Contains(text, frame.Function) && !rewrites[runtime] {
					t.Fatalf("function %q is not in the text", frame.Function)
				}
			}
		}
		if len(text) > 0 && text[0] != '\n' && runtime != "" {
			again, same := stacktrace.Parse("2026-11-22 10:00:00 ERROR checkout failed\n" + text)
			if same == runtime && len(again) > 0 && len(again) < len(chain) {
				t.Fatalf("a log line above lost %d of %d exceptions", len(chain)-len(again), len(chain))
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	files, _ := filepath.Glob("testdata/*/*.txt")
	var texts []string
	lines := 0
	for _, file := range files {
		text := read(b, file)
		texts = append(texts, text)
		lines += strings.Count(text, "\n")
	}
	for b.Loop() {
		for _, text := range texts {
			stacktrace.Parse(text)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// With a filter, a Go frame's place may come without its function, after another log line.
func TestGoPlaceFollowsItsFunction(t *testing.T) {
	held, _ := stacktrace.Logged.After("no price", stacktrace.Text)
	if _, how := held.After("\t/app/cart.go:42", stacktrace.GoPlace); how != stacktrace.Begin {
		t.Errorf("a place joins a line that is not its function: %d", how)
	}
	held, _ = held.After("main.total", stacktrace.Text)
	if _, how := held.After("\t/app/cart.go:42", stacktrace.GoPlace); how != stacktrace.Join {
		t.Errorf("a place does not join its function: %d", how)
	}
}
