package safetest

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
)

// makers draw what has an inner order, such as a check digit.
var makers = map[string]func(*rand.Rand) string{"iban": iban, "jwt": jwt, "wrapped": wrapped, "basic": basic}

// card fills a form, and puts the check digit of all digits behind it (Luhn).
func card(r *rand.Rand, form string) string {
	number, sum, double := digits(r, form), 0, true
	for i := len(number) - 1; i >= 0; i-- {
		if d := int(number[i] - '0'); number[i] >= '0' && number[i] <= '9' {
			if double {
				d = d*2/10 + d*2%10
			}
			sum, double = sum+d, !double
		}
	}
	return number + fmt.Sprint((10-sum%10)%10)
}

func iban(r *rand.Rand) string {
	form := pick(r, "DE##################", "GBWEST##############", "FR#######################", "NLRABO##########", "ES####################", "CH#################", "AT################", "BE############")
	country, account := form[:2], digits(r, form[2:])
	var value strings.Builder
	for _, c := range account + country + "00" {
		if c >= 'A' {
			fmt.Fprint(&value, int(c-'A')+10)
		} else {
			value.WriteRune(c)
		}
	}
	n, _ := new(big.Int).SetString(value.String(), 10)
	check := 98 - n.Mod(n, big.NewInt(97)).Int64()
	compact := fmt.Sprintf("%s%02d%s", country, check, account)
	if r.IntN(3) > 0 {
		return compact
	}
	var spaced strings.Builder
	for i := range len(compact) {
		if i > 0 && i%4 == 0 {
			spaced.WriteByte(' ')
		}
		spaced.WriteByte(compact[i])
	}
	return spaced.String()
}

func jwt(r *rand.Rand) string {
	part := func(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }
	return part(`{"alg":"`+pick(r, "HS256", "RS256", "none")+`","typ":"JWT"}`) + "." +
		part(fmt.Sprintf(`{"sub":"%d","iat":%d}`, r.IntN(1e9), r.IntN(1e9))) + "." + chars(r, urlSafe, 42) + "A"
}

// wrapped breaks a token as mail and terminals do.
func wrapped(r *rand.Rand) string {
	token, width := jwt(r), 40+r.IntN(40)
	var lines string
	for len(token) > width {
		lines += token[:width] + pick(r, "\n", "\n", "\r\n", "\n  ")
		token = token[width:]
	}
	return lines + token
}

func basic(r *rand.Rand) string {
	return base64.StdEncoding.EncodeToString([]byte(chars(r, lower, 5) + ":" + chars(r, base62, 8+r.IntN(8))))
}

// digits fills a form in which "#" stands for a digit, N for one from 2 to 9, and all
// else for itself.
func digits(rng *rand.Rand, form string) string {
	var b strings.Builder
	for _, c := range form {
		switch c {
		case '#':
			b.WriteString(chars(rng, decimal, 1))
		case 'N':
			b.WriteString(chars(rng, decimal[2:], 1))
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
