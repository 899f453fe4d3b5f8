package story

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// monorepo is a repository of services in seven languages. The first commit is old, the second changes the
// failing lines and is released as v1.2.3, and the third moves every line of code down by three.
type monorepo struct {
	githubtest.Repo
	first, release, head string
}

const codeowners = `* @acme/everyone
*.js @acme/web @mara
/services/b/ @billing
/py/
*.go @gopher
[bad line @nobody
/java/ dev@example.com
/rb/ @ruby
`

// sources maps paths to files; the failing line ends in FAIL.
var sources = map[string]string{
	"services/a/src/cart.js":                     "class Cart {\n  total(items) {\n    // sum up\n    return items.map(i => i.price.FAIL)\n  }\n}\n",
	"services/b/src/cart.js":                     "class Cart {\n  total(items) {\n    return other.FAIL\n  }\n}\n",
	"services/b/src/pay.js":                      "exports.pay = async function pay(card) {\n  await charge(card)\n  throw new FAIL()\n}\n",
	"web/pages/cart.tsx":                         "export function Cart({ items }) {\n  return items.map(i => <b>{i.FAIL}</b>)\n}\n",
	"py/shop/cart.py":                            "import math\n\n\ndef total(\n    items,\n):\n    return math.fsum(i.FAIL for i in items)\n",
	"java/src/main/java/com/acme/shop/Cart.java": "package com.acme.shop;\n\nclass Cart {\n    int total(int n) {\n        return n / FAIL;\n    }\n}\n",
	"go.mod":                "module github.com/acme/shop\n\ngo 1.26\n",
	"cart/cart.go":          "package cart\n\nfunc Total(items []int) int {\n\tif len(items) > 0 {\n\t\treturn items[FAIL]\n\t}\n\treturn 0\n}\n",
	"cmd/api/main.go":       "package main\n\nfunc serve() {\n\tpanic(FAIL)\n}\n",
	"cmd/job/main.go":       "package main\n\nfunc main() {\n\tpanic(\"other\" + FAIL)\n}\n",
	"rb/app/models/cart.rb": "class Cart\n  def total\n    items.sum { |i| i.FAIL }\n  end\nend\n",
	"php/src/Cart.php":      "<?php\nclass Cart\n{\n    public function total(array $items): int\n    {\n        return $items[0]->FAIL;\n    }\n}\n",
	"cs/Shop/Cart.cs":       "namespace Acme.Shop;\nclass Cart\n{\n    public int Total(int n)\n    {\n        return n / FAIL;\n    }\n}\n",
	".github/CODEOWNERS":    codeowners,
	"docs/CODEOWNERS":       "* @wrong\n",
}

func newMonorepo(t *testing.T, now time.Time) monorepo {
	t.Helper()
	m := monorepo{Repo: githubtest.NewRepo(t)}
	failing := regexp.MustCompile(`(?m)^.*FAIL.*$`)
	old, moved := map[string]string{}, map[string]string{}
	for path, text := range sources {
		old[path] = failing.ReplaceAllStringFunc(text, func(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " \t"))] + "old" })
		if strings.Contains(text, "FAIL") {
			moved[path] = "\n\n\n" + text
		}
	}
	m.first = m.Commit("Old Hand", now.AddDate(-2, 0, 0), "Begin", old)
	m.release = m.Commit("Mara", now.Add(-48*time.Hour), "Change the carts", sources)
	m.Run("tag", "-a", "-m", "1.2.3", "v1.2.3")
	m.head = m.Commit("Noor", now.Add(-24*time.Hour), "Move", moved)
	return m
}

// line returns the number of a file's failing line in the release.
func (m monorepo) line(path string) int {
	before, _, _ := strings.Cut(sources[path], "FAIL")
	return strings.Count(before, "\n") + 1
}

// withCode serves the repository from the fake GitHub.
func (w *world) withCode(m monorepo) {
	w.github.Configure(func(to *githubtest.Settings) {
		to.Git, to.Accounts, to.Pulls = m.Dir, map[string]string{"Mara": "mara"}, map[string]int{m.release: 812}
		to.Assignable = []string{"mara", "gopher"}
	})
}

// fail logs an error with a stack trace as a structured record. The release may be "KEY=VALUE" for a field
// with another name.
func (w *world) fail(ago time.Duration, release, stack string) {
	w.t.Helper()
	record := map[string]string{"level": "error", "message": "it failed", "stack": stack}
	if key, value, ok := strings.Cut(release, "="); ok {
		record[key] = value
	} else if release != "" {
		record["release"] = release
	}
	line, err := json.Marshal(record)
	if err != nil {
		w.t.Fatal(err)
	}
	w.log(ago, "%s", line)
}

// shown is the part of an issue about code.
type shown struct {
	links   []string // each as "SHA path line"
	failing string   // line that the excerpt marks
	owners  string
	suspect string
	text    string
}

var (
	permalink   = regexp.MustCompile(`\(https://github\.com/acme/shop/blob/([0-9a-f]{40})/(\S+)#L(\d+)\)`)
	markedLine  = regexp.MustCompile(`(?m)^> +(\d+) \| (.*)$`)
	ownersLine  = regexp.MustCompile("(?m)^Owners: (.*), by line")
	suspectLine = regexp.MustCompile("(?m)^Possible cause: `([0-9a-f]+)` by `([^`]*)` changed line (\\d+) of `([^`]*)` (.*)$")
)

func codeOf(body string) shown {
	_, rest, _ := strings.Cut(body, "<!-- errmon:code -->")
	text, _, _ := strings.Cut(rest, "<!-- errmon:code end -->")
	s := shown{text: text}
	for _, l := range permalink.FindAllStringSubmatch(text, -1) {
		s.links = append(s.links, strings.Join(l[1:], " "))
	}
	if m := markedLine.FindStringSubmatch(text); m != nil {
		s.failing = m[1] + " " + m[2]
	}
	if m := ownersLine.FindStringSubmatch(text); m != nil {
		s.owners = m[1]
	}
	if m := suspectLine.FindStringSubmatch(text); m != nil {
		s.suspect = strings.Join(m[1:], " ")
	}
	return s
}

// gitLine asks git for the text of a line and the commit that introduced it.
func (m monorepo) gitLine(sha, path string, line int) (text, blamed string) {
	blame := m.Run("blame", "--porcelain", "-L", fmt.Sprintf("%d,%d", line, line), sha, "--", path)
	lines := strings.Split(blame, "\n")
	return strings.TrimPrefix(lines[len(lines)-1], "\t"), lines[0][:40]
}

// codeCount returns how many of the requests are about code.
func codeCount(requests []fake.Request) int {
	n := 0
	for _, q := range requests {
		if strings.HasSuffix(q.Path, "/graphql") || strings.Contains(q.Path, "/commits/") || strings.Contains(q.Path, "/git/trees/") || strings.Contains(q.Path, "/compare/") {
			n++
		}
	}
	return n
}
