package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"time"
)

// The headers that carry a request's signature: "v0=" and the HMAC-SHA256, in
// hexadecimal, of "v0:", the timestamp, ":" and the raw body, under the app's
// signing secret; and the timestamp, in seconds since 1970.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
const (
	SignatureHeader = "X-Slack-Signature"
	TimestampHeader = "X-Slack-Request-Timestamp"
)

// SignatureAge is how old, or how far ahead, a signed request may be: Slack's
// own recommendation.
const SignatureAge = 5 * time.Minute

// What VerifySignature finds wrong.
var (
	ErrUnsigned       = errors.New("the headers " + SignatureHeader + " and " + TimestampHeader + " are not both set")
	ErrStale          = errors.New("the request's timestamp is more than 5 minutes off")
	ErrWrongSignature = errors.New("the signature does not match this body, timestamp and signing secret")
)

// VerifySignature returns nil for a body, as its bytes arrived, that Slack signed
// with the signing secret at most SignatureAge from now; else ErrUnsigned,
// ErrStale or ErrWrongSignature. It takes the same time for each wrong signature.
func VerifySignature(secret, signature, timestamp string, body []byte, now time.Time) error {
	if signature == "" || timestamp == "" {
		return ErrUnsigned
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return ErrWrongSignature
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > SignatureAge || age < -SignatureAge {
		return ErrStale
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + timestamp + ":"))
	mac.Write(body)
	if !hmac.Equal([]byte(signature), []byte("v0="+hex.EncodeToString(mac.Sum(nil)))) {
		return ErrWrongSignature
	}
	return nil
}
