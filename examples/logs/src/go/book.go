package main

import (
	"fmt"
	"strings"
)

type owner struct {
	name    string
	address *string
}

type account struct{ owner *owner }

// A book holds accounts and entries, and trusts its callers too much.
type book struct {
	entries  []int
	accounts map[string]*account
	tags     map[int]string
	balances map[string]any
}

func newBook() *book {
	return &book{
		entries:  make([]int, 5),
		accounts: map[string]*account{"main": {owner: &owner{name: "Ada"}}},
		balances: map[string]any{},
	}
}

func (b *book) amend(entry int) error {
	b.entries[entry]++
	return nil
}

func (b *book) notify(id int) error {
	return send(b.ownerOf(fmt.Sprint(id)), "balance changed")
}

func (b *book) ownerOf(id string) string {
	return b.accounts[id].owner.name
}

func (b *book) mail(id string) error {
	return send(street(b.accounts[id].owner), "statement")
}

func street(o *owner) string {
	return strings.ToUpper(*o.address)
}

func send(to, subject string) error {
	if to == "" {
		return fmt.Errorf("send %q: nobody to send to", subject)
	}
	return nil
}

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
