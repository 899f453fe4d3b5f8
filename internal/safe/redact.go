package safe

import (
	"cmp"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/logging"
)

// Redactor takes secrets out of text. Make one with NewRedactor; it is safe for
// use by several goroutines.
type Redactor struct {
	detector func() *detect.Detector
}

// NewRedactor returns a Redactor with gitleaks' default rules and our own. The
// rules are loaded at the first use, once for the process (about 100 ms and
// 80 MB); should they fail to load that use panics, so that nothing is ever
// published unredacted.
func NewRedactor() *Redactor { return &Redactor{detector: loadDetector} }

var loadDetector = sync.OnceValue(func() *detect.Detector {
	logging.Logger = logging.Logger.Output(io.Discard) // it writes to stderr, which the runner obeys
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		panic("load the secret detector's rules: " + err.Error())
	}
	d.IgnoreGitleaksAllow = true // a comment in the text must not switch detection off
	return d
})

// secret is one found in a text: s[start:end].
type secret struct {
	start, end int
	kind       string
}

// placeholder is what stands for a secret once it is redacted.
var placeholder = regexp.MustCompile(`\[redacted-[a-z0-9-]+\]`)

// Redact returns s as valid UTF-8 with each secret replaced by
// "[redacted-KIND]", KIND being a gitleaks rule or one of our own. Redacting a
// second time changes nothing. It takes about half a millisecond a kilobyte: hand
// it excerpts and templates, not streams.
func (r *Redactor) Redact(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	// Taking one secret out can lay another open, as when a key's name was its
	// value; each round shortens what is not a placeholder, so this ends.
	for {
		found := r.find(s)
		if len(found) == 0 {
			return s
		}
		s = replace(s, found)
	}
}

// find returns the secrets of s in order, without overlap.
func (r *Redactor) find(s string) []secret {
	found := append(ownRules(s), gitleaks(r.detector(), s)...)
	return merge(found, placeholder.FindAllStringIndex(s, -1))
}

// merge drops what lies within a placeholder, and joins what overlaps: the kind
// is that of the longest, since the others are parts of it.
func merge(found []secret, done [][]int) []secret {
	slices.SortFunc(found, func(a, b secret) int {
		return cmp.Or(a.start-b.start, b.end-a.end, strings.Compare(a.kind, b.kind))
	})
	var merged []secret
	for _, f := range found {
		f, known := widen(f, done)
		if known || f.start == f.end {
			continue
		}
		if n := len(merged); n > 0 && f.start < merged[n-1].end {
			merged[n-1] = join(merged[n-1], f)
			continue
		}
		merged = append(merged, f)
	}
	return merged
}

// widen lets f end where no placeholder is cut in two, and reports whether f
// has nothing to hide outside of one.
func widen(f secret, done [][]int) (secret, bool) {
	for _, d := range done {
		if d[0] <= f.start && f.end <= d[1] {
			return f, true
		}
		if d[0] < f.end && f.start < d[1] {
			f.start, f.end = min(f.start, d[0]), max(f.end, d[1])
		}
	}
	return f, false
}

func join(a, b secret) secret {
	kind := a.kind
	if b.end-b.start > a.end-a.start {
		kind = b.kind
	}
	return secret{a.start, max(a.end, b.end), kind}
}

func replace(s string, found []secret) string {
	var b strings.Builder
	at := 0
	for _, f := range found {
		b.WriteString(s[at:f.start])
		b.WriteString("[redacted-" + f.kind + "]")
		at = f.end
	}
	b.WriteString(s[at:])
	return b.String()
}
