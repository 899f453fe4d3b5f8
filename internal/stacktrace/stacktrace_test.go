package stacktrace

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden reads what the programs in testdata/src printed.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(files) < 60 {
		t.Fatalf("found %d failures, want at least 60 (%v)", len(files), err)
	}
	for _, file := range files {
		runtime := filepath.Base(filepath.Dir(file))
		t.Run(runtime+"/"+filepath.Base(file), func(t *testing.T) {
			chain, name := Parse(read(t, file))
			if name != runtime {
				t.Errorf("runtime %q, want %q", name, runtime)
			}
			golden := strings.TrimSuffix(file, ".txt") + ".golden"
			got := show(chain)
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

func read(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// show prints a chain: the type, the message quoted, then the frames, those
// in-app marked with a star.
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

// TestParse covers what loggers and other versions of the runtimes print.
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
			"com.acme.Declined \"\"\n    java.util.List | of | List.java:1:0\n  * com.acme.Cart$$Lambda$14/0x0000000800c03000 | run | :0:0\n"},
		{"kotlin", "kotlin.KotlinNullPointerException\n\tat com.acme.CartKt.total(Cart.kt:7)\n",
			"kotlin.KotlinNullPointerException \"\"\n  * com.acme.CartKt | total | Cart.kt:7:0\n"},
		{"node module and package", "TypeError [ERR_X]: bad\n    at async file:///app/a.mjs:1:2\n    at f (/app/node_modules/x/y.js:3:4)\n" +
			"    at Server.emit (events.js:315:20)\n    at async handler (file:///var/runtime/index.mjs:1:1)\n",
			"TypeError \"bad\"\n  *  |  | /app/a.mjs:1:2\n     | f | /app/node_modules/x/y.js:3:4\n" +
				"     | Server.emit | events.js:315:20\n     | handler | /var/runtime/index.mjs:1:1\n"},
		{"pino cause", "PaymentError: failed\n    at pay (/app/a.js:1:2)\ncaused by: Error: declined\n    at charge (/app/b.js:3:4)\n",
			"PaymentError \"failed\"\n  *  | pay | /app/a.js:1:2\nError \"declined\"\n  *  | charge | /app/b.js:3:4\n"},
		{"two node traces", "Error: a\n    at f (/app/a.js:1:2)\nError: b\n    at g (/app/b.js:3:4)\n",
			"Error \"a\"\n  *  | f | /app/a.js:1:2\n"},
		{"zap", "no price\ngithub.com/acme/shop.(*Cart).Total\n\t/app/cart.go:7\nruntime.main\n\t/usr/local/go/src/runtime/proc.go:2\n",
			"error \"no price\"\n  * github.com/acme/shop | (*Cart).Total | /app/cart.go:7:0\n    runtime | main | /usr/local/go/src/runtime/proc.go:2:0\n"},
		{"go trimpath", "panic: x\n\ngoroutine 7 gp=0x1 m=0 [running]:\nnet/http.serve()\n\tnet/http/server.go:9 +0x1\n" +
			"github.com/a/b.F(...)\n\tgithub.com/a/b@v1.0.0/b.go:1\nshop.F({0x1, 0x2})\n\tshop/f.go:3 +0x2\n",
			"panic \"x\"\n    net/http | serve | net/http/server.go:9:0\n    github.com/a/b | F | github.com/a/b@v1.0.0/b.go:1:0\n  * shop | F | shop/f.go:3:0\n"},
		{"go without functions", "goroutine 1 [running]:\n\t/app/a.go:3 +0x1d\n", "panic \"\"\n     |  | /app/a.go:3:0\n"},
		{"go without frames", "panic: no price", "panic \"no price\"\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			chain, _ := Parse(tt.text)
			if diff := cmp.Diff(tt.want, show(chain)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// FuzzParse checks that whatever is read stands in the text, and that a log
// line above a trace changes nothing of its frames.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.txt")
	for _, file := range files {
		f.Add(read(f, file))
	}
	f.Fuzz(func(t *testing.T, text string) {
		chain, runtime := Parse(text)
		if (len(chain) > 0) != (runtime != "") {
			t.Fatalf("runtime %q with %d exceptions", runtime, len(chain))
		}
		for _, x := range chain {
			for _, frame := range x.Frames {
				if frame.Line < 0 || frame.Column < 0 || !strings.Contains(text, frame.File) {
					t.Fatalf("frame %+v is not in the text", frame)
				}
				if !strings.Contains(text, frame.Function) && runtime != "python" { // whose lines lose their rule
					t.Fatalf("function %q is not in the text", frame.Function)
				}
			}
		}
		if len(text) > 0 && text[0] != '\n' && runtime != "" {
			again, same := Parse("2026-11-22 10:00:00 ERROR checkout failed\n" + text)
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
			Parse(text)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
