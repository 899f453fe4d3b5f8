package grouping

import (
	"bytes"
	"strings"
)

// hostLength returns the length of the host name at the start of word, as in
// "connect to db.prod.internal:5432"; 0 if there is none. Names in reverse order,
// such as com.example.App, are classes.
func hostLength(word string) int {
	end, first, dot, dots := 0, 0, 0, 0
	for end < len(word) && (isWord(word[end]) || word[end] == '.' || word[end] == '-') {
		if word[end] == '.' {
			if dot = end; dots == 0 {
				first = end
			}
			dots++
		}
		end++
	}
	if dots == 0 || topLevel[word[:first]] {
		return 0
	}
	last := word[dot+1 : end]
	switch {
	case topLevel[last], dots > 1 && countries[last]:
		return end
	case dots > 1 && portLength(word[end:]) > 0:
		if strings.ToLower(word[:end]) == word[:end] && !sources[last] {
			return end // "backend.blue.fleet:7070": a private domain
		}
	}
	return 0
}

// addressLength returns the length of a host name that contains an address, as
// assigned by providers: "62.99.0.82.pool.example.at", "dsl-82-99-0-62.isp.example".
func addressLength(word string) int {
	numbers, digits, dots := 0, 0, 0
	end := 0
	for end < len(word) && (isWord(word[end]) || word[end] == '.' || word[end] == '-') {
		switch {
		case class[word[end]]&isDigit != 0:
			digits++
		case numbers < addressNumbers:
			if numbers++; digits == 0 || digits > 3 || isWord(word[end]) {
				numbers = 0
			}
			digits = 0
		case word[end] == '.':
			dots++
		}
		end++
	}
	if numbers < addressNumbers || dots == 0 && word[len(word)-1] == '.' || class[word[end-1]]&isLetter == 0 {
		return 0
	}
	return end
}

const addressNumbers = 4

// portLength returns the length of the colon and port at the start of s.
func portLength(s string) int {
	if s == "" || s[0] != ':' {
		return 0
	}
	end := 1
	for end < len(s) && class[s[end]]&isDigit != 0 {
		end++
	}
	if end < 3 || end > 6 || end < len(s) && isWord(s[end]) {
		return 0
	}
	return end
}

// service returns the length of a name with a port: "wpad:80 open through proxy",
// "connect to redis:6379". Elsewhere such a name is a key: "uid:1000".
func (m *masker) service(word string) int {
	name := strings.IndexByte(word, ':')
	if name < 2 || class[word[0]]&isLetter == 0 || strings.ToLower(word[:name]) != word[:name] || sources[word[strings.LastIndexByte(word[:name], '.')+1:name]] {
		return 0
	}
	port := portLength(word[name:])
	if port == 0 || name+port < len(word) {
		return 0
	}
	if ports[word[name+1:]] && len(m.out) == 0 || m.behindConnector() {
		return name + port
	}
	return 0
}

// behindConnector reports whether the previous word announces an address.
func (m *masker) behindConnector() bool {
	before, spaced := bytes.CutSuffix(m.out, []byte(" "))
	return spaced && connectors[string(before[bytes.LastIndexByte(before, ' ')+1:])]
}

// addressEnd returns the end of the IPv6 address in brackets that begins at i, with
// its port: "[fe80::1%eth0]:443"; 0 if there is none.
func addressEnd(s string, i int) int {
	end := i + 1
	for end < len(s) && (s[end] == ':' || isHex(s[end:end+1])) {
		end++
	}
	if s[i] != '[' || strings.Count(s[i:end], ":") < 2 {
		return 0
	}
	if end < len(s) && s[end] == '%' {
		end = wordEnd(s, end+1)
	}
	if end == len(s) || s[end] != ']' {
		return 0
	}
	return end + 1 + portLength(s[end+1:])
}
