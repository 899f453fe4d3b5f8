package slacktest

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Slack's limits on a message, from its reference of Block Kit and of
// chat.postMessage: in blocks, elements and characters.
const (
	maxBlocks   = 50
	maxSection  = 3000
	maxHeader   = 150
	maxElements = 10 // of a context block
	maxText     = 40_000
)

// Block is a block of the kinds that are imitated.
type Block struct {
	Type     string
	Text     *Text  // of a header or section
	Elements []Text // of a context
}

// Text is a text object.
type Text struct {
	Type string
	Text string
}

// Validate returns why Slack would answer invalid_blocks.
func Validate(blocks []Block) error {
	if len(blocks) > maxBlocks {
		return fmt.Errorf("%d blocks, at most %d", len(blocks), maxBlocks)
	}
	for i, b := range blocks {
		if err := b.validate(); err != nil {
			return fmt.Errorf("block %d, a %s: %w", i, b.Type, err)
		}
	}
	return nil
}

func (b Block) validate() error {
	switch {
	case b.Type == "header" && b.Text != nil:
		return b.Text.validate(maxHeader, "plain_text")
	case b.Type == "section" && b.Text != nil:
		return b.Text.validate(maxSection, "plain_text", "mrkdwn")
	case b.Type != "context":
		return errors.New("not imitated, or without a text")
	case len(b.Elements) == 0 || len(b.Elements) > maxElements:
		return fmt.Errorf("%d elements, 1 to %d", len(b.Elements), maxElements)
	}
	for _, e := range b.Elements {
		if err := e.validate(maxSection, "plain_text", "mrkdwn"); err != nil {
			return err
		}
	}
	return nil
}

func (t Text) validate(limit int, types ...string) error {
	n := utf8.RuneCountInString(t.Text)
	if n == 0 || n > limit || !slices.Contains(types, t.Type) {
		return fmt.Errorf("a %s of %d characters, want 1 to %d of %v", t.Type, n, limit, types)
	}
	return nil
}
