package story

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// in runs a command in a folder and returns what it prints.
func in(t *testing.T, folder string, command ...string) string {
	t.Helper()
	out, err := tryIn(folder, command...)
	if err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
	return out
}

func tryIn(folder string, command ...string) (string, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b.example", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b.example")
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

const digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// TestReleaseTags runs the scripts of a release in a temporary repository.
func TestReleaseTags(t *testing.T) {
	for _, tool := range []string{"bash", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s", tool)
		}
	}
	scripts, err := filepath.Abs(filepath.Join(guideRoot(), ".github/release"))
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	script := func(name string, args ...string) string {
		t.Helper()
		return in(t, home, append([]string{"bash", filepath.Join(scripts, name)}, args...)...)
	}
	git := func(args ...string) string { t.Helper(); return in(t, home, append([]string{"git"}, args...)...) }
	action := string(read(t, guideRoot(), "action.yml"))
	if err := os.WriteFile(filepath.Join(home, "action.yml"), []byte(action), 0o644); err != nil {
		t.Fatal(err)
	}
	git("init", "--quiet", "--initial-branch=main")
	git("add", ".")
	git("commit", "--quiet", "--message", "Add the action")
	const image = "ghcr.io/acme/errmon-action" + digest

	first := script("tag.sh", "v1.9.0", image)
	if got, want := git("show", "v1.9.0:action.yml")+"\n", strings.Replace(action, "image: Dockerfile", "image: docker://"+image, 1); got != want {
		t.Errorf("the release's action.yml:\n%s", got)
	}
	if git("show", "main:action.yml")+"\n" != action || git("status", "--porcelain") != "" || git("rev-parse", "v1.9.0^") != git("rev-parse", "main") {
		t.Error("main or the work tree changed, or the release is not on top of main")
	}
	if moved := script("major.sh", "v1.9.0"); moved != "v1" || git("rev-parse", "v1") != first {
		t.Errorf("moved %q", moved)
	}
	git("commit", "--quiet", "--allow-empty", "--message", "Mend the counts")
	second := script("tag.sh", "v1.10.0", image)
	notes := script("notes.sh", "v1.10.0", image, "acme/errmon-action")
	for _, want := range []string{"acme/errmon-action@" + second, "gh attestation verify oci://" + image + " --repo acme/errmon-action", "- Mend the counts"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes lack %q:\n%s", want, notes)
		}
	}
	script("tag.sh", "v1.9.1", image)
	script("major.sh", "v1.10.0")
	if out := script("major.sh", "v1.9.1"); !strings.Contains(out, "v1.10.0 is newer") || git("rev-parse", "v1") != second {
		t.Errorf("an older release moved v1: %s", out)
	}
	for _, args := range [][]string{{"v1.10.0", image}, {"1.2.3", image}, {"v1.2.3", "ghcr.io/acme/errmon-action:v1"}, {"v1.2.3", image + "|x"}} {
		if out, err := tryIn(home, append([]string{"bash", filepath.Join(scripts, "tag.sh")}, args...)...); err == nil {
			t.Errorf("tag.sh %v did not fail: %s", args, out)
		}
	}
}

// TestReleasedImageAsNewUser releases an image to a registry on loopback, which stands in for ghcr.io, and
// runs the README's workflow with it. It prints the seconds until the first issue.
func TestReleasedImageAsNewUser(t *testing.T) {
	if os.Getenv("ERRMON_ACT") == "" {
		t.Skip("set ERRMON_ACT to run the action under act")
	}
	repository, dist := clone(t), t.TempDir()
	name := registryOnLoopback(t) + "/org/errmon-action"
	in(t, repository, "docker", "build", "--quiet", "--build-arg", "STAMP=v1.0.0 0123abc 2026-11-22T10:00:00Z", "--tag", name, ".")
	in(t, repository, "docker", "push", "--quiet", name)
	image := in(t, repository, "docker", "inspect", "--format", "{{index .RepoDigests 0}}", name)
	if version := in(t, repository, "docker", "run", "--rm", image, "--version"); !strings.HasPrefix(version, "errmon v1.0.0 0123abc 2026-11-22T10:00:00Z (go") {
		t.Errorf("--version prints %q", version)
	}
	t.Log(in(t, repository, "bash", ".github/release/assets.sh", image, dist, "amd64"))
	program, err := os.Stat(filepath.Join(dist, "errmon-linux-amd64"))
	if err != nil || program.Size() > 15_000_000 {
		t.Errorf("%v: %d bytes, want at most 15,000,000", err, program.Size())
	}
	if sbom := string(read(t, dist, "errmon-linux-amd64.sbom.json")); !strings.Contains(sbom, `"CycloneDX"`) || !strings.Contains(sbom, "github.com/google/go-github/v62") {
		t.Errorf("SBOM:\n%.1000s", sbom)
	}
	t.Logf("%d bytes, starts in %s", program.Size(), startTime(t, filepath.Join(dist, "errmon-linux-amd64")))
	in(t, repository, "bash", ".github/release/tag.sh", "v1.0.0", image)
	in(t, repository, "git", "checkout", "--quiet", in(t, repository, "bash", ".github/release/major.sh", "v1.0.0"))
	in(t, repository, "docker", "rmi", "--force", image, name)

	u := newUser(t, repository, map[string]string{"errmon.yml": quickStart(t)})
	out, took := u.act(t, "errmon.yml")
	if len(u.github.Issues()) != 2 { // the error's issue and the dashboard
		t.Fatalf("issues %v\n%s", u.github.Issues(), out)
	}
	t.Logf("first issue after %s, with the image pulled", took)
}

// startTime returns the fastest of several starts.
func startTime(t *testing.T, program string) time.Duration {
	t.Helper()
	fastest := time.Hour
	for range 20 {
		started := time.Now()
		in(t, ".", program, "--version")
		fastest = min(fastest, time.Since(started))
	}
	return fastest.Round(100 * time.Microsecond)
}

// registryOnLoopback serves a registry in memory and returns its address.
func registryOnLoopback(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	install := exec.Command("go", "install", "github.com/google/go-containerregistry/cmd/registry@v0.20.6")
	install.Env = append(os.Environ(), "GOBIN="+bin)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("install: %v\n%s", err, out)
	}
	ctx, stop := context.WithCancel(t.Context())
	registry := exec.CommandContext(ctx, filepath.Join(bin, "registry"), "-port", "0")
	log, err := registry.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := registry.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(log)
	lines.Scan()
	go func() {
		for lines.Scan() { // so the registry never waits for a reader
		}
	}()
	t.Cleanup(func() { stop(); registry.Wait() })
	port := regexp.MustCompile(`port (\d+)`).FindStringSubmatch(lines.Text())
	if port == nil {
		t.Fatalf("the registry says %q", lines.Text())
	}
	return "localhost:" + port[1]
}
