//go:build nopage

package page

import (
	"errors"
	"io"
)

// Included says whether the program can write pages.
const Included = false

// Write returns an error.
func Write(io.Writer, []Issue, string) error { return errors.New("this program writes no pages") }
