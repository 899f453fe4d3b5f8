package code

import (
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/event"
)

// In each text, "»" marks the line of the frame.
func TestNamed(t *testing.T) {
	tests := []struct {
		name, runtime, function, module, text string
		want                                  bool
	}{
		{"function", "node", "total", "", "function total(items) {\n»  return items.map(x)\n}", true},
		{"method", "node", "Cart.total", "", "class Cart {\n  async total(items) {\n    for (const i of items) {\n»      sum += i.price\n    }\n  }\n}", true},
		{"arrow", "node", "total", "", "export const total = async (items) =>\n»  items.map(i => i.price)", true},
		{"property", "node", "Object.total", "", "module.exports = {\n  total: function (a) {\n»    return a.b\n  }\n}", true},
		{"alias", "node", "Object.total [as sum]", "", "exports.total = function (a) {\n»  return a.b\n}", true},
		{"constructor", "node", "new Cart", "", "class Cart {\n  constructor(a) {\n»    this.b = a.b\n  }\n}", true},
		{"a call is no definition", "node", "total", "", "function other() {\n  total()\n»  fail()\n}", false},
		{"a call without a semicolon is no definition", "node", "total", "", "function other() {\n  total()\n    .then(\n»      x => x.y)\n}", false},
		{"method of several lines", "node", "Cart.total", "", "class Cart {\n  async total(\n    items: Item[],\n  ): Promise<number> {\n»    return items.x.y\n  }\n}", true},
		{"method with types", "node", "Cart.total", "", "class Cart {\n  private total(items: Map<string, () => void>): number {\n»    return items.x.y\n  }\n}", true},
		{"handler", "node", "Runtime.handler", "", "exports.handler = async (event) => {\n»  return event.x.y\n}", true},
		{"behind the function", "node", "total", "", "function total() {\n  return 1\n}\n»start()", false},
		{"in the next function", "node", "total", "", "function total() {\n  return 1\n}\nfunction other() {\n»  return x.y\n}", false},
		{"no name", "node", "Object.<anonymous>", "", "»x.y", false},
		{"comment", "node", "total", "", "function total() {\n»  // nothing\n}", false},
		{"bracket", "node", "total", "", "function total() {\n  x()\n»  })\n}", false},
		{"python", "python", "total", "shop", "def total(\n    items,\n):\n    for i in items:\n»        sum += i.price", true},
		{"python, next function", "python", "total", "shop", "def total():\n    pass\n\ndef other():\n»    fail()", false},
		{"python module", "python", "<module>", "shop", "»fail()", false},
		{"java", "java", "total", "com.acme.Cart", "class Cart {\n    public static int total(List<Item> items) {\n»        return items.get(0).price();\n    }\n}", true},
		{"java, a call of several lines", "java", "total", "com.acme.Cart", "class Cart {\n    int other() {\n        return total(\n»            a.b())\n    }\n}", false},
		{"java, a call in an expression", "java", "total", "com.acme.Cart", "class Cart {\n    int other() {\n        x = new total(\n»            a.b())\n    }\n}", false},
		{"java lambda, as stacktrace names it", "java", "total", "com.acme.Cart", "class Cart {\n    int total(List<Item> items) {\n        return items.stream()\n»            .map(i -> i.price())\n    }\n}", true},
		{"java constructor", "java", "<init>", "com.acme.Cart", "class Cart {\n    Cart(int a) {\n»        b = a / 0;\n    }\n}", true},
		{"java initializer", "java", "<clinit>", "com.acme.Cart$Item", "class Cart {\n  static class Item {\n»    static int a = f();\n  }\n}", true},
		{"kotlin", "java", "total", "com.acme.CartKt", "fun total(items: List<Item>): Int {\n»    return items.first().price\n}", true},
		{"kotlin coroutine, as stacktrace names it", "java", "total", "com.acme.Cart", "class Cart {\n    suspend fun total() = scope {\n»        items.first()\n    }\n}", true},
		{"go", "go", "Total", "github.com/acme/shop/cart", "func Total(items []int) int {\n»\treturn items[9]\n}", true},
		{"go method", "go", "(*Cart).Total", "main", "func (c *Cart) Total() int {\n\tif c.x {\n»\t\treturn c.items[9]\n\t}\n}", true},
		{"go closure", "go", "(*Cart).Total.func1.2", "main", "func (c *Cart) Total() {\n\tgo func() {\n»\t\tpanic(1)\n\t}()\n}", true},
		{"go generic", "go", "Sum[...]", "main", "func Sum[T any](a []T) T {\n»\treturn a[9]\n}", true},
		{"go, other method", "go", "(*Cart).Total", "main", "func (c *Cart) Totals() int {\n»\treturn c.items[9]\n}", false},
		{"ruby", "ruby", "block in total", "", "class Cart\n  def total\n    items.each do |i|\n»      i.price\n    end\n  end\nend", true},
		{"ruby, qualified", "ruby", "Cart#valid?", "", "class Cart\n  def valid?(a)\n»    a.b\n  end\nend", true},
		{"ruby main", "ruby", "<main>", "", "»fail", false},
		{"php", "php", "total", `App\Cart`, "class Cart\n{\n    public function total(array $items): int\n    {\n»        return $items[0]->price;\n    }\n}", true},
		{"php closure", "php", "{closure}", "App", "»fail();", false},
		{"csharp", "dotnet", "Total", "Acme.Shop.Cart", "class Cart\n{\n    public async Task<int> Total(\n        int a)\n    {\n»        return a / 0;\n    }\n}", true},
		{"csharp state machine", "dotnet", "MoveNext", "Acme.Shop.Cart.<PayAsync>d__3", "class Cart\n{\n    Task PayAsync()\n    {\n»        throw new X();\n    }\n}", true},
		{"csharp lambda", "dotnet", "<Pay>b__0", "Acme.Shop.Cart+<>c", "class Cart\n{\n    void Pay()\n    {\n        run(() =>\n»            throw new X());\n    }\n}", true},
		{"rust", "rust", "cart::total", "shop", "fn total(a: &[u8]) -> u8 {\n»    a[9]\n}", true},
		{"elixir", "elixir", "anonymous fn/1 in Shop.Cart.total/1", "Shop.Cart", "defmodule Shop.Cart do\n  def total(items) do\n    Enum.map(items, fn i ->\n»      i.price\n    end)\n  end\nend", true},
		{"unknown runtime", "", "total", "", "total\n»  x", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, _, _ := strings.Cut(tt.text, "»")
			line := strings.Count(before, "\n") + 1
			f := event.Frame{Function: tt.function, Module: tt.module, Line: line}
			if got := Named(strings.ReplaceAll(tt.text, "»", ""), line, f, tt.runtime); got != tt.want {
				t.Errorf("Named(line %d of\n%s\n) = %v", line, tt.text, got)
			}
		})
	}
}

func TestUnmoved(t *testing.T) {
	const text = "a\nb\nc\nd\n"
	tests := []struct {
		name, other string
		line        int
		want        bool
	}{
		{"same", text, 2, true},
		{"changed in place", "a\nX\nc\nd\n", 2, true},
		{"changed at the end", "a\nb\nc\nX\n", 4, true},
		{"moved down", "x\na\nb\nc\nd\n", 2, false},
		{"moved up", "b\nc\nd\n", 2, false},
		{"below a change", "X\nb\nc\nd\n", 2, true},
		{"behind the end", "a\n", 2, false},
		{"gone", "", 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Unmoved(text, tt.other, tt.line); got != tt.want {
				t.Errorf("Unmoved(%q, %q, %d) = %v", text, tt.other, tt.line, got)
			}
		})
	}
}
