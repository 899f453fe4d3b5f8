package code

import (
	"testing"

	"github.com/org/errmon-action/internal/event"
)

func TestFind(t *testing.T) {
	tree := []string{
		"README.md", "server.js", "services/a/src/cart.js", "services/b/src/cart.js", "services/a/src/pay.ts", "web/app/page.tsx",
		"py/shop/cart.py", "py/shop/__init__.py", "jobs/run.py",
		"java/src/main/java/com/acme/shop/Cart.java", "java/src/test/java/com/acme/other/Cart.java", "kotlin/src/main/kotlin/shop/Basket.kt",
		"go.mod", "cart/cart.go", "main.go", "cmd/api/main.go", "tools/go.mod", "tools/gen/main.go",
		"rb/app/models/cart.rb", "php/src/Cart.php", "cs/Shop/Cart.cs",
	}
	tests := []struct {
		name, runtime string
		frame         event.Frame
		want          string // empty if none is found
		loose         bool
	}{
		{"container prefix", "node", event.Frame{File: "/usr/src/app/services/a/src/cart.js"}, "services/a/src/cart.js", false},
		{"two of one name", "node", event.Frame{File: "/usr/src/app/src/cart.js"}, "", false},
		{"service copied to the root", "node", event.Frame{File: "/usr/src/app/src/pay.ts"}, "services/a/src/pay.ts", true},
		{"one element", "node", event.Frame{File: "/app/server.js"}, "server.js", true},
		{"webpack", "node", event.Frame{File: "webpack:///./services/b/src/cart.js?1a2b"}, "services/b/src/cart.js", false},
		{"webpack with a name", "node", event.Frame{File: "webpack://shop/./src/pay.ts"}, "services/a/src/pay.ts", false},
		{"webpack-internal", "node", event.Frame{File: "webpack-internal:///(rsc)/./app/page.tsx"}, "web/app/page.tsx", false},
		{"app", "browser", event.Frame{File: "app:///services/a/src/cart.js"}, "services/a/src/cart.js", false},
		{"turbopack", "node", event.Frame{File: "[project]/web/app/page.tsx [app-rsc] (ecmascript)"}, "web/app/page.tsx", false},
		{"dots", "node", event.Frame{File: "../services/a/./src/../src/cart.js"}, "services/a/src/cart.js", false},
		{"compiled", "node", event.Frame{File: "/app/dist/pay.js"}, "", false},
		{"part of an element", "node", event.Frame{File: "/app/rc/pay.ts"}, "services/a/src/pay.ts", true},
		{"python", "python", event.Frame{File: "/app/shop/cart.py", Module: "shop.cart"}, "py/shop/cart.py", true},
		{"python, relative", "python", event.Frame{File: "shop/cart.py"}, "py/shop/cart.py", false},
		{"python module", "python", event.Frame{Module: "shop.cart"}, "py/shop/cart.py", false},
		{"python package", "python", event.Frame{File: "__init__.py", Module: "shop"}, "py/shop/__init__.py", false},
		{"python, standard input", "python", event.Frame{File: "<stdin>", Module: ""}, "", false},
		{"java", "java", event.Frame{File: "Cart.java", Module: "com.acme.shop.Cart"}, "java/src/main/java/com/acme/shop/Cart.java", false},
		{"java, inner class, loader", "java", event.Frame{File: "Cart.java", Module: "app//com.acme.shop.Cart$Item"}, "java/src/main/java/com/acme/shop/Cart.java", false},
		{"java, another package", "java", event.Frame{File: "Cart.java", Module: "com.acme.billing.Cart"}, "", false},
		{"kotlin without the common folders", "java", event.Frame{File: "Basket.kt", Module: "com.acme.shop.BasketKt"}, "kotlin/src/main/kotlin/shop/Basket.kt", true},
		{"java, native", "java", event.Frame{File: "Native Method", Module: "com.acme.shop.Cart"}, "", false},
		{"go, trimmed", "go", event.Frame{File: "github.com/acme/shop/cart/cart.go", Module: "github.com/acme/shop/cart"}, "cart/cart.go", false},
		{"go, built in a container", "go", event.Frame{File: "/src/cart/cart.go", Module: "github.com/acme/shop/cart"}, "cart/cart.go", false},
		{"go, main, trimmed", "go", event.Frame{File: "github.com/acme/shop/main.go", Module: "main"}, "main.go", false},
		{"go, other main, trimmed", "go", event.Frame{File: "github.com/acme/shop/cmd/api/main.go", Module: "main"}, "cmd/api/main.go", false},
		{"go, nested module", "go", event.Frame{File: "/x/gen/main.go", Module: "github.com/acme/shop/tools/gen"}, "tools/gen/main.go", false},
		{"go, main, not trimmed", "go", event.Frame{File: "/src/cmd/api/main.go", Module: "main"}, "cmd/api/main.go", false},
		{"go, main, ambiguous", "go", event.Frame{File: "/src/main.go", Module: "main"}, "", false},
		{"go, another module", "go", event.Frame{File: "/src/cart/cart.go", Module: "github.com/acme/billing/cart"}, "", false},
		{"ruby", "ruby", event.Frame{File: "/rails/app/models/cart.rb"}, "rb/app/models/cart.rb", true},
		{"php", "php", event.Frame{File: "/var/www/html/php/src/Cart.php"}, "php/src/Cart.php", false},
		{"windows", "dotnet", event.Frame{File: `C:\build\cs\Shop\Cart.cs`}, "cs/Shop/Cart.cs", false},
		{"root by hand", "node", event.Frame{File: "/srv/a/src/cart.js"}, "services/a/src/cart.js", false},
		{"root by hand, no such file", "node", event.Frame{File: "/srv/a/src/gone.js"}, "", false},
		{"root by hand on Windows", "dotnet", event.Frame{File: `D:\build\src\cart.js`}, "services/a/src/cart.js", false},
		{"longer root by hand", "node", event.Frame{File: "/srv/a/special/src/cart.js"}, "services/b/src/cart.js", false},
		{"nothing", "node", event.Frame{}, "", false},
	}
	find := NewTree(tree)
	find.Modules = map[string]string{".": "github.com/acme/shop", "tools": "github.com/acme/shop/tools"}
	find.Roots = []Root{{"/srv/a/", "services/a/"}, {"/srv/a/special/", "services/b"}, {`D:\build\`, "services/a"}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, loose, ok := find.Find(tt.frame, tt.runtime)
			if !ok {
				got, loose = "", false
			}
			if got != tt.want || loose != tt.loose {
				t.Errorf("Find(%+v) = %q, loose %v; want %q, %v", tt.frame, got, loose, tt.want, tt.loose)
			}
		})
	}
}
