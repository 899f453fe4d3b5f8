package story

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/safe/safetest"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
)

// frameCase is a failure in a file of the monorepo. With an empty path, no link may be shown.
type frameCase struct{ name, title, path, stack string }

// frameCases are failures as the runtimes print them. %d is the failing line, and title is the start of the
// issue's title.
var frameCases = []frameCase{
	{"node, container", "CartError: x in Cart", "services/a/src/cart.js", "CartError: x\n    at Cart.total (/usr/src/app/services/a/src/cart.js:%d:24)"},
	{"node, two of one name", "TwinError", "", "TwinError: x\n    at Cart.total (/usr/src/app/src/cart.js:4:24)"},
	{"node, one service's container", "PayError", "services/b/src/pay.js", "PayError: x\n    at pay (/usr/src/app/src/pay.js:%d:3)"},
	{"node, compiled", "DistError", "", "DistError: x\n    at pay (/usr/src/app/dist/bundle.js:3:3)"},
	{"webpack", "PageError", "web/pages/cart.tsx", "PageError: x\n    at Cart (webpack:///./web/pages/cart.tsx?ab12:%d:3)"},
	{"python", "CartError: py", "py/shop/cart.py", "Traceback (most recent call last):\n  File \"/srv/py/shop/cart.py\", line %d, in total\n    return 1\nshop.CartError: py"},
	{"java", "CartException: java", "java/src/main/java/com/acme/shop/Cart.java", "com.acme.shop.CartException: java\n\tat com.acme.shop.Cart.total(Cart.java:%d)"},
	{"java, another package", "CartException: pay", "", "com.acme.pay.CartException: pay\n\tat com.acme.pay.Cart.total(Cart.java:5)"},
	{"go, built in a container", "panic: c in", "cart/cart.go", "panic: c\n\ngoroutine 1 [running]:\ngithub.com/acme/shop/cart.Total(0x1)\n\t/build/cart/cart.go:%d +0x1b"},
	{"go, trimpath", "panic: api", "cmd/api/main.go", "panic: api\n\ngoroutine 1 [running]:\nmain.serve()\n\tgithub.com/acme/shop/cmd/api/main.go:%d +0x1b"},
	{"go, main of which there are two", "panic: which", "", "panic: which\n\ngoroutine 1 [running]:\nmain.main()\n\t/build/main.go:4 +0x1b"},
	{"go, another module", "panic: dep", "", "panic: dep\n\ngoroutine 1 [running]:\ngithub.com/acme/other/cart.Total(0x1)\n\t/build/cart/cart.go:5 +0x1b"},
	{"ruby", "CartError: x in block in total", "rb/app/models/cart.rb", "/rails/app/models/cart.rb:%d:in `block in total': x (CartError)\n\tfrom /rails/app/models/cart.rb:2:in `total'"},
	{"php", "CartException: x in", "php/src/Cart.php", "PHP Fatal error:  Uncaught CartException: x in /var/www/html/php/src/Cart.php:%d\nStack trace:\n#0 /var/www/html/php/src/Cart.php(5): Cart->total()\n#1 {main}\n  thrown in /var/www/html/php/src/Cart.php on line 6"},
	{"csharp", "CartException: cs", "cs/Shop/Cart.cs", "Acme.Shop.CartException: cs\n   at Acme.Shop.Cart.Total(Int32 n) in C:\\build\\cs\\Shop\\Cart.cs:line %d"},
}

// Each link, line, excerpt, owner and suspect agrees with git, or is not shown.
func TestFramesLeadToTheirLines(t *testing.T) {
	kinds := []struct {
		name, release string // release of the events; %s is the SHA of the release's commit
		moved         bool   // the code has moved since and the release is unknown, so nothing may be shown
	}{
		{"field", "git.commit.sha=%s", false}, {"SHA", "shop@1.2.3+%.7s", false}, {"tag", "1.2.3", false}, {"unknown", "", false}, {"unknown, moved since", "", true},
	}
	t.Logf("%-22s %8s %5s %5s %6s", "release", "resolved", "right", "wrong", "silent")
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			w := newWorld(t)
			m := newMonorepo(t, w.now)
			w.withCode(m)
			if kind.name == "unknown" {
				m.Run("reset", "--quiet", "--hard", "v1.2.3")
			}
			release := kind.release
			if strings.Contains(release, "%") {
				release = fmt.Sprintf(release, m.release)
			}
			for i, c := range frameCases {
				stack := c.stack
				if strings.Contains(stack, "%d") {
					stack = fmt.Sprintf(stack, m.line(c.path))
				}
				w.fail(time.Duration(i+1)*time.Second, release, stack)
			}
			w.run("scan", "--max-new-issues", "50").mustSucceed(t)
			issues := w.errorIssues()
			if len(issues) != len(frameCases) {
				t.Fatalf("%d issues for %d errors", len(issues), len(frameCases))
			}
			resolved, right, wrong, silent := 0, 0, 0, 0
			for _, c := range frameCases {
				var issue githubtest.Issue
				for _, i := range issues {
					if strings.HasPrefix(i.Title, c.title) {
						issue = i
					}
				}
				if issue.Number == 0 {
					t.Fatalf("%s: no issue", c.name)
				}
				got := codeOf(issue.Body)
				if len(got.links) == 0 {
					silent++
					if c.path != "" && !kind.moved {
						t.Errorf("%s: silent\n%s", c.name, issue.Body)
					}
					continue
				}
				resolved++
				if problems := m.check(c, got); problems == "" && c.path != "" && !kind.moved {
					right++
				} else {
					wrong++
					t.Errorf("%s: %s\n%s", c.name, problems, got.text)
				}
			}
			t.Logf("%-22s %8d %5d %5d %6d", kind.name, resolved, right, wrong, silent)
		})
	}
}

