package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/debug"
	"time"
)

type service struct {
	rnd     *rand.Rand
	now     time.Time
	printed int
	log     *slog.Logger
}

func newService(rnd *rand.Rand, now time.Time) *service {
	s := &service{rnd: rnd, now: now}
	s.log = slog.New(slog.NewJSONHandler(s, &slog.HandlerOptions{ReplaceAttr: s.stamp})).With("service", "ledger")
	return s
}

// Write counts the lines that pass through to standard output.
func (s *service) Write(p []byte) (int, error) {
	s.printed += bytes.Count(p, []byte("\n"))
	return os.Stdout.Write(p)
}

// stamp replaces the time of a record by the service's own clock.
func (s *service) stamp(groups []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey && len(groups) == 0 {
		s.now = s.now.Add(time.Duration(3+s.rnd.IntN(600)) * time.Millisecond)
		a.Value = slog.TimeValue(s.now)
	}
	return a
}

// serve is where the errors and panics of all requests are logged.
func (s *service) serve(r request) {
	log := s.log.With("request_id", s.hex(16), "user", "u_"+s.hex(8))
	defer func() {
		if v := recover(); v != nil {
			log.Error("panic recovered", "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	if err := r.handle(s); err != nil {
		log.Error("request failed", "error", err)
	}
}

// supervise runs a worker process that crashes; what it prints ends up in the
// same log, as it does in a container.
func (s *service) supervise(job string) error {
	s.log.Info("worker started", "job", job)
	cmd := exec.Command("/proc/self/exe", "-worker", job)
	cmd.Stdout, cmd.Stderr = s, s
	s.log.Info("worker replaced", "job", job, "was", cmd.Run().Error())
	return nil
}

func (s *service) healthy() {
	switch s.rnd.IntN(10) {
	case 0:
		s.log.Info("reconciliation done: 0 errors", "entries", s.rnd.IntN(900), "error", nil)
	case 1:
		s.log.Info("batch settled", "failed", 0, "panics", 0, "duration", time.Duration(s.rnd.IntN(9e8)).String())
	case 2:
		s.log.Warn("quote is stale, using it", "age", time.Duration(61+s.rnd.IntN(40))*time.Second)
	default:
		s.log.Info("request served", "method", "POST", "path", fmt.Sprintf("/accounts/%d/entries", s.id()), "status", 201, "ms", s.rnd.IntN(80))
	}
}

func (s *service) id() int { return 100000 + s.rnd.IntN(900000) }

func (s *service) host() string {
	return fmt.Sprintf("127.%d.%d.%d", 16+s.rnd.IntN(16), 1+s.rnd.IntN(250), 1+s.rnd.IntN(250))
}

func (s *service) hex(digits int) string {
	return fmt.Sprintf("%016x", s.rnd.Uint64())[:digits]
}
