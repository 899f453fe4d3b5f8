package logtext

import (
	"fmt"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// dumps are texts that dying processes print, as they are logged: bare, or by a logger that prints its head
// before every line.
var dumps = []struct {
	name, text string
	want       string // types and messages
	frames     int
}{
	{"Envoy", `[2026-11-22 08:07:31.123][1][critical][backtrace] [./source/server/backtrace.h:104] Caught Segmentation fault, suspect faulting address 0x0
[2026-11-22 08:07:31.123][1][critical][backtrace] [./source/server/backtrace.h:91] Backtrace (use tools/stack_decode.py to get line numbers):
[2026-11-22 08:07:31.123][1][critical][backtrace] [./source/server/backtrace.h:92] Envoy version: 1ab7e1f/1.28.0/Clean/RELEASE/BoringSSL
[2026-11-22 08:07:31.123][1][critical][backtrace] [./source/server/backtrace.h:96] #0: __restore_rt [0x7f1a]
[2026-11-22 08:07:31.124][1][critical][backtrace] [./source/server/backtrace.h:98] #1: Envoy::Http::ConnectionManagerImpl::onData() [0x55d0c2]
[2026-11-22 08:07:31.124][1][critical][backtrace] [./source/server/backtrace.h:98] #2: [0x55d0c3]`,
		"Caught Segmentation fault: suspect faulting address 0x0", 3},
	{"ASAN through a logger", `2026-11-22T08:07:31.123456Z [error] [worker-1] ==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x4f2b1a
2026-11-22T08:07:31.123457Z [error] [worker-1] READ of size 4 at 0x602000000010 thread T0
2026-11-22T08:07:31.123458Z [error] [worker-1]     #0 0x4f2b1a in total(Cart*) /app/cart.cpp:10:5
2026-11-22T08:07:31.123459Z [error] [worker-1]     #1 0x4f2b2a in main /app/cart.cpp:40:5
2026-11-22T08:07:31.123460Z [error] [worker-1] ==7==ABORTING`,
		"AddressSanitizer: heap-use-after-free: READ of size 4 at 0x602000000010 thread T0", 2},
	{"UBSan behind a thread", "[main] /app/cart.cpp:44:52: runtime error: signed integer overflow: 2147483647 + 2 cannot be represented in type 'int'",
		"runtime error: signed integer overflow: 2147483647 + 2 cannot be represented in type 'int'", 1},
	{"UBSan", "/app/cart.cpp:44:52: runtime error: signed integer overflow: 2147483647 + 2 cannot be represented in type 'int'",
		"runtime error: signed integer overflow: 2147483647 + 2 cannot be represented in type 'int'", 1},
	{"mysqld", `07:29:33 UTC - mysqld got signal 6 ;
Most likely, you have hit a bug, but this error can also be caused by malfunctioning hardware.
Thread pointer: 0x7f51d0000d80
Attempting backtrace. You can use the following information to find out
where mysqld died. If you see no messages after this, something went
terribly wrong...
stack_bottom = 7f52b4d1ec70 thread_stack 0x46000
/usr/sbin/mysqld(my_print_stacktrace(unsigned char const*, unsigned long)+0x2e) [0x55a1]
/usr/sbin/mysqld(handle_fatal_signal+0x323) [0x55a2]
/lib64/libpthread.so.0(+0xf5f0) [0x7f53]`,
		"mysqld got signal 6", 3},
	{"glibc", "*** Error in `/app/shop': double free or corruption (fasttop): 0x00000000012f3c20 ***\n======= Backtrace: =========\n/lib/x86_64-linux-gnu/libc.so.6(+0x777e5)[0x7f52]\n/app/shop(main+0x1d)[0x4005]\n======= Memory map: ========\n00400000-00401000 r-xp 00000000 08:01 1710 /app/shop\nAborted (core dumped)",
		"double free or corruption: (fasttop): 0x00000000012f3c20", 2},
	{"glibc, overflow", "*** buffer overflow detected ***: terminated\nAborted (core dumped)", "buffer overflow detected: terminated", 0},
	{"libc++", "libc++abi: terminating due to uncaught exception of type std::runtime_error: card was declined", "std::runtime_error: card was declined", 0},
	{"shell", "Segmentation fault (core dumped)", "Segmentation fault", 0},
	{"shell script", "./run.sh: line 3:     7 Segmentation fault      (core dumped) ./app", "Segmentation fault", 0},
	{"kernel", "[4711.113] Memory cgroup out of memory: Killed process 4711 (node) total-vm:2097152kB, anon-rss:524288kB", "Memory cgroup out of memory: Killed process 4711 (node) total-vm:2097152kB, anon-rss:524288kB", 0},
	{"Rust, out of memory", "memory allocation of 9223372036854775807 bytes failed\nAborted (core dumped)", "abort: memory allocation of 9223372036854775807 bytes failed", 0},
	{"Erlang", `Kernel pid terminated (application_controller) ({application_start_failure,shop,{bad_return,{{'Elixir.Shop',start,[normal,[]]}}}})` + "\n\nCrash dump is being written to: erl_crash.dump...done",
		"Kernel pid terminated: (application_controller) ({application_start_failure,shop,{bad_return,{{'Elixir.Shop',start,[normal,[]]}}}})", 0},
	{"Erlang, memory", `eheap_alloc: Cannot allocate 2147483648 bytes of memory (of type "heap").`, `eheap_alloc: Cannot allocate 2147483648 bytes of memory (of type "heap").`, 0},
	{"JVM, memory", "Terminating due to java.lang.OutOfMemoryError: Java heap space", "java.lang.OutOfMemoryError: Java heap space", 0},
}

// TestDumps checks that each dump is one fatal event, both line by line between everyday lines and as one
// record.
func TestDumps(t *testing.T) {
	for _, tt := range dumps {
		t.Run(tt.name, func(t *testing.T) {
			lines := frameAll(lineByLine("web", "INFO order 6 paid\n"+tt.text+"\nINFO order 8 paid"))
			for form, events := range map[string][]event.Event{"line by line": lines, "whole": frameAll([]event.Record{{Text: "INFO a"}, {Text: tt.text}, {Text: "INFO b"}})} {
				if len(events) != 3 {
					t.Fatalf("%s: %d events: %q", form, len(events), texts(events))
				}
				e := events[1]
				chain, runtime := stacktrace.Parse(e.Stack)
				if e.Level < event.Error || runtime != "native" || len(chain) != 1 {
					t.Fatalf("%s: level %v, runtime %q, %d exceptions of %q", form, e.Level, runtime, len(chain), e.Stack)
				}
				got := fmt.Sprintf("%s: %s", chain[0].Type, chain[0].Message)
				if strings.HasPrefix(chain[0].Message, chain[0].Type) {
					got = chain[0].Message
				}
				if got != tt.want || len(chain[0].Frames) != tt.frames {
					t.Errorf("%s: %q with %d frames, want %q with %d", form, got, len(chain[0].Frames), tt.want, tt.frames)
				}
			}
		})
	}
}
