package safetest

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"strings"
)

// Lines that any value may stand in.
var anywhere = []string{
	`{ts} ERROR {word}: request {uuid} failed for %s after {n} ms`,
	`{"level":"error","time":"{ts}","msg":"rejected %s","reqId":"{uuid}"}`,
	`{"level":50,"msg":"lookup failed","err":{"message":"no record of '%s'","code":{n}}}`,
	"Error: cannot process (%s)\n    at Mailer.send (/app/src/mailer.js:{n}:11)\n    at async handle (/app/src/server.js:40:5)",
	"java.lang.IllegalStateException: rejected: %s\n\tat com.shop.Mailer.send(Mailer.java:{n})\n\tat com.shop.App.main(App.java:12)",
	"Traceback (most recent call last):\n  File \"/app/mailer.py\", line {n}, in send\n    raise ValueError(x)\nValueError: bad value %s, giving up",
	`level=error ts={ts} msg="lost %s" attempt={n}`,
	`[{ts}] {word}.ERROR: saw %s. Retrying in {n} seconds`,
}

func with(lines ...string) []string { return append(lines, anywhere...) }

// named are lines in which the value stands behind a name.
func named(names ...string) []string {
	var lines []string
	for _, name := range names {
		lines = append(lines,
			`{"level":"error","msg":"bad request","body":{"id":{n},"`+name+`":"%s"}}`,
			`{ts} ERROR {word} bad payload: "{\"`+name+`\":\"%s\",\"n\":{n}}"`,
			`level=error `+name+`=%s attempt={n}`,
			`Error: refused { id: {n}, `+name+`: '%s' }`,
			`ValueError: bad arguments {'`+name+`': '%s', 'n': {n}}`,
			`java.lang.IllegalArgumentException: Login[n={n}, `+name+`=%s]`,
		)
	}
	return lines
}

// header are lines in which the value stands in a header of HTTP.
func header(name, before string) []string {
	return []string{
		"{ts} ERROR upstream refused: " + name + ": " + before + "%s",
		`{"level":"error","headers":{"host":"api.example.com","` + strings.ToLower(name) + `":"` + before + `%s"},"status":{n}}`,
		`Error: 401 { headers: { '` + name + `': '` + before + `%s', accept: '*/*' } }`,
		`panic: bad response: map[Accept:[*/*] ` + name + `:[` + before + `%s] N:[{n}]]`,
		`curl -H '` + name + `: ` + before + `%s' https://api.example.com/v1/orders/{n} failed`,
		`httpx.HTTPStatusError: Headers({'host': 'x', '` + strings.ToLower(name) + `': '` + before + `%s'})`,
	}
}

var kinds = []kind{
	{"email", email, with(`GET /v1/users?email=%q&page={n} 500`, `From: Bob <%s>`, `{"user":{"email":"%s","n":{n}}}`, `mailto:%s bounced`, `user=%s ip=- attempt={n}`)},
	{"ipv4", ipv4, with(`connect ECONNREFUSED %s:5432`, `X-Forwarded-For: %s`, `dial tcp %s:{n}: connect: connection refused`, `http://%s:8080/health timed out`, `{"remote_addr":"%s","n":{n}}`, `Connection to /%s:9042 lost`)},
	{"ipv6", ipv6, with(`connect ECONNREFUSED [%s]:5432`, `X-Forwarded-For: %s`, `dial tcp [%s]:{n}: i/o timeout`, `{"remote_addr":"%s","n":{n}}`, `client: %s, server: shop, request: "GET /{n}"`, `GET /whois?ip=%q 500`)},
	{"phone", phone, with(`{"phone":"%s","n":{n}}`, `SMS to %s failed: carrier refused`, `tel:%s unreachable`, `GET /v1/sms?to=%q&n={n} 500`, `phone_number=%s attempt={n}`)},
	{"card number", card, with(`{"card_number":"%s","n":{n}}`, `charge of card %s declined`, `POST /charge?card=%q 402`, `pan=%s exp={n}`)},
	{"IBAN", iban, with(`{"iban":"%s","n":{n}}`, `transfer to %s refused`, `GET /accounts/%s/balance 500`, `iban=%s amount={n}`)},
	{"JWT", jwt, with(header("Authorization", "Bearer ")...)},
	{"cookie", base62s(26), append(header("Cookie", "theme=dark; sid="), header("Set-Cookie", "session=")...)},
	{"bearer token", func(r *rand.Rand) string { return base64url(r, 24+r.IntN(12)) }, header("Authorization", "Bearer ")},
	{"basic credentials", basic, header("Authorization", "Basic ")},
	{"URL credentials", base62s(14), []string{`postgres://app:%s@db.internal:5432/orders refused`, `{"url":"redis://:%s@cache:6379/0","n":{n}}`, `could not fetch https://ci:%s@git.example.com/shop.git: {n}`,
		`{"dsn":"mysql:\/\/root:%s@tcp(db:3306)\/shop"}`, `amqp.exceptions: amqps://svc:%s@mq.example.com/vh closed`, `MongoServerError: mongodb+srv://u{n}:%s@c0.example.net/?w=majority`}},
	{"query token", base62s(32), []string{`GET /reset?id={n}&token=%s 500`, `https://api.example.com/cb?code=%s&state={n} failed`, `{"path":"/v1/x?access_token=%s&n={n}"}`, `https://s3.example.com/a.pdf?X-Amz-Signature=%s&X-Amz-Date={n} 403`,
		`Error: 404 https://x.example.com/hook?sig=%s`, `upstream: "http://10.1.1.1/?api_key=%s", host`, `"GET /ws?sid=%s HTTP/1.1" 502 {n}`, `https://x.example.com/#access_token=%s&n={n}`}},
	{"password", password, append(named("password", "db_password", "passwd", "userPassword", "DB_PASS"), `Server=db;User Id=sa;Password=%s;Encrypt=true`, `<password>%s</password>`, `mysqldump --password %s shop failed`, `password: %s`)},
	{"named secret", base62s(28), named("client_secret", "apiKey", "x-api-key", "refresh_token", "encryption_key", "authToken", "key", "session_id")},
	{"AWS access key id", func(r *rand.Rand) string { return pick(r, "AK", "AS") + "IA" + chars(r, base32, 16) }, with(`{"AccessKeyId":"%s"}`, `AWS_ACCESS_KEY_ID=%s`)},
	{"AWS secret key", func(r *rand.Rand) string { return chars(r, base62+"+/", 40) }, named("aws_secret_access_key", "SecretAccessKey", "AWS_SECRET_ACCESS_KEY")},
	{"GitHub token", func(r *rand.Rand) string { return "gh" + pick(r, "p", "o", "u", "s", "r") + "_" + chars(r, base62, 36) }, with(`git clone https://x-access-token:%s@git.example.com/a/b failed`, `GH_TOKEN=%s gh api /user`)},
	{"Slack token", func(r *rand.Rand) string {
		return "xo" + "xb-" + of(r, "############-#############-") + chars(r, base62, 24)
	}, with(`{"token":"%s"}`, `slack_sdk: invalid_auth %s`)},
	{"Stripe key", func(r *rand.Rand) string {
		return pick(r, "sk", "rk") + "_" + pick(r, "live", "test") + "_" + chars(r, base62, 24)
	}, with(`stripe: invalid api key %s`, `curl https://api.example.com -u %s:`)},
	{"private key", privateKey, []string{"bad key: %s", `{"private_key":"%s\n","n":{n}}`, "PEM error in %s"}},
}

