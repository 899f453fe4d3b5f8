package slack

import (
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/event"
)

func TestDecodeMrkdwn(t *testing.T) {
	for text, want := range map[string]string{
		"<!here> <@U1|ann>, look in <#C1|ops> :fire:":   "@ann, look in #ops",
		"<https://a.example|docs> <mailto:a@b.example>": "docs a@b.example",
		"at 10:30:05, *bold* and snake_case":            "at 10:30:05, bold and snake_case",
		"12:fire:34 stays, :fire: goes":                 "12:fire:34 stays,  goes",
	} {
		if got := decodeMrkdwn(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A message has more than its text: attachments and blocks.
func TestReadRequestFields(t *testing.T) {
	body := `{"channel":"C1","text":"ERROR in staging: boom","attachments":[{"text":"boom","fields":[{"title":"Service","value":"shop"},
		{"title":"Host","value":"a1"}],"blocks":[{"type":"section","fields":[{"type":"mrkdwn","text":"*Level*\nfatal"}]},
		{"type":"rich_text","elements":[{"type":"rich_text_list","elements":[{"elements":[{"type":"text","text":"one"}]},{"elements":[{"type":"user","user_id":"U1"}]}]}]}]}]}`
	p, err := ReadRequest([]byte(body), Options{})
	if err != nil || len(p.Events) != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	e := p.Events[0]
	if e.Service != "shop" || e.Environment != "staging" || e.Level != event.Error || !strings.Contains(e.Text, "Host: a1") || !strings.Contains(e.Text, "one\n@U1") {
		t.Errorf("%+v", e)
	}
	p, err = ReadRequest([]byte(body), Options{Rules: Rules{Channels: []string{"#ops", "C2"}}})
	if err != nil || len(p.Events) != 0 || len(p.Skipped) != 1 || !strings.Contains(p.Skipped[0], "not in slack-channels") {
		t.Errorf("another channel: %+v, %v", p, err)
	}
}
