package grouping

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fill returns the format once for each word, with the word in place of the dot.
func fill(format, words string) []string {
	var all []string
	for _, w := range strings.Fields(words) {
		all = append(all, strings.Replace(format, "•", w, 1))
	}
	return all
}

func TestMine(t *testing.T) {
	tests := []struct {
		name string
		in   []string
		want []string // distinct templates; nil if none are merged
	}{
		{"nothing to merge", []string{"disk is full", "cache is cold"}, []string{"cache is cold", "disk is full"}},
		{"five words in one place",
			fill("cannot parse feed • while loading nightly prices", "acme globex initech umbrella hooli"),
			[]string{"cannot parse feed <*> while loading nightly prices"}},
		{"four words prove nothing",
			fill("cannot parse feed • while loading nightly prices", "acme globex initech umbrella"), nil},
		{"too little in common",
			fill("the • store is down", "a b c d e f g h i j k l m n o p q r s t"), nil},
		{"what a message begins with",
			fill("• could not load tax table", "cart basket order invoice refund"), nil},
		{"verbs alternate",
			fill("payment of order <*> in web shop •", "created accepted rejected refunded captured cancelled"), nil},
		{"the word behind a role is a name",
			fill("queue • is full of messages", "orders refunds"), []string{"queue <*> is full of messages"}},
		{"the word behind a role is a noun",
			fill("user • failed for tenant <*> at gateway", "authentication registration"), nil},
		{"proper names",
			fill("secure tunnel • went down after handshake", "Lima Oslo Quito"), []string{"secure tunnel <*> went down after handshake"}},
		{"class names, several at once",
			[]string{"class com.example.Cart replaces class com.example.Basket", "class com.example.Pay replaces class org.acme.Bill"},
			[]string{"class <*> replaces class <*>"}},
		{"exceptions are different errors",
			fill("call to tax service at gateway ended with •", "TimeoutError TypeError java.net.ConnectException java.io.IOException RangeError KeyError"), nil},
		{"for gives a name",
			fill("session check at gateway failed for •", "alice bob"), []string{"session check at gateway failed for <*>"}},
		{"settings with names of their own",
			fill("pool of billing database restarted with •=<*>", "min max idle wait size age"), nil},
		{"states in capitals",
			fill("order <*> of web shop changed to •", "OPEN PAID SENT LOST BACK"), nil},
		{"the value of a state's label",
			fill("no handler in billing found, EventType: • of order <*>", "ORDER_PAID ORDER_SENT"),
			[]string{"no handler in billing found, EventType: <*> of order <*>"}},
		{"error codes behind a colon",
			fill("no handler in billing found, dial: • of order <*>", "ECONNREFUSED ETIMEDOUT"), nil},
		{"a wider template takes in a word",
			[]string{"login of <*> rejected by gateway", "login of trent rejected by gateway"}, []string{"login of <*> rejected by gateway"}},
		{"but not what says that it failed",
			[]string{"upload <*> of report done", "upload not of report done"}, nil},
		{"joined words",
			fill("flag • changed", "new-checkout dark-mode fast-search"), []string{"flag <*> changed"}},
		{"properties with values of their own", fill("system property •=<*>", "os.name java.vendor"), nil},
		{"joined words behind a role", fill("job • started", "nightly-report sync_customers"), []string{"job <*> started"}},
		{"other signs, other message", []string{"queue orders: full of messages", "queue refunds is full of messages"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.want
			if len(want) == 0 {
				want = slices.Sorted(slices.Values(tt.in))
			}
			if diff := cmp.Diff(want, outcome(mine(tt.in, nil))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func outcome(home map[string]string) []string {
	var all []string
	for _, t := range home {
		all = append(all, t)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// A name learned from many similar messages is also recognised in rare ones.
func TestNamesAreLearned(t *testing.T) {
	in := append(fill("cannot parse feed • while loading nightly prices", "acme globex initech umbrella hooli"),
		"upload refused, acme over quota", "upload refused, globex over quota")
	want := []string{"cannot parse feed <*> while loading nightly prices", "upload refused, <*> over quota"}
	if diff := cmp.Diff(want, outcome(mine(in, nil))); diff != "" {
		t.Error(diff)
	}
}

// A word at the place of a known template's wildcard counts as a name in other messages too.
func TestKnownTemplatesTeachNames(t *testing.T) {
	in := append(fill("cannot parse feed • while loading nightly prices", "acme globex"),
		"upload refused, acme over quota", "upload refused, globex over quota", "upload refused, nobody over quota")
	want := []string{"cannot parse feed <*> while loading nightly prices", "upload refused, <*> over quota"}
	if diff := cmp.Diff(want, outcome(mine(in, want[:1]))); diff != "" {
		t.Error(diff)
	}
}

func TestKnownTemplatesGoFirst(t *testing.T) {
	const wide, narrow = "login of <*> rejected by gateway", "login of root rejected by gateway"
	tests := []struct {
		name       string
		known      []string
		in, wanted string
	}{
		{"covered", []string{wide}, "login of alice rejected by gateway", wide},
		{"not covered", []string{wide}, "logout of alice rejected by gateway", "logout of alice rejected by gateway"},
		{"longer", []string{wide}, "login of alice smith rejected by gateway", "login of alice smith rejected by gateway"},
		{"the same", []string{"disk is full"}, "disk is full", "disk is full"},
		{"widened", []string{"queue orders is full of messages"}, "queue refunds is full of messages", "queue <*> is full of messages"},
		{"two that are one", []string{narrow, wide}, "login of root rejected by gateway", wide},
		{"a known one that says nothing covers nothing", []string{"<*> <*>"}, "disk full", "disk full"},
		{"little said: a name is covered", []string{"queue <*> drained"}, "queue orders drained", "queue <*> drained"},
		{"little said: another word is not", []string{"retry <*> refused"}, "retry policy refused", "retry policy refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			home := mine([]string{tt.in}, tt.known)
			if home[tt.in] != tt.wanted {
				t.Errorf("%q belongs to %q, want %q", tt.in, home[tt.in], tt.wanted)
			}
			for _, k := range tt.known {
				if m := newMatcher([]string{home[k]}); home[k] != k {
					if _, ok := m.match(k); !ok {
						t.Errorf("%q became %q, which is not wider", k, home[k])
					}
				}
			}
		})
	}
}

// FuzzMine checks that every template is an instance of the one it belongs to, that the order of templates
// does not matter, and that mining again with the results as known templates gives templates that cover them
// too.
func FuzzMine(f *testing.F) {
	f.Add("queue a is full of x\nqueue b is full of x\nqueue <*> is full of <*>")
	f.Add("<*> <*>\n<*>\n\n..: a b")
	f.Add(strings.Join(fill("cannot parse feed • while loading prices", "a b c d e f"), "\n"))
	f.Fuzz(func(t *testing.T, text string) {
		templates := strings.Split(text, "\n")
		home := mine(templates, nil)
		for _, template := range templates {
			if !instance(home[template], template) {
				t.Fatalf("%q belongs to %q", template, home[template])
			}
		}
		rand.Shuffle(len(templates), func(i, j int) { templates[i], templates[j] = templates[j], templates[i] })
		if diff := cmp.Diff(home, mine(templates, nil)); diff != "" {
			t.Fatal(diff)
		}
		known := outcome(home)
		for template, again := range mine(templates, known) {
			if !instance(again, template) {
				t.Fatalf("%q belongs to %q once that is known", template, again)
			}
		}
	})
}

// instance reports whether narrow has the same tokens as wide, except at wide's wildcards.
func instance(wide, narrow string) bool {
	for wide != "" && narrow != "" {
		a, b := wide[:tokenEnd(wide, 0)], narrow[:tokenEnd(narrow, 0)]
		if a != b && a != Wildcard {
			return false
		}
		wide, narrow = wide[len(a):], narrow[len(b):]
	}
	return wide == narrow
}

func BenchmarkMine(b *testing.B) {
	var templates []string
	for i := range 2000 {
		name := fmt.Sprintf("%c%c", 'a'+i%26, 'a'+i/26%26)
		templates = append(templates, "login of "+name+" refused by gateway "+string('a'+rune(i/676))+" of billing")
	}
	b.ReportAllocs()
	for b.Loop() {
		mine(templates, nil)
	}
}