func base62s(n int) func(*rand.Rand) string {
	return func(r *rand.Rand) string { return chars(r, base62, n) }
}

func email(r *rand.Rand) string {
	name := pick(r, "bob", "alice.smith", "m_mueller", "j-doe", "o.brien") + pick(r, "", "", chars(r, decimal, 2), "+shop")
	return name + "@" + chars(r, lower, 4+r.IntN(8)) + pick(r, ".com", ".co.uk", ".de", ".io", ".museum", ".example.org")
}

func ipv4(r *rand.Rand) string {
	switch r.IntN(4) {
	case 0:
		return fmt.Sprintf("10.%d.%d.%d", r.IntN(256), r.IntN(256), 1+r.IntN(255))
	case 1:
		return fmt.Sprintf("192.168.%d.%d", r.IntN(256), 1+r.IntN(255))
	}
	return fmt.Sprintf("%d.%d.%d.%d", 1+r.IntN(223), r.IntN(256), r.IntN(256), 1+r.IntN(255))
}

func ipv6(r *rand.Rand) string {
	var b [16]byte
	copy(b[:], []byte{0x20, 0x01, 0x0d, 0xb8})
	for i := 4; i < 16; i++ {
		if r.IntN(3) > 0 {
			b[i] = byte(r.UintN(256))
		}
	}
	if r.IntN(3) == 0 {
		for i := 6; i < 14; i++ {
			b[i] = 0
		}
	}
	if r.IntN(4) == 0 {
		return netip.AddrFrom16(b).StringExpanded()
	}
	return netip.AddrFrom16(b).String()
}

func phone(r *rand.Rand) string {
	return of(r, pick(r, "+1415555N###", "+1 N15-555-####", "(N12) 555-####", "N15-555-####", "N15.555.####", "1-800-555-####", "+44 20 7946 ####", "+44 (0)20 7946 ####", "+49 30 9N#####", "+49 171 N######", "+491712N#####", "+33 1 42 68 ## ##", "01 42 68 ## ##", "020 7946 ####", "0171 N######", "030/9N#####", "+91 98765 #####", "+81-3-N###-####", "+55 11 9N###-####", "+7 (495) N##-##-##", "0049 30 9N#####", "+1.415.555.####"))
}

func card(r *rand.Rand) string {
	form := pick(r, "4###############", "53##############", "25##############", "37#############", "6011############", "3530############", "36############")
	number := []byte(of(r, form))
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
	country, account := form[:2], of(r, form[2:])
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
		part(fmt.Sprintf(`{"sub":"%d","iat":%d}`, r.IntN(1e9), r.IntN(1e9))) + "." + base64url(r, 32)
}

func basic(r *rand.Rand) string {
	return base64.StdEncoding.EncodeToString([]byte(chars(r, lower, 5) + ":" + chars(r, base62, 8+r.IntN(8))))
}

// password draws what people choose, with what the syntax around would end it left out.
func password(r *rand.Rand) string {
	return pick(r, chars(r, base62, 8+r.IntN(8)), chars(r, lower, 6)+"-"+chars(r, lower, 5)+of(r, "##"), strings.ToUpper(chars(r, lower, 1))+chars(r, lower, 7)+of(r, "##")+pick(r, "!", "$", "#", "%", "?"))
}

func privateKey(r *rand.Rand) string {
	kind := pick(r, "", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ")
	body := make([]string, 6)
	for i := range body {
		body[i] = chars(r, base62+"+/", 64)
	}
	return "-----BEGIN " + kind + "PRIV" + "ATE KEY-----\n" + strings.Join(body, "\n") + "\n-----END " + kind + "PRIV" + "ATE KEY-----"
}
