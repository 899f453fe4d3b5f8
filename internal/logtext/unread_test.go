package logtext

import "testing"

func TestMentionsFailure(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"12:00 !! payment FAILED for order 7", true},
		{"java.lang.IllegalStateException: x", true},
		{"connection refused by 10.0.0.1", true},
		{"could not open file", true},
		{"compiled with 0 errors", false},
		{"no failures, No Errors, without error", false},
		{"0 errors, 1 failure", true},
		{"request served in 3 ms", false},
		{"all is well\nbut an error below", false},
		{"ERR", false},
		{"", false},
	} {
		if got := MentionsFailure(tt.text); got != tt.want {
			t.Errorf("%q: %v", tt.text, got)
		}
	}
}
