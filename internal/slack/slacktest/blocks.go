package slacktest

import (
	"errors"
	"fmt"
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
	switch b.Type {
	case "header":
		return b.Text.validate(maxHeader, "plain_text")
	case "section":
		return b.Text.validate(maxSection, "plain_text", "mrkdwn")
	case "context":
		if len(b.Elements) == 0 || len(b.Elements) > maxElements {
			return fmt.Errorf("%d elements, 1 to %d", len(b.Elements), maxElements)
		}
		for _, e := range b.Elements {
			if err := e.validate(maxSection, "plain_text", "mrkdwn"); err != nil {
				return err
			}
		}
		return nil
	}
	return errors.New("not imitated")
}

func (t *Text) validate(limit int, types ...string) error {
	if t == nil {
		return errors.New("no text")
	}
	n := utf8.RuneCountInString(t.Text)
	if n == 0 || n > limit {
		return fmt.Errorf("a text of %d characters, 1 to %d", n, limit)
	}
	for _, kind := range types {
		if t.Type == kind {
			return nil
		}
	}
	return fmt.Errorf("a text of type %q", t.Type)
}
