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
	{"pw", kindPassword, true, notAPath}, {"passwort", kindPassword, false, nil}, {"kennwort", kindPassword, false, nil},
	{"senha", kindPassword, false, nil}, {"contrasena", kindPassword, false, nil}, {"clave", kindPassword, true, random}, {"motdepasse", kindPassword, false, nil},
	{"pwd", kindPassword, false, notAPath}, {"passcode", kindPassword, false, nil}, {"pass", kindPassword, true, nil},
	{"storepass", kindPassword, false, nil}, {"keypass", kindPassword, false, nil}, {"dbpass", kindPassword, false, nil}, {"sshpass", kindPassword, false, nil},
	{"userpass", kindPassword, false, nil}, {"adminpass", kindPassword, false, nil}, {"rootpass", kindPassword, false, nil}, {"smtppass", kindPassword, false, nil},
	{"bindpw", kindPassword, false, nil}, {"rootpw", kindPassword, false, nil}, {"psk", kindPassword, true, nil}, {"totp", kindPassword, true, hasDigit},
	{"pin", kindPassword, true, allDigits}, {"otp", kindPassword, true, hasDigit}, {"cvv", kindCard, true, allDigits}, {"cvc", kindCard, true, allDigits},
	{"secret", kindSecret, false, nil}, {"secretkeybase", kindSecret, false, nil}, {"tokens", kindToken, true, drawn}, {"secrets", kindSecret, true, drawn},
	{"passwords", kindPassword, true, drawn}, {"salt", kindSecret, true, drawn}, {"pepper", kindSecret, true, drawn}, {"nonce", kindSecret, true, drawn},
	{"csrfmiddlewaretoken", kindToken, false, nil},
	{"securitycode", kindCard, false, allDigits}, {"verificationcode", kindPassword, false, hasDigit}, {"mfacode", kindPassword, false, hasDigit},
	{"otpcode", kindPassword, false, hasDigit}, {"recoverycode", kindPassword, false, hasDigit}, {"backupcode", kindPassword, false, hasDigit}, {"token", kindToken, false, nil}, {"jwt", kindToken, true, drawn},
	{"credential", kindCredentials, false, nil}, {"credentials", kindCredentials, false, nil}, {"creds", kindCredentials, true, nil},
	{"apikey", kindKey, false, nil}, {"accesskey", kindKey, false, nil}, {"secretkey", kindKey, false, nil}, {"privatekey", kindKey, false, nil},
	{"accountkey", kindKey, false, nil}, {"authkey", kindKey, false, nil}, {"encryptionkey", kindKey, false, nil}, {"subscriptionkey", kindKey, false, nil}, {"licensekey", kindKey, false, nil}, {"storagekey", kindKey, false, drawn},
	{"functionskey", kindKey, false, drawn}, {"sharedkey", kindKey, false, nil}, {"cryptkey", kindKey, false, nil}, {"appkey", kindKey, false, drawn},
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
var byLast = func() (index [256][]keyName) {
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

// names calls each with what the end of a key may be, until it returns true.
func names(key string, each func(keyName) bool) {
	if strings.EqualFold(key, "PublicKeyToken") { // part of the name of an assembly of .NET
		return
	}
	if among(key, byLast[key[len(key)-1]|0x20], each) {
		return
	}
	plain := undecorated(key)
	if len(plain) < 2 || len(plain) == len(key) {
		return
	}
	among(plain, byLast[plain[len(plain)-1]|0x20], func(n keyName) bool {
		if n.kind != kindPassword && n.accept == nil {
			n.accept = isGrant
		}
		return each(n)
	})
}

// among is names with the names given.
func among(key string, names []keyName, each func(keyName) bool) bool {
	for _, k := range names {
		if endsIn(key, k.end, k.word) && each(k) {
			return true
		}
	}
	return false
}

// decorations are the last words of a key that say which password or token it is.
var decorations = map[string]bool{
	"value": true, "hash": true, "old": true, "new": true, "current": true, "previous": true, "confirm": true, "confirmation": true,
	"repeat": true, "again": true, "base": true, "prod": true, "production": true, "stage": true, "staging": true, "dev": true, "test": true,
	"live": true, "primary": true, "secondary": true, "plain": true, "plaintext": true, "text": true, "raw": true, "encrypted": true,
	"enc": true, "string": true, "str": true, "b64": true, "base64": true, "hex": true, "digest": true, "v": true,
}

// undecorated returns a key less its last words that are decorations, and
// trailing digits.
func undecorated(key string) string {
	for {
		end := len(key)
		for end > 0 && !isLetter(key[end-1]) {
			end--
		}
		first := end
		for first > 0 && isLetter(key[first-1]) && (first == end || key[first] >= 'a' || key[first-1] < 'a') {
			first--
		}
		if first == 0 || !decorations[strings.ToLower(key[first:end])] {
			return key[:end]
		}
		key = key[:first]
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
	return len(value) >= 8 && hasDigit(value) && strings.Trim(value, "0123456789") != "" || mixed(value)
}

// isNumber accepts digits, as many as said, with what parts them in between.
func isNumber(least, most int) func(string) bool {
	return func(value string) bool {
		n := countDigits(value)
		return n >= least && n <= most && strings.Trim(value, "0123456789+-. ()/") == ""
	}
}
