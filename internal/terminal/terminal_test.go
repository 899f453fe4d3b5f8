package terminal

import (
	"os"
	"testing"
)

func TestNoTerminal(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if s := Of(file, os.Getenv); s != (Screen{}) {
		t.Errorf("a file is %+v", s)
	}
}

// TestPseudoTerminal opens one, where the system has them.
func TestPseudoTerminal(t *testing.T) {
	file, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	defer file.Close()
	for _, tt := range []struct {
		name   string
		env    map[string]string
		colour bool
	}{
		{"a terminal", map[string]string{"TERM": "xterm-256color"}, true},
		{"NO_COLOR", map[string]string{"TERM": "xterm-256color", "NO_COLOR": "1"}, false},
		{"a dumb terminal", map[string]string{"TERM": "dumb"}, false},
	} {
		if s := Of(file, func(name string) string { return tt.env[name] }); s.Colour != tt.colour {
			t.Errorf("%s: colour %v, want %v", tt.name, s.Colour, tt.colour)
		}
	}
}

func TestShow(t *testing.T) {
	for _, tt := range []struct {
		screen Screen
		want   string
	}{{Screen{Width: 80, Colour: true}, "\x1b[31mlost\x1b[0m"}, {Screen{Width: 80}, "lost"}, {Screen{}, "lost"}} {
		if got := tt.screen.Show(Red, "lost"); got != tt.want {
			t.Errorf("%+v shows %q, want %q", tt.screen, got, tt.want)
		}
	}
}
