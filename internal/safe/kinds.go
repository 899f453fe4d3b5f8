package safe

import "slices"

// The kinds of values that have no name of their own in the tables of rules.
const (
	kindEmail         = "email"
	kindIP            = "ip"
	kindMAC           = "mac"
	kindPhone         = "phone"
	kindCard          = "card"
	kindIBAN          = "iban"
	kindNationalID    = "national-id"
	kindPassword      = "password"
	kindSecret        = "secret"
	kindToken         = "token"
	kindKey           = "key"
	kindCredentials   = "credentials"
	kindSession       = "session"
	kindSignature     = "signature"
	kindCookie        = "cookie"
	kindAuthorization = "authorization"
	kindURL           = "url-credentials"
	kindJWT           = "jwt"
	kindAWSKeyID      = "aws-access-key-id"
	kindPrivateKey    = "private-key"
	kindWebhook       = "webhook"
	kindArgument      = "argument"
)

// knownKinds are the kinds that the rules of this package find.
var knownKinds = func() map[string]bool {
	kinds := map[string]bool{"mailgun-token": true, "aws-secret-access-key": true}
	for _, kind := range []string{kindEmail, kindIP, kindMAC, kindPhone, kindCard, kindIBAN, kindNationalID, kindPassword, kindSecret, kindToken, kindKey,
		kindCredentials, kindSession, kindSignature, kindCookie, kindAuthorization, kindURL, kindJWT, kindAWSKeyID, kindPrivateKey, kindWebhook, kindArgument} {
		kinds[kind] = true
	}
	for _, x := range issuers {
		kinds[x.kind] = true
	}
	for _, x := range shapes {
		kinds[x.kind] = true
	}
	for _, x := range rules {
		kinds[x.kind] = true
	}
	return kinds
}()

// isKind reports whether a placeholder of this kind can be one of ours.
func (r *Redactor) isKind(kind string) bool {
	return knownKinds[kind] || slices.ContainsFunc(r.patterns, func(p Pattern) bool { return p.Kind == kind })
}
