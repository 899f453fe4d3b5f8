package story

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/safe/safetest"
)

// perRun is the number of secrets logged before a run. Each is in an error of its own, which is filed.
const perRun = 150

// TestSecretsReachNoSink logs a secret of every kind, as a line and as the message of a JSON record, and
// looks for it in everything that a scan writes, in a private and in a public repository that shows
// samples.
// and in a public repository, which shows its events.
//
//	ERRMON_SECRET_SEED=7 go test -run TestSecretsReachNoSink ./internal/story
func TestSecretsReachNoSink(t *testing.T) {
	seed := uint64(1)
	if text := os.Getenv("ERRMON_SECRET_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	samples := onePerKind(safetest.Samples(rand.New(rand.NewPCG(seed, 0))))
	for _, private := range []bool{true, false} {
		t.Run(fmt.Sprintf("private %v", private), func(t *testing.T) { logSecrets(t, samples, private) })
	}
}

// onePerKind returns, for each kind, one sample with its own log.
func onePerKind(samples []safetest.Sample) []safetest.Sample {
	var kept []safetest.Sample
	seen := map[string]bool{}
	for _, s := range samples {
		if !seen[s.Kind] {
			seen[s.Kind] = true
			kept = append(kept, s)
		}
	}
	return kept
}

func logSecrets(t *testing.T, samples []safetest.Sample, private bool) {
	w := newWorld(t)
	w.inActions()
	slack := w.withSlack()
	w.github.Configure(func(s *githubtest.Settings) { s.Private = private })
	w.env["INPUT_MAX-NEW-ISSUES"], w.env["INPUT_WRITE-INTERVAL"], w.env["INPUT_PUBLISH-SAMPLES"] = fmt.Sprint(perRun), "0", fmt.Sprint(!private)
	for i, s := range samples {
		at := time.Duration(len(samples)-i)*2*time.Second + time.Minute
		record, err := json.Marshal(map[string]any{"level": "error", "msg": fmt.Sprintf("kind %c%c: ", 'a'+i%26, 'a'+i/26) + s.Line})
		if err != nil {
			t.Fatal(err)
		}
		w.log(at, "ERROR %s", s.Line)
		w.log(at-time.Second, "%s", record)
	}
	r := w.run().mustSucceed(t)
	sinks := map[string]string{"stdout and annotations": r.stdout, "stderr": r.stderr, "summary": r.summary, "outputs": fmt.Sprint(r.outputs)}
	for _, i := range w.github.Issues() {
		state, err := decoded(i.Body)
		if err != nil {
			t.Fatalf("#%d: %v", i.Number, err)
		}
		body := packed.ReplaceAllString(i.Body, "") // its checksum may happen to contain six digits of a secret
		sinks[fmt.Sprintf("#%d", i.Number)] = i.Title + "\n" + body + "\n" + state
	}
	for n, m := range slack.Messages() {
		sinks[fmt.Sprint("Slack ", n)] = m.Raw
	}
	if len(w.errorIssues()) < len(samples)/2 || len(slack.Messages()) == 0 {
		t.Fatalf("%d issues of %d secrets, %d messages", len(w.errorIssues()), len(samples), len(slack.Messages()))
	}
	for _, s := range samples {
		for name, text := range sinks {
			if s.Leaks(text) {
				at := max(0, strings.Index(text, s.Value))
				t.Errorf("%s: %q of %q is in %s: …%s", s.Kind, s.Value, s.Line, name, text[max(0, at-500):min(len(text), at+60)])
			}
		}
	}
	t.Logf("%d kinds, %d issues, %d sinks", len(samples), len(w.errorIssues()), len(sinks))
}

var packed = regexp.MustCompile(`<!-- errmon:state v1 [0-9a-f]{8} [\w-]+ -->`)

// decoded returns the state in a body as JSON.
func decoded(body string) (string, error) {
	if m, err := marker.Read(body); err == nil {
		text, err := json.Marshal(m)
		return string(text), err
	}
	d, err := marker.ReadDashboard(body)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(d)
	return string(text), err
}

// The run's own secrets are not printed, whatever a service answers.
func TestEchoesOfServices(t *testing.T) {
	const token, path = "a-github-token-of-the-run", "/services/T0PROXY00/B0PROXY00/hookhookhookhookhookhook"
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "Cannot POST "+r.URL.Path, http.StatusNotFound)
	}))
	defer proxy.Close()
	w := newWorld(t)
	w.inActions()
	w.env["INPUT_GITHUB-TOKEN"], w.env["INPUT_SLACK-WEBHOOK-URL"] = token, proxy.URL+path
	w.github.Configure(func(s *githubtest.Settings) {
		s.Token = token
		s.Break = func(r fake.Request) *fake.Fault {
			if r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/issues") && strings.Contains(r.Body, "refused") {
				return &fake.Fault{Status: 422, Body: `{"message":"Validation Failed","errors":[{"field":"` + token + `","code":"custom","message":"Bearer ` + token + `"}]}`}
			}
			return nil
		}
	})
	w.log(time.Minute, "ERROR this one is refused")
	w.log(time.Minute, "ERROR the disk is full")
	r := w.run()
	shown := r.stdout + r.stderr + r.summary + fmt.Sprint(r.outputs)
	for _, i := range w.github.Issues() {
		shown += i.Title + i.Body
	}
	if strings.Contains(shown, token) || strings.Contains(shown, "hookhook") || strings.Contains(shown, "B0PROXY00") {
		t.Errorf("exit %d, shows a secret of the run: %s", r.code, shown)
	}
	if !strings.Contains(shown, "422") || !strings.Contains(shown, "404") {
		t.Errorf("no refusals to show: %s", shown)
	}
}
