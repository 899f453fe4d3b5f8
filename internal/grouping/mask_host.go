package grouping

import (
	"bytes"
	"regexp"
	"strings"
)

// hostLength returns the length of the host name at the start of word, as in
// "connect to db.prod.internal:5432"; 0 if there is none. Names in reverse order,
// such as com.example.App, are classes.
func hostLength(word string) int {
	end := 0
	for end < len(word) && (isWord(word[end]) || word[end] == '.' || word[end] == '-') {
		end++
	}
	name := word[:end]
	dots := strings.Count(name, ".")
	if dots+strings.Count(name, "-") >= 4 && class[name[end-1]]&isLetter != 0 && addressInName.MatchString(name) {
		return end
	}
	if dots == 0 || topLevel[name[:strings.IndexByte(name, '.')]] {
		return 0
	}
	switch last := name[strings.LastIndexByte(name, '.')+1:]; {
	case topLevel[last], dots > 1 && countries[last]:
		return end
	case dots > 1 && portLength(word[end:]) > 0 && strings.ToLower(name) == name && !sources[last]:
		return end // "backend.blue.fleet:7070": a private domain
	}
	return 0
}

// addressInName matches a host name that contains an address, as assigned by
// providers: "62.99.0.82.pool.example.at", "dsl-82-99-0-62.isp.example".
var addressInName = regexp.MustCompile(`(?:^|\D)(?:\d{1,3}[.-]){4}`)

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
	address := bracketed.FindString(s[i:])
	if address == "" {
		return 0
	}
	end := i + len(address)
	return end + portLength(s[end:])
}

var bracketed = regexp.MustCompile(`^\[[[:xdigit:]]*(?::[[:xdigit:]]*){2,}(?:%[^][ ]*)?\]`)

// unit returns the end of what belongs to the current value: the unit after a
// number, "waited 5 ms" and "waited 2 s", "cache at 95%", and the padding after
// base64.
func (m *masker) unit(s string, begin, end int) int {
	switch {
	case end == len(s) || m.wild != len(m.out):
		return end
	case s[end] == '=' && end-begin >= minToken:
		return paddingEnd(s, end)
	case class[s[end-1]]&isLetter != 0 || class[s[begin]]&isDigit == 0:
		return end
	case s[end] == '%':
		return end + 1
	}
	if s[end] == ' ' && end+1 < len(s) {
		next := wordEnd(s, end+1)
		if units[s[end+1:next]] {
			return perUnit(s, next)
		} else if s[end+1] == '%' {
			return end + 2
		}
	}
	return end
}

// perUnit returns the end of the unit of time of a rate: the "/s" of "5 MB/s".
func perUnit(s string, i int) int {
	if i+1 < len(s) && s[i] == '/' {
		if end := wordEnd(s, i+1); units[s[i+1:end]] {
			return end
		}
	}
	return i
}

// paddingEnd returns the end of the padding at i: "cursor eyJpZCI6NDIsInQiOjF9== is stale".
func paddingEnd(s string, i int) int {
	end := i
	for end < len(s) && s[end] == '=' {
		end++
	}
	if end-i > 2 || end < len(s) && isWord(s[end]) {
		return i
	}
	return end
}

func wordEnd(s string, i int) int {
	for i < len(s) && isWord(s[i]) {
		i++
	}
	return i
}
