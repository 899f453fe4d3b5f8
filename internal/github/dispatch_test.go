package github_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github"
)

func TestDispatch(t *testing.T) {
	for _, c := range []struct {
		name    string
		payload string
		faults  int
		fault   fake.Fault
		want    string // part of the error; empty for none
		refused bool
	}{
		{name: "arrives", payload: `{"errmon":{"a":"<&>"}}`},
		{name: "without a payload"},
		{name: "outlasts 500", payload: `{}`, faults: 3, fault: fake.Fault{Status: 500}},
		{name: "obeys 429", payload: `{}`, faults: 1, fault: fake.Fault{Status: 429, Header: map[string]string{"Retry-After": "30"}}},
		{name: "gives up on 500", payload: `{}`, faults: 9, fault: fake.Fault{Status: 500}, want: "GitHub answered 500"},
		{name: "too large for good", payload: `{"a":"` + strings.Repeat("x", 66_000) + `"}`, want: "too large", refused: true},
		{name: "too large for a proxy", payload: `{}`, faults: 9, fault: fake.Fault{Status: 413}, want: "GitHub answered 413", refused: true},
		{name: "names the permission", payload: `{}`, faults: 9, want: "Contents: Read and write", refused: true,
			fault: fake.Fault{Status: 403, Body: `{"message":"Resource not accessible by personal access token"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t)
			s.breakNth("POST", 1, c.faults-1, c.fault)
			var payload []byte
			if c.payload != "" {
				payload = []byte(c.payload)
			}
			err := s.Dispatch(t.Context(), "errmon", payload)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, github.ErrRefused) != c.refused {
					t.Fatalf("%v, want %q", err, c.want)
				}
				return
			}
			got := s.server.Dispatches()
			if err != nil || len(got) != 1 || got[0].EventType != "errmon" || string(got[0].Payload) != c.payload {
				t.Errorf("%v, dispatched %s", err, got)
			}
		})
	}
}

// appServer issues tokens of a GitHub App: the first one expires at once, the second lasts an hour.
func appServer(t *testing.T, status int) (url string, issued *int) {
	t.Helper()
	issued = new(int)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /app/installations/{id}/access_tokens", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("id") != "42" || strings.Count(r.Header.Get("Authorization"), ".") != 2 {
			t.Errorf("installation %s asked with %q", r.PathValue("id"), r.Header.Get("Authorization"))
		}
		*issued++
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"token":%q,"expires_at":%q}`, secret, time.Now().Add(time.Duration(*issued-1)*time.Hour).Format(time.RFC3339))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL, issued
}

func appKey(t *testing.T) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

// The server's first token expires at once and is renewed; the second one lasts.
func TestAppTokensAreRenewed(t *testing.T) {
	url, issued := appServer(t, http.StatusCreated)
	source, err := github.AppToken(url+"/", 1, 42, appKey(t))
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, func(c *github.Config) { c.Token, c.TokenSource = "", source })
	for range 3 {
		if err := s.Dispatch(t.Context(), "errmon", nil); err != nil {
			t.Fatal(err)
		}
	}
	if *issued != 2 {
		t.Errorf("%d tokens were asked for, not 2", *issued)
	}
}

func TestAppTokenMistakes(t *testing.T) {
	if _, err := github.AppToken("http://x", 1, 42, []byte("nonsense")); err == nil || !strings.Contains(err.Error(), "github-app-key") {
		t.Error(err)
	}
	url, _ := appServer(t, http.StatusUnauthorized)
	source, err := github.AppToken(url, 1, 42, appKey(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source(context.Background()); !errors.Is(err, github.ErrRefused) || !strings.Contains(err.Error(), "github-app-id") {
		t.Error(err)
	}
}
