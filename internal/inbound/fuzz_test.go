package inbound

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/payload"
)

// seeds are payloads of all kinds, those of real services where they are at hand.
func seeds(f *testing.F, kinds ...string) {
	f.Helper()
	for _, kind := range kinds {
		for _, pattern := range []string{"testdata/examples/" + kind + "*", "../../../shared/data/" + kind + "/*/*.json", "../../../shared/data/" + kind + "/*/events/*.json"} {
			files, err := filepath.Glob(pattern)
			if err != nil {
				f.Fatal(err)
			}
			for _, file := range files {
				body, err := os.ReadFile(file)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(body)
			}
		}
	}
}

// issueID is what Sentry's ids look like.
var issueID = regexp.MustCompile(`^[0-9]{1,30}$`)

// checkPayload holds what is true of everything that is read: each payload has a
// verdict, it is always the same, and what becomes of an event can be counted once.
func checkPayload(t *testing.T, read func() (payload.Payload, error)) {
	t.Helper()
	p, err := read()
	again, againErr := read()
	if !reflect.DeepEqual(p, again) || (err == nil) != (againErr == nil) {
		t.Fatalf("read twice: %+v, %v and %+v, %v", p, err, again, againErr)
	}
	if err != nil {
		if strings.TrimSpace(err.Error()) == "" {
			t.Error("refused without a reason")
		}
		return
	}
	if len(p.Events)+len(p.Issues)+len(p.Commands)+len(p.Skipped)+len(p.Refused) == 0 {
		t.Errorf("neither filed nor skipped: %+v", p)
	}
	for _, e := range p.Events {
		if len(e.Deliveries) == 0 || e.Source == "" || strings.TrimSpace(e.Text+e.Message) == "" {
			t.Errorf("an event that cannot be counted or shown: %+v", e)
		}
		if e.Issue != "" && !issueID.MatchString(e.Issue) {
			t.Errorf("id of a Sentry issue %q", e.Issue)
		}
	}
	for _, i := range p.Issues {
		if !issueID.MatchString(i.ID) || i.Total < 0 {
			t.Errorf("Sentry issue %+v", i)
		}
	}
}

func FuzzRead(f *testing.F) {
	seeds(f, "", "sentry", "slack")
	f.Fuzz(func(t *testing.T, body []byte) {
		checkPayload(t, func() (payload.Payload, error) { return Read(body, options) })
		whole := strings.TrimSpace(string(body))
		if _, err := Read(body, options); err == nil && strings.HasPrefix(whole, "{") {
			if _, err := Read([]byte(whole[:len(whole)-1]), options); err == nil {
				t.Errorf("a payload that lacks its end was read: %q", whole)
			}
		}
	})
}

func FuzzSentry(f *testing.F) {
	seeds(f, "sentry")
	f.Fuzz(func(t *testing.T, body []byte) {
		checkPayload(t, func() (payload.Payload, error) { return readShape("sentry", body, options) })
	})
}

func FuzzSlack(f *testing.F) {
	seeds(f, "slack")
	f.Fuzz(func(t *testing.T, body []byte) {
		checkPayload(t, func() (payload.Payload, error) { return readShape("slack", body, options) })
	})
}

func FuzzText(f *testing.F) {
	seeds(f, "text")
	f.Fuzz(func(t *testing.T, body []byte) {
		checkPayload(t, func() (payload.Payload, error) { return readShape("text", body, options) })
	})
}
