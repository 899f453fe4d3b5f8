package polite_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/polite"
)

type unlimited struct{}

func (unlimited) Ready(polite.Request) (time.Time, error)                { return time.Time{}, nil }
func (unlimited) Note(polite.Request, http.Header)                       {}
func (unlimited) Refused(*polite.Answer, int) (again time.Time, no bool) { return again, false }
func (unlimited) TooLate(time.Time, *polite.Answer) error                { return nil }

type stalled struct{}

func (stalled) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// A process that is told to stop is killed soon after: a stalled write may not keep it
// from reporting what it did.
func TestAStalledWriteEndsSoonAfterTheRun(t *testing.T) {
	network := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = network })
	http.DefaultTransport = stalled{}
	for method, want := range map[string]time.Duration{http.MethodGet: time.Second, http.MethodPost: time.Second + clock.Grace} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			stopped := errors.New("stopped by a signal")
			time.AfterFunc(time.Second, func() { cancel(stopped) })
			token := func(context.Context) (string, error) { return "token", nil }
			client := polite.New(polite.Service{Token: token, Limits: unlimited{}, Clock: clock.System()})
			began := time.Now()
			_, err := client.Do(ctx, polite.Request{Method: method, URL: "https://service.example/"})
			if took := time.Since(began); took != want || !errors.Is(err, stopped) {
				t.Errorf("%s: %v after %s, want %s", method, err, took, want)
			}
		})
	}
}
