// Package cart fails in many ways.
package cart

type Cart struct {
	prices []int
	names  map[string]string
}

func New(prices []int) *Cart { return &Cart{prices: prices} }

//go:noinline
func (c *Cart) Item(i int) int { return c.prices[i] }

//go:noinline
func (c *Cart) Rename(from, to string) { c.names[from] = to }

//go:noinline
func (c *Cart) Split(among int) int { return c.prices[0] / among }

func Deep(n int) int { return Deep(n+1) + 1 }

func Map[T, U any](items []T, f func(T) U) []U {
	var out []U
	for _, item := range items {
		out = append(out, f(item))
	}
	return out
}
