package safe

import "strings"

// ibanLengths are the lengths of IBANs by country (SWIFT's IBAN registry).
const ibanLengths = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 " +
	"ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 " +
	"LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 " +
	"SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"

// ibanAt returns the end of the IBAN (ISO 13616) that begins at i: compact in
// either case, or in upper case with spaces behind every four characters.
func ibanAt(s string, i int) (end int, ok bool) {
	if i < 0 || len(s) < i+15 || !isLetter(s[i]) || !isLetter(s[i+1]) || !isDigit(s[i+2]) || !isDigit(s[i+3]) || i > 0 && isAlnum(s[i-1]) {
		return 0, false
	}
	at := strings.Index(ibanLengths, strings.ToUpper(s[i:i+2]))
	if at < 0 || at%5 != 0 {
		return 0, false
	}
	length := int(ibanLengths[at+2]-'0')*10 + int(ibanLengths[at+3]-'0')
	var b [34]byte
	n := 0
	for end = i; end < len(s) && n < length; end++ {
		c := s[end]
		if (c == ' ' || c == '-') && n%4 == 0 && s[end-1] != c {
			continue
		}
		if !isAlnum(c) {
			return 0, false
		}
		b[n] = c
		n++
	}
	if n < length || end < len(s) && isAlnum(s[end]) {
		return 0, false
	}
	return end, mod97(b[4:length], b[:4]) == 1
}

// mod97 is the remainder of ISO 7064's check, a letter counting as 10 to 35.
func mod97(parts ...[]byte) int {
	rest := 0
	for _, part := range parts {
		for _, c := range part {
			if isDigit(c) {
				rest = (rest*10 + int(c-'0')) % 97
			} else {
				rest = (rest*100 + int(c|0x20-'a') + 10) % 97
			}
		}
	}
	return rest
}
