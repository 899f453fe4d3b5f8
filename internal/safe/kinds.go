package safe

import "slices"

// The kinds of values that the tables of rules do not name.
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
	kindSession       = "session"
	kindCookie        = "cookie"
	kindAuthorization = "authorization"
	kindURL           = "url-credentials"
	kindJWT           = "jwt"
	kindArgument      = "argument"
)

// knownKinds are the kinds that the rules of this package find.
var knownKinds = func() map[string]bool {
	kinds := words("kinds")
	for _, row := range rows("tokens", 5) {
		kinds[row[0]] = true
	}
	for _, p := range patterns {
		kinds[p.kind] = true
	}
	return kinds
}()

// isKind reports whether a placeholder of this kind may be ours.
func (r *Redactor) isKind(kind string) bool {
	return knownKinds[kind] || slices.ContainsFunc(r.patterns, func(p Pattern) bool { return p.Kind == kind })
}