// check compares what an issue shows with git.
func (m monorepo) check(c frameCase, got shown) string {
	line := m.line(c.path)
	if want := fmt.Sprintf("%s %s %d", m.release, c.path, line); got.links[0] != want {
		return fmt.Sprintf("links %q, want %q first", got.links, want)
	}
	text, blamed := m.gitLine(m.release, c.path, line)
	if got.failing != fmt.Sprintf("%d %s", line, text) {
		return fmt.Sprintf("shows %q, git has %q", got.failing, text)
	}
	if want := fmt.Sprintf("%.7s mara %d %s 2 days before the first event, in `#812`", blamed, line, c.path); got.suspect != want {
		return fmt.Sprintf("suspects %q, want %q", got.suspect, want)
	}
	owners := map[string]string{"services/a": "`@acme/web` `@mara`", "services/b": "`@billing`", "web": "`@acme/everyone`", "py": "", "java": "`[email-1]`",
		"cart": "`@gopher`", "cmd": "`@gopher`", "rb": "`@ruby`", "php": "`@acme/everyone`", "cs": "`@acme/everyone`"}
	for folder, want := range owners {
		if strings.HasPrefix(c.path, folder+"/") && got.owners != want {
			return fmt.Sprintf("owners %q, want %q", got.owners, want)
		}
	}
	return ""
}

// Without a release, the default branch is a guess, which is valid only if the line is the same in every
// version.
func TestUnknownRelease(t *testing.T) {
	const stack = "GuessError: x\n    at Cart.total (/usr/src/app/services/a/src/cart.js:%d:5)"
	tests := []struct {
		name, stack string
		history     []string // versions of the file before the failing one, oldest first
		links       int
	}{
		{"never moved", fmt.Sprintf(stack, 3), nil, 1},
		{"changed in place", fmt.Sprintf(stack, 3), []string{"class Cart {\n  total(items) {\n    return items.old\n  }\n}\n"}, 1},
		{"changed below", fmt.Sprintf(stack, 3), []string{"class Cart {\n  total(items) {\n    return items.FAIL\n  }\n  more() {}\n}\n"}, 1},
		{"moved by one line", fmt.Sprintf(stack, 3), []string{"class Cart {\n  total(items) {\n    check()\n    return items.FAIL\n  }\n}\n"}, 0},
		{"in another function", "GuessError: x\n    at Cart.sum (/usr/src/app/services/a/src/cart.js:3:5)", nil, 0},
		{"without a function", "GuessError: x\n    at /usr/src/app/services/a/src/cart.js:3:5", nil, 0},
		{"behind the end", fmt.Sprintf(stack, 30), nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			repo := githubtest.NewRepo(t)
			for i, text := range append(tt.history, "class Cart {\n  total(items) {\n    return items.FAIL\n  }\n}\n") {
				repo.Commit("Mara", w.now.AddDate(0, 0, i-10), "Change", map[string]string{"services/a/src/cart.js": text})
			}
			w.withCode(monorepo{Repo: repo})
			w.fail(time.Minute, "", tt.stack)
			w.run("scan").mustSucceed(t)
			got := codeOf(w.find("GuessError").Body)
			if len(got.links) != tt.links || tt.links > 0 && !strings.Contains(got.text, "the running release is unknown") {
				t.Errorf("links %q in\n%s", got.links, got.text)
			}
		})
	}
}

