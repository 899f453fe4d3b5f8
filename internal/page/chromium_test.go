//go:build !nopage

package page

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// browser starts Chromium, or skips the test where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	var found string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			found = path
			break
		}
	}
	if found == "" {
		t.Skip("Chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(found), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Run(ctx); err != nil { // start it
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute) // so that a browser that hangs fails the test
	t.Cleanup(cancel)
	return ctx
}

// written writes a page to a file and returns its address.
func written(t *testing.T, issues []Issue) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, issues, fmt.Sprintf("%d issues", len(issues))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file://" + file
}

func realIssues(t *testing.T) []Issue {
	t.Helper()
	bodies := realBodies(t)
	var issues []Issue
	for i, name := range slices.Sorted(maps.Keys(bodies)) {
		title, body, _ := strings.Cut(bodies[name], "\n\n")
		issues = append(issues, Issue{
			Title: strings.TrimPrefix(title, "# "), Level: []string{"error", "fatal"}[i%2], Service: []string{"shop", "ledger"}[i%2], Events: int64(100 - i),
			Body: body, Minutes: map[int64]int64{29_000_000 + int64(i*7): 3, 29_000_200: int64(i)},
		})
	}
	return issues
}

func evaluate[T any](t *testing.T, ctx context.Context, script string) (result T) {
	t.Helper()
	if err := chromedp.Run(ctx, chromedp.Evaluate(script, &result)); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return result
}

const shown = `[...document.querySelectorAll("nav li")].filter(li => !li.hidden).length`

func TestPageInChromium(t *testing.T) {
	ctx := browser(t)
	issues := realIssues(t)
	if err := chromedp.Run(ctx, chromedp.Navigate(written(t, issues))); err != nil {
		t.Fatal(err)
	}
	if n := evaluate[int](t, ctx, shown); n != len(issues) {
		t.Errorf("%d errors are listed, want %d", n, len(issues))
	}
	if err := chromedp.Run(ctx, chromedp.Click(`nav a[href="#3"]`), chromedp.WaitVisible(`nav a.open[href="#3"]`)); err != nil {
		t.Fatal(err)
	}
	if title := evaluate[string](t, ctx, `document.querySelector("article h1").textContent`); title != issues[2].Title {
		t.Errorf("opened %q, want %q", title, issues[2].Title)
	}
	for _, tt := range []struct {
		id, value string
		want      int
	}{{"search", "prisma", 1}, {"search", "no such error", 0}, {"search", "", len(issues)}, {"level", "fatal", len(issues) / 2}, {"service", "ledger", len(issues) / 2}, {"service", "shop", 0}} {
		evaluate[bool](t, ctx, fmt.Sprintf(`(() => { const e = document.getElementById(%q); e.value = %q; return e.dispatchEvent(new Event("input")); })()`, tt.id, tt.value))
		if n := evaluate[int](t, ctx, shown); n != tt.want {
			t.Errorf("%s %q shows %d errors, want %d", tt.id, tt.value, n, tt.want)
		}
	}
	const background = `getComputedStyle(document.body).backgroundColor`
	before := evaluate[string](t, ctx, background)
	evaluate[bool](t, ctx, `(() => { document.getElementById("theme").click(); return true; })()`)
	if after := evaluate[string](t, ctx, background); after == before {
		t.Errorf("the theme stays %s", after)
	}
}

// Nothing is wider than its window, on a desk or a phone, in either theme. With
// ERRMON_SCREENSHOTS set to a folder, each issue is saved there as a picture.
func TestPageFitsItsWindow(t *testing.T) {
	ctx := browser(t)
	issues := realIssues(t)
	address := written(t, issues)
	folder := os.Getenv("ERRMON_SCREENSHOTS")
	for _, width := range []int64{1280, 390} {
		for _, theme := range []string{"light", "dark"} {
			err := chromedp.Run(ctx, emulation.SetDeviceMetricsOverride(width, 900, 1, width < 500),
				emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}), chromedp.Navigate(address))
			if err != nil {
				t.Fatal(err)
			}
			for i := range issues {
				evaluate[bool](t, ctx, fmt.Sprintf(`(() => { location.hash = "%d"; show(); for (const d of document.querySelectorAll("details")) d.open = true; return true; })()`, i+1))
				wide := evaluate[[]string](t, ctx, `[...document.querySelectorAll("header *, nav li *, article *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("pre, table, svg")).map(e => e.outerHTML.slice(0, 80))`)
				if len(wide) > 0 || evaluate[bool](t, ctx, `document.documentElement.scrollWidth > innerWidth`) {
					t.Errorf("%d pixels, %s: %q overflows: %q", width, theme, issues[i].Title, wide)
				}
				if folder != "" {
					var picture []byte
					err := chromedp.Run(ctx, chromedp.ActionFunc(func(ctx context.Context) (err error) {
						picture, err = cdp.CaptureScreenshot().WithCaptureBeyondViewport(true).Do(ctx)
						return err
					}))
					if err == nil {
						err = os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d-%s-%02d.png", width, theme, i+1)), picture, 0o600)
					}
					if err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

func TestPageOfAThousandErrors(t *testing.T) {
	ctx := browser(t)
	some := realIssues(t)
	var issues []Issue
	for i := range 1000 {
		issue := some[i%len(some)]
		issue.Title = fmt.Sprintf("%s (%d)", issue.Title, i)
		issues = append(issues, issue)
	}
	address := written(t, issues)
	start := time.Now()
	if err := chromedp.Run(ctx, chromedp.Navigate(address), chromedp.WaitVisible("article h1")); err != nil {
		t.Fatal(err)
	}
	t.Logf("opened a page of %d errors in %s", len(issues), time.Since(start).Round(time.Millisecond))
	if n := evaluate[int](t, ctx, shown); n != len(issues) {
		t.Errorf("%d errors are listed", n)
	}
}

// A text in a log neither runs nor loads anything, even where it was not made safe.
func TestLogTextDoesNothing(t *testing.T) {
	ctx := browser(t)
	var issues []Issue
	for _, attack := range attacks() {
		issues = append(issues, Issue{Title: attack, Level: attack, Service: attack, Body: attack, Minutes: map[int64]int64{1: 1}})
	}
	address := written(t, issues)
	asked := map[network.RequestID]string{}
	chromedp.ListenTarget(ctx, func(event any) {
		switch event := event.(type) {
		case *network.EventRequestWillBeSent:
			if event.Request.URL != address {
				asked[event.RequestID] = event.Request.URL
			}
		case *network.EventLoadingFailed:
			if event.BlockedReason == network.BlockedReasonCsp {
				delete(asked, event.RequestID)
			}
		case *cdp.EventJavascriptDialogOpening:
			asked["dialog"] = event.Message
		}
	})
	if err := chromedp.Run(ctx, network.Enable(), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	for i := range issues {
		evaluate[bool](t, ctx, fmt.Sprintf(`(() => { location.hash = "%d"; show(); return true; })()`, i+1))
	}
	if evaluate[bool](t, ctx, `"ran" in window`) || evaluate[string](t, ctx, "location.href.split('#')[0]") != address {
		t.Error("a script ran, or the page is another")
	}
	if n := evaluate[int](t, ctx, shown); n != len(issues) {
		t.Errorf("%d errors are listed, want %d", n, len(issues))
	}
	if len(asked) > 0 {
		t.Errorf("asked for %q", asked)
	}
}
