package sentry_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/sentry"
)

// answer is a response that differs from Sentry's in some way.
type answer struct {
	name, says        string
	status            int // 200 unless set
	link, wait, reset string
	body              string
}

const (
	lastPage = `<http://x/>; rel="previous"; results="false"; cursor="0:0:1", <http://x/>; rel="next"; results="false"; cursor="0:100:0"`
	nextPage = `<http://x/>; rel="next"; results="true"; cursor="0:100:0"`
)

func (h *house) answering(t *testing.T, answers func(int) answer) {
	requests := 0
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		a := answers(requests)
		requests++
		for name, value := range map[string]string{"Link": a.link, "Retry-After": a.wait, "X-Sentry-Rate-Limit-Reset": a.reset} {
			if value != "" {
				w.Header().Set(name, value)
			}
		}
		w.WriteHeader(max(a.status, 200))
		_, _ = w.Write([]byte(a.body))
	}))
	t.Cleanup(web.Close)
	h.config.URL = web.URL
}

// A response that does not look like Sentry's list is an error; it never shortens the list.
func TestOddListsAreErrors(t *testing.T) {
	for _, a := range []answer{
		{name: "an issue without an id", link: lastPage, body: `[{"id":"1"},{"id":"x"}]`, says: "without an id"},
		{name: "no link", body: `[{"id":"1"}]`, says: "does not say whether it is the last page"},
		{name: "no cursor", link: `<http://x/>; rel="next"; results="true"`, body: `[]`, says: "does not say whether it is the last page"},
		{name: "always the same page", link: nextPage, body: `[{"id":"1"}]`, says: "never end"},
		{name: "null", link: lastPage, body: `null`, says: "not a list"},
		{name: "not a list", link: lastPage, body: `{}`, says: "unusable"},
	} {
		t.Run(a.name, func(t *testing.T) {
			h := newHouse(t, "web")
			h.answering(t, func(int) answer { return a })
			issues, err := h.client(t).Issues(t.Context())
			want(t, err, a.says, "list issues")
			if len(issues) > 0 {
				t.Errorf("%d issues", len(issues))
			}
		})
	}
}

// After a refusal, the client waits as long as the response says, but at most a minute.
func TestRefusalsSayHowLong(t *testing.T) {
	for _, c := range []struct {
		name string
		answer
		want time.Duration
	}{
		{"Retry-After", answer{wait: "7", reset: "1795341640"}, 7 * time.Second},
		{"the window's end", answer{reset: "1795341612"}, 12 * time.Second},
		{"a window's end that is far away", answer{reset: "9999999999"}, time.Minute},
		{"neither", answer{wait: "soon"}, 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, "web")
			began := h.now
			h.answering(t, func(request int) answer {
				if c.status = 429; request > 0 {
					return answer{link: lastPage, body: `[]`}
				}
				return c.answer
			})
			_, err := h.client(t).Issues(t.Context())
			want(t, err)
			if waited := h.now.Sub(began); waited != c.want {
				t.Errorf("waited for %s, want %s", waited, c.want)
			}
		})
	}
}

func TestStatesOfIssues(t *testing.T) {
	for status, state := range map[string]event.State{
		"unresolved": event.Unresolved, "resolved": event.Resolved, "resolvedInNextRelease": event.Resolved,
		"ignored": event.Ignored, "muted": event.Ignored, "reprocessing": event.Ignored,
		"pending_deletion": event.Deleted, "deletion_in_progress": event.Deleted, "pending_merge": event.Deleted,
	} {
		h := newHouse(t, "web")
		h.answering(t, func(int) answer { return answer{body: `{"id":7,"status":"` + status + `"}`} })
		if i, err := h.client(t).Issue(t.Context(), "7"); err != nil || i.State != state {
			t.Errorf("%s: %+v, %v", status, i, err)
		}
	}
}

// One issue's odd time neither stops a run nor reaches the log inside an error.
func TestOddTimesAreUnknown(t *testing.T) {
	for _, odd := range []string{`""`, `"yesterday"`, `1795341640`, `{}`, `null`} {
		h := newHouse(t, "web")
		h.answering(t, func(int) answer {
			return answer{link: lastPage, body: `[{"id":"1","firstSeen":` + odd + `,"lastSeen":"2026-11-22T09:00:00Z","lifetime":{"lastSeen":` + odd + `}}]`}
		})
		issues, err := h.client(t).Issues(t.Context())
		if err != nil || len(issues) != 1 || !issues[0].First.IsZero() || issues[0].Last.Hour() != 9 {
			t.Errorf("%s: %+v, %v", odd, issues, err)
		}
		body := `{"action":"critical","data":{"metric_alert":{"id":"1","title":"T","date_started":` + odd + `}}}`
		if p, err := sentry.ReadWebhook([]byte(body), payload.Origin{}); err != nil || len(p.Events) != 1 {
			t.Errorf("%s in a metric alert: %+v, %v", odd, p, err)
		}
	}
}