// A SHA that does not exist in the repository belongs to another one.
func TestUnknownCommit(t *testing.T) {
	w := newWorld(t)
	w.withCode(newMonorepo(t, w.now))
	w.fail(time.Minute, "shop@1.2.3-0badc0ffee", fmt.Sprintf(frameCases[0].stack, 7))
	w.run("scan").mustSucceed(t)
	if got := codeOf(w.find("CartError").Body); got.text != "" {
		t.Errorf("shows\n%s", got.text)
	}
}

// A quiet run sends no requests for code, ten issues of one release cause at most 25, and further events of
// that release none.
func TestRequestsForCode(t *testing.T) {
	w := newWorld(t)
	m := newMonorepo(t, w.now)
	w.withCode(m)
	for i := range 10 {
		w.fail(time.Duration(i)*time.Second, "1.2.3", fmt.Sprintf("Failure%cError: x\n    at Cart.total (/app/services/a/src/cart.js:4:24)\n    at pay (/app/services/b/src/pay.js:3:3)", 'A'+i))
	}
	first := w.run("scan")
	first.mustSucceed(t)
	w.advance(10 * time.Minute)
	quiet := w.run("scan")
	w.fail(time.Second, "1.2.3", "FailureAError: x\n    at Cart.total (/app/services/a/src/cart.js:4:24)\n    at pay (/app/services/b/src/pay.js:3:3)")
	again := w.run("scan")
	w.fail(time.Second, m.first, "FailureAError: x\n    at Cart.total (/app/services/a/src/cart.js:4:24)\n    at pay (/app/services/b/src/pay.js:3:3)")
	w.advance(time.Minute)
	changed := w.run("scan")
	t.Logf("requests for code: %d for ten new issues, %d in a quiet run, %d for more events, %d for another commit",
		codeCount(first.requests), codeCount(quiet.requests), codeCount(again.requests), codeCount(changed.requests))
	if n := codeCount(first.requests); n > 25 || n == 0 {
		t.Errorf("%d requests for ten issues", n)
	}
	if n := codeCount(quiet.requests) + codeCount(again.requests); n != 0 {
		t.Errorf("%d requests in runs without anything new", n)
	}
	if n := codeCount(changed.requests); n > 6 || n == 0 {
		t.Errorf("%d requests for another commit", n)
	}
	if got := codeOf(w.find("FailureAError").Body); len(got.links) != 2 || !strings.HasPrefix(got.links[0], m.first) {
		t.Errorf("after another commit: %q", got.links)
	}
	if got := codeOf(w.find("FailureBError").Body); len(got.links) != 2 || !strings.HasPrefix(got.links[0], m.release) {
		t.Errorf("of another issue: %q", got.links)
	}
}

// No run sends more than 60 requests for code.
func TestRequestsForCodeAreBounded(t *testing.T) {
	w := newWorld(t)
	w.withCode(newMonorepo(t, w.now))
	for i := range 70 {
		w.fail(time.Duration(i)*time.Second, "1.2.3", fmt.Sprintf("Failure%c%cError: x\n    at Cart.total (/app/services/a/src/cart.js:4:24)", 'A'+i/10, 'A'+i%10))
	}
	r := w.run("scan", "--max-new-issues", "100")
	r.mustSucceed(t)
	if n := codeCount(r.requests); n != 60 || !strings.Contains(r.stdout+r.stderr, "60 requests") {
		t.Errorf("%d requests\n%s", n, r.stdout)
	}
}

func TestAssignOwners(t *testing.T) {
	w := newWorld(t)
	w.withCode(newMonorepo(t, w.now))
	w.fail(time.Minute, "1.2.3", fmt.Sprintf(frameCases[0].stack, 4))
	w.fail(time.Minute, "1.2.3", fmt.Sprintf(frameCases[2].stack, 3)) // @billing cannot be assigned
	w.inActions()
	w.env["INPUT_ASSIGN"] = "owners"
	r := w.run()
	r.mustSucceed(t)
	if got := w.find("CartError").Assignees; strings.Join(got, " ") != "mara" {
		t.Errorf("assigned %q", got)
	}
	if got := w.find("PayError").Assignees; len(got) != 0 {
		t.Errorf("assigned %q", got)
	}
	if board := w.dashboard().Body; !strings.Contains(board, "| `@billing` |") {
		t.Errorf("the dashboard lacks the owners of an issue without assignees:\n%s", board)
	}
	var issues []struct {
		Title, Release, Permalink string
		Owners, Suspects          []string
	}
	if err := json.Unmarshal([]byte(r.outputs["issues"]), &issues); err != nil {
		t.Fatal(err)
	}
	for _, i := range issues {
		if strings.Contains(i.Title, "CartError") && (i.Release != "1.2.3" || !strings.HasSuffix(i.Permalink, "/services/a/src/cart.js#L4") || len(i.Owners) != 2 || len(i.Suspects) != 1) {
			t.Errorf("output %+v", i)
		}
	}
}

