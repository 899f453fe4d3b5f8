package cloudwatchtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// condition is a JSON pattern, or a part of one.
type condition func(fields map[string]any) bool

func matchJSON(c condition, message string) bool {
	var fields map[string]any
	if json.Unmarshal([]byte(message), &fields) != nil {
		return false // such patterns pass over what is no JSON object
	}
	return c(fields)
}

func compileJSON(text string) (*Pattern, error) {
	inner, ok := strings.CutSuffix(text[1:], "}")
	if !ok {
		return nil, ErrInvalid
	}
	p := parser{rest: inner}
	c, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.skip(); p.rest != "" {
		return nil, p.stray()
	}
	return &Pattern{json: c}, nil
}

// parser reads comparisons by the usual order: () before && before ||.
type parser struct{ rest string }

func (p *parser) skip() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

func (p *parser) take(token string) bool {
	p.skip()
	rest, ok := strings.CutPrefix(p.rest, token)
	p.rest = rest
	return ok
}

func (p *parser) or() (condition, error) {
	left, err := p.and()
	for err == nil && p.take("||") {
		var right condition
		a := left
		right, err = p.and()
		left = func(f map[string]any) bool { return a(f) || right(f) }
	}
	return left, err
}

func (p *parser) and() (condition, error) {
	left, err := p.operand()
	for err == nil && p.take("&&") {
		var right condition
		a := left
		right, err = p.operand()
		left = func(f map[string]any) bool { return a(f) && right(f) }
	}
	return left, err
}

func (p *parser) operand() (condition, error) {
	if !p.take("(") {
		return p.comparison()
	}
	inner, err := p.or()
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, ErrInvalid
	}
	return inner, nil
}

var selector = regexp.MustCompile(`^\$((?:\.[A-Za-z0-9_-]+)+)`)

// comparison reads one. A field that is missing makes any comparison false, != too.
func (p *parser) comparison() (condition, error) {
	p.skip()
	match := selector.FindStringSubmatch(p.rest)
	if match == nil {
		return nil, p.stray()
	}
	p.rest = p.rest[len(match[0]):]
	path := strings.Split(match[1][1:], ".")
	different := p.take("!=")
	if !different && !p.take("=") {
		return nil, p.stray()
	}
	want, err := p.value()
	if err != nil {
		return nil, err
	}
	return func(fields map[string]any) bool {
		got, ok := look(fields, path)
		return ok && want(got) != different
	}, nil
}

// stray is the error for what cannot be read here: the service may, where it is
// one of the operators and selectors that are not imitated.
func (p *parser) stray() error {
	for _, known := range []string{"$", "[", "<", ">", "IS", "NOT", "%", "*"} {
		if strings.HasPrefix(p.rest, known) {
			return fmt.Errorf("%w: %q in a JSON pattern", ErrUnsupported, known)
		}
	}
	return ErrInvalid
}

var bare = regexp.MustCompile(`^[A-Za-z0-9_.*-]+`)

// value reads what a field is compared with.
func (p *parser) value() (func(any) bool, error) {
	p.skip()
	if strings.HasPrefix(p.rest, `"`) {
		text, rest, err := cutQuoted(p.rest)
		p.rest = rest
		return equalsText(text), err
	}
	text := bare.FindString(p.rest)
	if text == "" {
		return nil, p.stray()
	}
	p.rest = p.rest[len(text):]
	if number, err := strconv.ParseFloat(text, 64); err == nil {
		return func(got any) bool { return got == number }, nil
	}
	return equalsText(text), nil
}

// equalsText compares with a text in which "*" stands for any characters.
func equalsText(text string) func(any) bool {
	parts := strings.Split(strings.ToValidUTF8(text, "\uFFFD"), "*") // a regexp must be UTF-8, as a request is anyway
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	shape := regexp.MustCompile(`(?s)^` + strings.Join(parts, `.*`) + `$`)
	return func(got any) bool {
		s, ok := got.(string)
		return ok && shape.MatchString(s)
	}
}

func look(fields map[string]any, path []string) (any, bool) {
	value, ok := fields[path[0]]
	if !ok || len(path) == 1 {
		return value, ok
	}
	inner, ok := value.(map[string]any)
	if !ok {
		return nil, false
	}
	return look(inner, path[1:])
}
