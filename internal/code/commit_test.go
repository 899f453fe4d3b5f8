package code

import (
	"slices"
	"testing"

	"github.com/org/errmon-action/internal/event"
)

const full = "0123456789abcdef0123456789abcdef01234567"

func TestSHA(t *testing.T) {
	tests := []struct{ name, commit, release, want string }{
		{"field", "abc1234", "1.2.3", "abc1234"},
		{"whole field", full, "", full},
		{"upper case", "ABC1234DEF", "", "abc1234def"},
		{"field of other content", "v1.2.3", "", ""},
		{"too short", "abc123", "", ""},
		{"too long", full + "0", "", ""},
		{"release is a SHA", "", full, full},
		{"build metadata", "", "shop@1.2.3+abc1234", "abc1234"},
		{"branch and SHA", "", "main-abc1234", "abc1234"},
		{"image tag", "", "ghcr.io/acme/shop:abc1234", "abc1234"},
		{"image tag with a prefix", "", "acme/shop:sha-abc1234f", "abc1234f"},
		{"git describe", "", "v1.2.3-4-gabc1234", "abc1234"},
		{"slash", "", "deploy/abc1234", "abc1234"},
		{"version", "", "1.2.3", ""},
		{"digest of an image", "", "shop@sha256:" + full + full[:24], ""},
		{"end of a word", "", "facade12345x", ""},
		{"word that ends in hexadecimal", "", "release-xfacade1", ""},
		{"nothing", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := SHA(event.Version{Commit: tt.commit, Release: tt.release}); got != tt.want {
				t.Errorf("SHA(%q, %q) = %q, want %q", tt.commit, tt.release, got, tt.want)
			}
		})
	}
}

func TestTags(t *testing.T) {
	tests := []struct {
		name, release, service string
		want                   []string
	}{
		{"version", "1.2.3", "", []string{"1.2.3", "v1.2.3"}},
		{"version with v", "v1.2.3", "", []string{"1.2.3", "v1.2.3"}},
		{"service", "1.2.3", "shop", []string{"1.2.3", "shop-v1.2.3", "shop@1.2.3", "v1.2.3"}},
		{"package", "shop@1.2.3", "", []string{"1.2.3", "shop-v1.2.3", "shop@1.2.3", "v1.2.3"}},
		{"scope", "@acme/shop@1.2.3", "", []string{"1.2.3", "@acme/shop@1.2.3", "shop-v1.2.3", "shop@1.2.3", "v1.2.3"}},
		{"image", "ghcr.io/acme/shop:v1.2.3-rc.1", "", []string{"1.2.3-rc.1", "shop-v1.2.3-rc.1", "shop@1.2.3-rc.1", "v1.2.3-rc.1"}},
		{"other name", "release_42", "shop", []string{"release_42"}},
		{"not a ref", "1.2..3", "a b", nil},
		{"lock files", "shop.lock/1.2.3.lock", "", nil},
		{"lock of a version", "1.2.3.lock", "shop", nil},
		{"option", "--upload-pack=x", "", nil},
		{"none", "", "shop", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Tags(event.Version{Release: tt.release, Service: tt.service})
			if slices.Sort(got); !slices.Equal(got, tt.want) {
				t.Errorf("Tags(%q, %q) = %q, want %q", tt.release, tt.service, got, tt.want)
			}
		})
	}
}