// If the issues are more public than the code, they show links but no code.
func TestPublicIssuesOfPrivateCode(t *testing.T) {
	for _, private := range []bool{true, false} {
		w := newWorld(t)
		m := newMonorepo(t, w.now)
		w.withCode(m)
		w.env["ERRMON_CODE_REPOSITORY"] = "acme/code"
		w.github.Configure(func(to *githubtest.Settings) {
			to.CodeRepository, to.CodePrivate, to.Private = "acme/code", private, false
		})
		w.fail(time.Minute, "1.2.3", fmt.Sprintf(frameCases[0].stack, 4))
		w.run("scan").mustSucceed(t)
		got := codeOf(w.find("CartError").Body)
		if !strings.Contains(got.text, "https://github.com/acme/code/blob/"+m.release+"/services/a/src/cart.js#L4") {
			t.Errorf("no link: %s", got.text)
		}
		if shows := got.failing+got.owners+got.suspect != ""; shows == private {
			t.Errorf("private code %v: %s", private, got.text)
		}
	}
}

// Owners that could not be looked up when the issue was filed are assigned later.
func TestOwnersOfARuleAreAssignedLater(t *testing.T) {
	w := newWorld(t)
	w.withCode(newMonorepo(t, w.now))
	w.file(".github/errmon.yml", "rules:\n  - assignees: [owners, gopher]\n")
	refuse := func(refused bool) {
		w.github.Configure(func(to *githubtest.Settings) { to.NoContents = refused })
	}
	for run, want := range []string{"gopher", "gopher mara", "gopher"} {
		refuse(run == 0)
		w.fail(time.Minute, "1.2.3", fmt.Sprintf(frameCases[0].stack, 4))
		w.run("scan").mustSucceed(t)
		issue := w.find("CartError")
		if slices.Sort(issue.Assignees); strings.Join(issue.Assignees, " ") != want {
			t.Errorf("run %d: assigned %q, want %s", run, issue.Assignees, want)
		}
		w.github.Edit(issue.Number, func(i *githubtest.Issue) { i.Assignees = []string{"gopher"} }) // people win
		w.advance(15 * time.Minute)
	}
}

// If something is missing or refused, the run warns and files the issue.
func TestCodeIsRefused(t *testing.T) {
	tests := []struct {
		name      string
		configure func(*githubtest.Settings)
		want      string
	}{
		{"permission", func(to *githubtest.Settings) { to.NoContents = true }, "contents: read"},
		{"no GraphQL", func(to *githubtest.Settings) {
			to.Break = func(r fake.Request) *fake.Fault {
				if strings.HasSuffix(r.Path, "graphql") {
					return &fake.Fault{Status: 404, Body: `{"message":"Not Found"}`}
				}
				return nil
			}
		}, "not found"},
		{"too many files", func(to *githubtest.Settings) { to.TreeTruncated = true }, "too many files"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.withCode(newMonorepo(t, w.now))
			w.github.Configure(tt.configure)
			for i := range 3 {
				w.fail(time.Minute, "1.2.3", fmt.Sprintf("Failure%cError: x\n    at Cart.total (/app/services/a/src/cart.js:4:24)", 'A'+i))
			}
			r := w.run("scan")
			r.mustSucceed(t)
			if len(w.errorIssues()) != 3 || strings.Count(r.stdout+r.stderr, tt.want) != 1 || codeCount(r.requests) > 5 {
				t.Errorf("%d issues, %d requests\n%s%s", len(w.errorIssues()), codeCount(r.requests), r.stdout, r.stderr)
			}
		})
	}
}

// Doctor checks the code, CODEOWNERS and how many frames were found.
func TestDoctorOnCode(t *testing.T) {
	w := newClinic(t)
	w.withCode(newMonorepo(t, w.now))
	w.github.Configure(func(to *githubtest.Settings) {
		to.OwnerErrors = []map[string]any{{"line": 6, "kind": "Invalid pattern", "source": "[bad line @nobody", "path": ".github/CODEOWNERS"}}
		for range 6 {
			to.OwnerErrors = append(to.OwnerErrors, map[string]any{"line": 8, "kind": "Unknown owner", "source": "/rb/ @ruby", "path": ".github/CODEOWNERS"})
		}
	})
	for i := range 12 {
		w.fail(time.Duration(i+1)*time.Second, "1.2.3", fmt.Sprintf("Failure%cError: x\n    at Cart.total (/app/services/%s/src/cart.js:4:24)", 'A'+i, []string{"a", "x"}[i/4%2]))
	}
	w.run("scan", "--max-new-issues", "50").mustSucceed(t)
	r := w.examine()
	for _, want := range []string{
		"✓ code: acme/shop is readable, default branch main", "! CODEOWNERS: mistakes: 7, such as line 6 of .github/CODEOWNERS: Invalid pattern: [bad line @nobody; " +
			"line 8 of .github/CODEOWNERS: Unknown owner: /rb/ @ruby;", "✓ frames: 8 of 12 in-app frames were found in the repository",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("%q is missing in\n%s", want, r.stdout)
		}
	}
}

