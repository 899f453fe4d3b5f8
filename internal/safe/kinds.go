package safe

import "slices"

// The kinds of values that we name ourselves; what gitleaks finds is named by
// its rule.
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
)

var ownKinds = []string{kindEmail, kindIP, kindMAC, kindPhone, kindCard, kindIBAN, kindNationalID, kindPassword, kindSecret, kindToken, kindKey,
	kindCredentials, kindSession, kindSignature, kindCookie, kindAuthorization, kindURL, kindJWT, kindAWSKeyID, kindPrivateKey, kindWebhook}

// isKind reports whether a placeholder of this kind can be one of ours.
func (r *Redactor) isKind(kind string) bool {
	if slices.Contains(ownKinds, kind) || slices.ContainsFunc(r.patterns, func(p Pattern) bool { return p.Kind == kind }) {
		return true
	}
	_, ok := loadDetector().Config.Rules[kind]
	return ok
}
