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

// A request reaches the service and fails: by an error or a panic of handle,
// by a plain message, or by the crash of a worker.
type request struct {
	name    string
	handle  func(*service) error
	message func(*service) string
	worker  string
}

// failing returns the failures that the driver draws from.
func failing() []request {
	return []request{
		{name: "settlement host down", handle: func(s *service) error { return settle(s.id(), s.host()) }},
		{name: "webhook body is HTML", handle: func(s *service) error { return decode("<html>" + s.hex(8)) }},
		{name: "amount with a comma", handle: func(s *service) error { return amount(fmt.Sprintf("%d,50", s.rnd.IntN(99))) }},
		{name: "rates file missing", handle: func(s *service) error { return rates("EUR" + strconv.Itoa(s.rnd.IntN(99))) }},
		{name: "quote too late", handle: func(s *service) error { return quote(s.id()) }},
		{name: "statement cut short", handle: func(s *service) error { return statement(s.id(), strings.NewReader(s.hex(5))) }},
		{name: "account frozen", handle: func(s *service) error { return withdraw(s.id()) }},

		{name: "posting beyond the last entry", handle: func(s *service) error { return newBook().amend(5 + s.rnd.IntN(40)) }},
		{name: "account without owner", handle: func(s *service) error { return newBook().notify(s.id()) }},
		{name: "owner without address", handle: func(s *service) error { return newBook().mail("main") }},
		{name: "index never built", handle: func(s *service) error { return newBook().tag(s.id(), s.hex(6)) }},
		{name: "split among nobody", handle: func(s *service) error { return newBook().split(s.id(), 0) }},
		{name: "balance stored as text", handle: func(s *service) error { return newBook().add(strconv.Itoa(s.id())) }},

		{name: "entries unmatched", message: func(s *service) string {
			return fmt.Sprintf("reconciliation left %d entries of account %d unmatched", 1+s.rnd.IntN(30), s.id())
		}},
		{name: "worker deadlocked", worker: "rebalance"},
		{name: "worker panicked", worker: "close-month"},
	}
}

var errFrozen = errors.New("account is frozen")

func settle(batch int, host string) error {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, "7443"), 2*time.Second)
	if err != nil {
		return fmt.Errorf("settle batch %d: %w", batch, err)
	}
	return conn.Close()
}

func decode(body string) error {
	var event struct{ Type string }
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		return fmt.Errorf("decode webhook: %w", err)
	}
	return nil
}

func amount(text string) error {
	if _, err := strconv.ParseInt(text, 10, 64); err != nil {
		return fmt.Errorf("parse amount: %w", err)
	}
	return nil
}

func rates(pair string) error {
	if _, err := os.ReadFile("/srv/rates/" + pair + ".csv"); err != nil {
		return fmt.Errorf("load rates: %w", err)
	}
	return nil
}

func quote(account int) error {
	ctx, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	<-ctx.Done()
	return fmt.Errorf("quote for account %d: %w", account, ctx.Err())
}

func statement(account int, r io.Reader) error {
	if _, err := io.ReadFull(r, make([]byte, 8)); err != nil {
		return fmt.Errorf("read statement of account %d: %w", account, err)
	}
	return nil
}

func withdraw(account int) error {
	return fmt.Errorf("withdraw from %d: %w", account, errFrozen)
}
