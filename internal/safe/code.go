package safe

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

var (
	page     = regexp.MustCompile(`^https?://[A-Za-z0-9.:-]+/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$`)
	fullSHA  = regexp.MustCompile(`^[0-9a-f]{40}$`)
	language = regexp.MustCompile(`^[a-z]*$`)
)

// Source returns code as a fenced block in the language, as Fenced does.
func (r *Redactor) Source(s, of string, limit int) Text {
	t := r.Fenced(s, limit-len(of))
	if !language.MatchString(of) {
		return t
	}
	first, rest, _ := strings.Cut(t.s, "\n")
	return Text{first + of + "\n" + rest}
}

// Permalink returns the address of a line of a file, for a Markdown link, given the
// repository's page and a commit's full SHA. Unlike a link to an issue or a commit, it
// adds nothing to a timeline. It returns false if the path needs redaction or another
// part is malformed.
func (r *Redactor) Permalink(repository, sha, path string, line int) (Text, bool) {
	if !page.MatchString(repository) || !fullSHA.MatchString(sha) || line < 1 || r.Redact(path) != path {
		return Text{}, false
	}
	elements := strings.Split(path, "/")
	for i, e := range elements {
		elements[i] = strings.NewReplacer("(", "%28", ")", "%29", "!", "%21", "*", "%2A", "'", "%27", "&", "%26", "$", "%24", ";", "%3B", "@", "%40").Replace(url.PathEscape(e))
	}
	return Text{fmt.Sprintf("%s/blob/%s/%s#L%d", repository, sha, strings.Join(elements, "/"), line)}, true
}

// Comparison returns the address of the changes between two commits, for a Markdown
// link. It returns false if a part is malformed.
func Comparison(repository, from, to string) (Text, bool) {
	if !page.MatchString(repository) || !fullSHA.MatchString(from) || !fullSHA.MatchString(to) {
		return Text{}, false
	}
	return Text{fmt.Sprintf("%s/compare/%s...%s", repository, from, to)}, true
}
