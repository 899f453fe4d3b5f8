package slack

import (
	"errors"
	"math"
	"strconv"
	"testing"
	"time"
)

func TestVerifySignature(t *testing.T) {
	// The example in Slack's documentation.
	const (
		secret    = "8f742231b10e8888abcd99yyyzzz85a5"
		timestamp = "1531420618"
		good      = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
		body      = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	)
	signed := time.Unix(1531420618, 0)
	for _, c := range []struct {
		name, secret, signature, timestamp, body string
		now                                      time.Time
		want                                     error
	}{
		{"right", secret, good, timestamp, body, signed, nil},
		{"5 minutes old", secret, good, timestamp, body, signed.Add(SignatureAge), nil},
		{"5 minutes ahead", secret, good, timestamp, body, signed.Add(-SignatureAge), nil},
		{"older", secret, good, timestamp, body, signed.Add(SignatureAge + time.Second), ErrStale},
		{"further ahead", secret, good, timestamp, body, signed.Add(-SignatureAge - time.Second), ErrStale},
		{"at the end of time", secret, good, strconv.FormatInt(math.MaxInt64, 10), body, signed, ErrStale},
		{"at its beginning", secret, good, strconv.FormatInt(math.MinInt64, 10), body, signed, ErrStale},
		{"a timestamp that was changed", secret, good, "1531420619", body, signed, ErrWrongSignature},
		{"no number", secret, good, "now", body, signed, ErrWrongSignature},
		{"no timestamp", secret, good, "", body, signed, ErrUnsigned},
		{"no signature", secret, "", timestamp, body, signed, ErrUnsigned},
		{"truncated", secret, good[:len(good)-2], timestamp, body, signed, ErrWrongSignature},
		{"without its version", secret, good[3:], timestamp, body, signed, ErrWrongSignature},
		{"another version", secret, "v1" + good[2:], timestamp, body, signed, ErrWrongSignature},
		{"another secret", "x", good, timestamp, body, signed, ErrWrongSignature},
		{"another body", secret, good, timestamp, body + "&", signed, ErrWrongSignature},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := VerifySignature(c.secret, c.signature, c.timestamp, []byte(c.body), c.now); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}
