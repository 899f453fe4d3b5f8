package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// A request reaches the service and fails: handle returns an error, panics, or
// has logged the failure itself.
type request struct {
	name   string
	handle func(*service) error
}

var errFrozen = errors.New("account is frozen")

// failing returns the failures that the driver draws from.
func failing() []request {
	return []request{
		{"settlement host down", func(s *service) error {
			batch := s.id()
			_, err := net.DialTimeout("tcp", net.JoinHostPort(s.host(), "7443"), 2*time.Second)
			return fmt.Errorf("settle batch %d: %w", batch, err)
		}},
		{"webhook body is HTML", func(s *service) error {
			var event struct{ Type string }
			return fmt.Errorf("decode webhook: %w", json.Unmarshal([]byte("<html>"+s.hex(8)), &event))
		}},
		{"amount with a comma", func(s *service) error {
			_, err := strconv.ParseInt(fmt.Sprintf("%d,50", s.rnd.IntN(99)), 10, 64)
			return fmt.Errorf("parse amount: %w", err)
		}},
		{"rates file missing", func(s *service) error {
			_, err := os.ReadFile(fmt.Sprintf("/srv/rates/EUR%d.csv", s.rnd.IntN(99)))
			return fmt.Errorf("load rates: %w", err)
		}},
		{"quote too late", func(s *service) error {
			ctx, cancel := context.WithTimeout(context.Background(), 0)
			defer cancel()
			return fmt.Errorf("quote for account %d: %w", s.id(), ctx.Err())
		}},
		{"statement cut short", func(s *service) error {
			account := s.id()
			_, err := io.ReadFull(strings.NewReader(s.hex(5)), make([]byte, 8))
			return fmt.Errorf("read statement of account %d: %w", account, err)
		}},
		{"account frozen", func(s *service) error { return fmt.Errorf("withdraw from %d: %w", s.id(), errFrozen) }},

		{"posting beyond the last entry", func(s *service) error { return newBook().amend(5 + s.rnd.IntN(40)) }},
		{"account without owner", func(s *service) error { return newBook().notify(s.id()) }},
		{"owner without address", func(s *service) error { return newBook().mail("main") }},
		{"index never built", func(s *service) error { return newBook().tag(s.id(), s.hex(6)) }},
		{"split among nobody", func(s *service) error { return newBook().split(s.id(), 0) }},
		{"balance stored as text", func(s *service) error { return newBook().add(strconv.Itoa(s.id())) }},

		{"entries unmatched", func(s *service) error {
			s.log.Error(fmt.Sprintf("reconciliation left %d entries of account %d unmatched", 1+s.rnd.IntN(30), s.id()))
			return nil
		}},
		{"worker deadlocked", func(s *service) error { return s.supervise("rebalance") }},
		{"worker panicked", func(s *service) error { return s.supervise("close-month") }},
	}
}
