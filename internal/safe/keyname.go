package safe

import "strings"

// keyName is the end of a key that holds a secret.
type keyName struct {
	end    string // in lower case, without "_" and "-"
	kind   string
	word   bool // end is a word of its own in the key: "pin" of "user_pin", not of "mapping"
	accept func(value string) bool
}

// keyNames are looked up in this order.
var keyNames = []keyName{
	{"password", kindPassword, false, nil}, {"passwd", kindPassword, false, nil}, {"passphrase", kindPassword, false, nil},
	{"pwd", kindPassword, false, notAPath}, {"passcode", kindPassword, false, nil}, {"pass", kindPassword, true, nil},
	{"pin", kindPassword, true, allDigits}, {"otp", kindPassword, true, hasDigit}, {"cvv", kindCard, true, allDigits}, {"cvc", kindCard, true, allDigits},
	{"secret", kindSecret, false, nil}, {"token", kindToken, false, nil}, {"jwt", kindToken, true, drawn},
	{"credential", kindCredentials, false, nil}, {"credentials", kindCredentials, false, nil}, {"creds", kindCredentials, true, nil},
	{"apikey", kindKey, false, nil}, {"accesskey", kindKey, false, nil}, {"secretkey", kindKey, false, nil}, {"privatekey", kindKey, false, nil},
	{"accountkey", kindKey, false, nil}, {"authkey", kindKey, false, nil}, {"encryptionkey", kindKey, false, nil},
	{"signingkey", kindKey, false, nil}, {"masterkey", kindKey, false, nil}, {"sharedaccesskey", kindKey, false, nil},
	{"accesskeyid", kindKey, false, drawn}, {"key", kindKey, true, isKey},
	{"sessionid", kindSession, false, random}, {"sessid", kindSession, false, random}, {"sid", kindSession, true, drawn},
	{"session", kindSession, true, drawn}, {"csrf", kindToken, true, drawn}, {"xsrf", kindToken, true, drawn}, {"auth", kindSecret, true, drawn},
	{"bearer", kindAuthorization, true, drawn},
	{"signature", kindSignature, false, drawn}, {"sig", kindSignature, true, drawn}, {"hmac", kindSignature, true, drawn},
	{"phone", kindPhone, false, isNumber(7, 15)}, {"phonenumber", kindPhone, false, isNumber(7, 15)}, {"mobile", kindPhone, true, isNumber(7, 15)},
	{"tel", kindPhone, true, isNumber(7, 15)}, {"telephone", kindPhone, false, isNumber(7, 15)}, {"msisdn", kindPhone, false, isNumber(7, 15)},
	{"fax", kindPhone, true, isNumber(7, 15)}, {"cell", kindPhone, true, isNumber(7, 15)}, {"whatsapp", kindPhone, true, isNumber(7, 15)},
	{"cardnumber", kindCard, false, isNumber(12, 19)}, {"ccnumber", kindCard, false, isNumber(12, 19)}, {"pan", kindCard, true, isNumber(12, 19)},
	{"ssn", kindNationalID, true, isNumber(9, 9)}, {"nationalid", kindNationalID, false, hasDigit}, {"taxid", kindNationalID, false, hasDigit},
}

// queryNames are parameters that hold a secret in the query of a URL; elsewhere
// these names say little.
var queryNames = []keyName{
	{"code", kindToken, true, isGrant}, {"state", kindToken, true, isGrant}, {"ticket", kindToken, true, hasDigit},
	{"assertion", kindToken, true, nil}, {"samlresponse", kindToken, true, nil}, {"samlrequest", kindToken, true, nil},
	{"auth", kindToken, true, hasDigit}, {"session", kindSession, true, hasDigit}, {"sid", kindSession, true, hasDigit},
	{"sig", kindSignature, true, hasDigit}, {"signature", kindSignature, true, hasDigit}, {"hmac", kindSignature, true, hasDigit},
	{"key", kindKey, true, isGrant},
}

// byLast finds the key names that end in a letter.
var byLast = func() (index ['z' + 1][]keyName) {
	for _, k := range keyNames {
		last := k.end[len(k.end)-1]
		index[last] = append(index[last], k)
	}
	return index
}()

// headerOf returns which header a key names.
func headerOf(key string) string {
	for _, name := range []string{"authorization", "cookie"} {
		if len(key) >= len(name) && strings.EqualFold(key[len(key)-len(name):], name) {
			return name
		}
	}
	return ""
}

// names returns what the end of a key may be, among the names given.
func names(key string, among []keyName, each func(keyName) bool) {
	for _, k := range among {
		if endsIn(key, k.end, k.word) && each(k) {
			return
		}
	}
}

// endsIn reports whether key ends in name, whatever its case and the dashes and
// underscores within; as a word, where the name begins one.
func endsIn(key, name string, word bool) bool {
	i := len(key) - 1
	for n := len(name) - 1; n >= 0; n-- {
		for i >= 0 && n < len(name)-1 && (key[i] == '_' || key[i] == '-') {
			i--
		}
		if i < 0 || key[i]|0x20 != name[n] {
			return false
		}
		i--
	}
	if !word || i < 0 {
		return true
	}
	first := key[i+1]
	return !isLetter(key[i]) || key[i] >= 'a' && first <= 'Z' // db_pass, dbPass, not bypass
}

func notAPath(value string) bool { return !strings.HasPrefix(value, "/") }

// isKey tells a key of an API from that of a cache or a table.
func isKey(value string) bool { return drawn(value) && !uuid.MatchString(value) }

// isGrant tells what an OAuth server hands out from a status and a name.
func isGrant(value string) bool {
	return len(value) >= 8 && hasDigit(value) && strings.Trim(value, "0123456789") != ""
}

// isNumber accepts digits, as many as said, with what parts them in between.
func isNumber(least, most int) func(string) bool {
	return func(value string) bool {
		n := countDigits(value)
		return n >= least && n <= most && strings.Trim(value, "0123456789+-. ()/") == ""
	}
}
