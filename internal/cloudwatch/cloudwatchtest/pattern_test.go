package cloudwatchtest

import (
	"errors"
	"strings"
	"testing"
)

func TestPatternMatch(t *testing.T) {
	for _, test := range []struct {
		name, pattern, message string
		want                   bool
	}{
		{"nothing asked", "", "anything", true},
		{"blank", " ", "anything", true},
		{"quoted blank", `" "`, "anything", true},
		{"term", "ERROR", "[ERROR 400] BAD REQUEST", true},
		{"term inside a word", "ERROR", "Exiting with ERRORCODE: -1", true},
		{"terms inside words", "ERROR Exception", "[ERROR] Caught IllegalArgumentException", true},
		{"case counts", "ERROR", "[error 400] bad request", false},
		{"all of several", "ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", true},
		{"not all of several", "ERROR ARGUMENTS", "[ERROR 401] UNAUTHORIZED REQUEST", false},
		{"any, the second", "?ERROR ?ARGUMENTS", "[INFO] INVALID ARGUMENTS", true},
		{"any, none", "?ERROR ?ARGUMENTS", "[INFO] REQUEST", false},
		{"any beside another is ignored", "?ERROR ?ARGUMENTS REQUEST", "[INFO] REQUEST FAILED", true},
		{"any beside another does not help", "?ERROR REQUEST", "[ERROR] ARGUMENTS", false},
		{"any beside an exclusion is ignored", "?ERROR -DEBUG", "[INFO] REQUEST", true},
		{"exclusion", "ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST", true},
		{"excluded", "ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", false},
		{"exclusion alone", "-ERROR", "[INFO] fine", true},
		{"excluded phrase", `-"BAD REQUEST"`, "[ERROR 400] BAD REQUEST", false},
		{"phrase", `"INTERNAL SERVER ERROR"`, "[ERROR 500] INTERNAL SERVER ERROR", true},
		{"phrase, other order", `"INTERNAL SERVER ERROR"`, "SERVER INTERNAL ERROR", false},
		{"phrase with space in front", `"  File"`, "File", false},
		{"escaped quotes", `?"\"level\":50" ?"\"level\":60"`, `{"level":60}`, true},
		{"escaped backslash", `"C:\\temp"`, `C:\temp is full`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := Compile(test.pattern)
			if err != nil {
				t.Fatal(err)
			}
			if got := p(test.message); got != test.want {
				t.Errorf("%s on %s: %v, want %v", test.pattern, test.message, got, test.want)
			}
		})
	}
}

func TestPatternRefused(t *testing.T) {
	for _, test := range []struct {
		pattern string
		want    error
	}{
		{`"open`, ErrInvalid},
		{`status:500`, ErrInvalid},
		{`a-b`, ErrInvalid},
		{`?`, ErrInvalid},
		{`? ERROR`, ErrInvalid},
		{`{ $.level = "ERROR"`, ErrInvalid},
		{`{ $.level = "ERROR" }`, ErrUnsupported},
		{`[ip, user, status = 4*]`, ErrUnsupported},
		{`%ERR|WARN%`, ErrUnsupported},
	} {
		t.Run(test.pattern, func(t *testing.T) {
			if _, err := Compile(test.pattern); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

// Compile returns only its two errors, and a pattern of one quoted phrase matches like strings.Contains.
func FuzzPattern(f *testing.F) {
	f.Add(`ERROR`, "x")
	f.Add(`?"a\"b" -c`, `a"b`)
	f.Add(`{ $.a = "b*" }`, `{"a":"bc","c":2}`)
	f.Fuzz(func(t *testing.T, pattern, message string) {
		if p, err := Compile(pattern); err == nil {
			p(message)
		} else if !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrUnsupported) {
			t.Errorf("%q: %v", pattern, err)
		}
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(pattern) + `"`
		p, err := Compile(quoted)
		if err != nil {
			t.Fatalf("%s: %v", quoted, err)
		}
		want := strings.Contains(message, pattern) || strings.TrimSpace(pattern) == ""
		if got := p(message); got != want {
			t.Errorf("%s on %q: %v, want %v", quoted, message, got, want)
		}
	})
}
