package safe

import (
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/logging"
)

var loadDetector = sync.OnceValue(func() *detect.Detector {
	logging.Logger = logging.Logger.Output(io.Discard) // it writes to stderr, which the runner obeys
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		panic("load the secret detector's rules: " + err.Error())
	}
	d.IgnoreGitleaksAllow = true // a comment in the text must not switch detection off
	return d
})

// gitleaks returns every occurrence in s of each secret that gitleaks' rules find.
func gitleaks(s string) []secret {
	type finding struct{ value, kind string }
	seen := make(map[finding]bool) // one that occurs often is found as often
	var found []secret
	d, text := loadDetector(), strings.TrimRight(s, ".")
	for _, f := range append(d.DetectString(sentences.Replace(text)), d.DetectString(words(text))...) {
		this := finding{f.Secret, f.RuleID}
		if this.kind == "generic-api-key" {
			this.kind = kindSecret
		}
		if seen[this] || this.value == "" || this.kind == kindSecret && uuid.MatchString(this.value) {
			continue // a UUID is the key of a request or a cache, which helps the reader
		}
		seen[this] = true
		found = append(found, occurrences(s, this.value, this.kind)...)
	}
	return found
}

// Most rules want a quote, a space or a semicolon behind a secret, as source code has it. In
// logs any punctuation may stand there. So the rules read the text twice: once
// with a space in place of what ends a value in a sentence or a list, and
// once with a space in place of all but letters, digits and what joins them.
var sentences = strings.NewReplacer(",", " ", ")", " ", "]", " ", "}", " ", "<", " ", "&", " ", "|", " ", ". ", "  ", ".\n", " \n")

func words(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x80 || isWord(byte(r)) || r == '-' || r == '.' || r == '~' || r == '\n' {
			return r
		}
		return ' '
	}, s)
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
