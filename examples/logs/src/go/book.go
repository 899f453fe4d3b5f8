package main

import (
	"fmt"
	"strings"
)

type owner struct {
	name    string
	address *string
}

// A book holds accounts and entries, and trusts its callers too much.
type book struct {
	entries  []int
	owners   map[string]*owner
	tags     map[int]string
	balances map[string]any
}

func newBook() *book {
	return &book{entries: make([]int, 5), owners: map[string]*owner{"main": {name: "Ada"}}, balances: map[string]any{}}
}

func (b *book) amend(entry int) error {
	b.entries[entry]++
	return nil
}

func (b *book) notify(account int) error { return send(b.ownerOf(fmt.Sprint(account))) }

func (b *book) ownerOf(account string) string { return b.owners[account].name }

func (b *book) mail(account string) error { return send(street(b.owners[account])) }

func street(o *owner) string { return strings.ToUpper(*o.address) }

func send(to string) error { return fmt.Errorf("send to %q: no mail server", to) }

func (b *book) tag(entry int, tag string) error {
	b.tags[entry] = tag
	return nil
}

func (b *book) split(cents, people int) error {
	b.entries[0] = cents / people
	return nil
}

func (b *book) add(balance string) error {
	b.balances["main"] = balance
	b.balances["main"] = b.balances["main"].(float64) + 1
	return nil
}
