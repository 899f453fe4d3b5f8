package sentry

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// SignatureHeader carries a webhook's signature: the HMAC-SHA256 of the raw body
// under the integration's client secret, in hexadecimal.
// https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
const SignatureHeader = "Sentry-Hook-Signature"

// What VerifySignature finds wrong.
var (
	ErrUnsigned       = errors.New("there is no " + SignatureHeader + " header")
	ErrWrongSignature = errors.New("the signature is not of this body and client secret")
)

// VerifySignature returns nil for a body, as its bytes arrived, that was signed
// with the client secret, and ErrUnsigned or ErrWrongSignature for others.
// It takes the same time for each wrong signature. The scheme signs no time, so
// that a replay is only known by the event's id.
func VerifySignature(secret, signature string, body []byte) error {
	if signature == "" {
		return ErrUnsigned
	}
	got, err := hex.DecodeString(signature)
	if err != nil {
		return ErrWrongSignature
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	if !hmac.Equal(got, mac.Sum(nil)) {
		return ErrWrongSignature
	}
	return nil
}
