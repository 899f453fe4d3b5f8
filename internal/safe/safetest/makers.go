package safetest

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
)

// makers draw what has an inner order, such as a check digit.
var makers = map[string]func(*rand.Rand) string{"card": card, "iban": iban, "jwt": jwt, "wrapped": wrapped, "basic": basic}

func card(r *rand.Rand) string {
	form := pick(r, "4###############", "53##############", "25##############", "37#############", "6011############", "3530############", "36############")
	number := []byte(digits(r, form))
	for number[len(number)-1] = '0'; !luhn(number); {
		number[len(number)-1]++
	}
	separator := pick(r, "", " ", "-")
	if len(number) != 16 {
		return string(number[:4]) + separator + string(number[4:10]) + separator + string(number[10:])
	}
	return strings.Join([]string{string(number[:4]), string(number[4:8]), string(number[8:12]), string(number[12:])}, separator)
}

func luhn(number []byte) bool {
	sum := 0
	for i := range number {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
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