// Nothing in a repository renders as anything but code, and nobody is notified.
func TestHostileRepository(t *testing.T) {
	const hostile = "@octocat #1 GH-1 ``` ~~~ <!-- errmon:end --> <img src=x> [a](https://evil.example) https://github.com/acme/shop/issues/1 ::error::x ##[error]x"
	const file = "src/`@octocat`#1](x)<b>.js"
	w := newWorld(t)
	repo := githubtest.NewRepo(t)
	text := "function total() {\n  // " + hostile + "\n```\n  return items.FAIL // " + hostile + "\n}\n<!-- errmon:begin v1 -->\n### Stack trace\n"
	sha := repo.Commit("@octocat ` <!-- #1", w.now.AddDate(0, 0, -3), hostile, map[string]string{
		file: text, "src/server.js": "function start() {\n  total()\n}\n", "CODEOWNERS": "* @octocat @acme/all # " + hostile + "\n",
	})
	w.withCode(monorepo{Repo: repo})
	w.fail(time.Minute, sha, "HostileError: x\n    at total (/app/"+file+":4:3)\n    at start (/app/src/server.js:2:3)")
	r := w.run("scan")
	r.mustSucceed(t)
	issue := w.find("HostileError")
	got := codeOf(issue.Body)
	if len(got.links) != 2 || got.owners == "" || !strings.Contains(got.text, "Possible cause") || !strings.Contains(got.failing, "items.FAIL") {
		t.Fatalf("shows too little to test:\n%s", issue.Body)
	}
	plain := safetest.WithoutCode(got.text)
	for _, live := range []string{"@octocat", "@acme", "#1", "GH-1", "<img", "<b>", "evil.example", "errmon:begin", "errmon:end"} {
		if strings.Contains(plain, live) {
			t.Errorf("%q is live in\n%s", live, plain)
		}
	}
	if m, err := marker.Read(issue.Body); err != nil || m.Code.Commit != sha || len(issue.Assignees) > 0 {
		t.Errorf("marker %+v, %v", m.Code, err)
	}
}

// A delivered error shows its code too, which is looked up once, however many rounds the run makes.
func TestDeliveryShowsCode(t *testing.T) {
	w := newWorld(t)
	m := newMonorepo(t, w.now)
	w.withCode(m)
	payload, err := json.Marshal(map[string]string{"text": fmt.Sprintf(frameCases[0].stack, 4), "release": "1.2.3", "id": "d1"})
	if err != nil {
		t.Fatal(err)
	}
	r := w.deliver(string(payload))
	r.mustSucceed(t)
	if got := codeOf(w.find("CartError").Body); len(got.links) != 1 || got.links[0] != m.release+" services/a/src/cart.js 4" {
		t.Errorf("links %q", got.links)
	}
	if n := codeCount(r.requests); n > 6 {
		t.Errorf("%d requests", n)
	}
}

// Sentry's events lead to their lines too, by the paths from source maps.
func TestSentryShowsCode(t *testing.T) {
	w := newWorld(t)
	m := newMonorepo(t, w.now)
	w.withCode(m)
	w.withSentry("web")
	w.sentry.Put(sentrytest.Issue{Title: "PageError: x", Event: &sentrytest.Event{Platform: "javascript", Release: "shop@1.2.3", Exceptions: []sentrytest.Exception{{
		Type: "PageError", Value: "x", Frames: []sentrytest.Frame{
			{Function: "Cart", Filename: "./web/pages/cart.tsx", AbsPath: "webpack://_N_E/./web/pages/cart.tsx", Line: 2, Column: 10, InApp: true},
		},
	}}}})
	w.run("scan").mustSucceed(t)
	if got := codeOf(w.find("PageError").Body); len(got.links) != 1 || got.links[0] != m.release+" web/pages/cart.tsx 2" {
		t.Errorf("links %q in\n%s", got.links, w.find("PageError").Body)
	}
}
