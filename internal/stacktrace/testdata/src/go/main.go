// Prints one failure of Go, chosen by name. See ../generate.sh.
package main

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/debug"
	"strconv"
	"sync"

	"github.com/pkg/errors"

	"github.com/acme/shop/cart"
)

type declined struct{ card string }

func (d *declined) Error() string { return "card " + d.card + " was declined" }

type order struct {
	Number int
	Name   string
}

func pay(card string) error { return &declined{card} }

func wrapped() error {
	return errors.Wrap(errors.WithStack(pay("4111")), "checkout failed")
}

func serve() {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		cart.New(nil).Item(3)
	}))
	_, _ = http.Get(server.URL)
}

var failures = map[string]func(){
	"index":     func() { cart.New([]int{1, 2, 3}).Item(len(os.Args) + 3) },
	"nil":       func() { (*cart.Cart)(nil).Item(0) },
	"nilmap":    func() { cart.New(nil).Rename("a", "b") },
	"string":    func() { panic("no price for item 7") },
	"error":     func() { panic(pay("4111")) },
	"wrapped":   func() { panic(fmt.Errorf("checkout: %w", pay("4111"))) },
	"value":     func() { panic(order{7, "seven"}) },
	"multiline": func() { panic("2 errors in order:\nno items\n  no address") },
	"convert":   func() { _ = any(len(os.Args)).(fmt.Stringer) },
	"divide":    func() { cart.New([]int{1}).Split(len(os.Args) - 2) },
	"slice":     func() { _ = os.Args[len(os.Args)+1:] },
	"closed":    func() { c := make(chan int); close(c); close(c) },
	"goroutine": func() {
		var wait sync.WaitGroup
		wait.Add(1)
		go func() { defer wait.Done(); cart.New(nil).Item(3) }()
		wait.Wait()
	},
	"again": func() {
		defer func() { panic(fmt.Sprint("again: ", recover())) }()
		panic("first")
	},
	"repanic": func() {
		defer func() { panic(recover()) }()
		panic("first")
	},
	"during": func() {
		defer func() { panic("second") }()
		panic("first")
	},
	"deadlock": func() { <-make(chan int) },
	"maps": func() {
		m := map[string]int{}
		for i := 0; ; i++ {
			go func() { m[strconv.Itoa(i%2)] = i }()
		}
	},
	"overflow": func() { cart.Deep(0) },
	"generic":  func() { cart.Map([]int{1}, func(int) int { panic("no price") }) },
	"http":     serve,
	"stack": func() {
		defer func() { log.Printf("recovered: %v\n%s", recover(), debug.Stack()) }()
		cart.New(nil).Item(3)
	},
	"pkgerrors": func() { log.Printf("order 7: %+v", wrapped()) },
}

func main() { failures[os.Args[1]]() }
