// Prints one warning and two errors through a logger of Go, chosen by name.
package main

import (
	"log/slog"
	"os"

	"github.com/pkg/errors"
	"github.com/rs/zerolog"
	"github.com/sirupsen/logrus"
	"go.uber.org/zap"
)

func fail() error { return errors.New("card 4111 was declined") }

var loggers = map[string]func(){
	"zap": func() {
		log := zap.Must(zap.NewProduction()).Named("shop")
		log.Warn("slow", zap.String("request_id", "r-7"))
		log.Error("checkout failed", zap.Error(fail()))
		log.Error("no stock")
	},
	"zap_console": func() {
		log := zap.Must(zap.NewDevelopment()).Named("shop")
		log.Warn("slow")
		log.Error("checkout failed", zap.String("order", "7"))
		log.Error("no stock")
	},
	"slog_json":   func() { useSlog(slog.NewJSONHandler(os.Stdout, nil)) },
	"slog_text":   func() { useSlog(slog.NewTextHandler(os.Stdout, nil)) },
	"slog":        func() { useSlog(slog.Default().Handler()) },
	"logrus":      func() { useLogrus(&logrus.TextFormatter{}) },
	"logrus_json": func() { useLogrus(&logrus.JSONFormatter{}) },
	"logrus_tty":  func() { useLogrus(&logrus.TextFormatter{ForceColors: true}) },
	"zerolog": func() {
		log := zerolog.New(os.Stdout).With().Timestamp().Str("service", "shop").Logger()
		log.Warn().Str("request_id", "r-7").Msg("slow")
		log.Error().Err(fail()).Msg("checkout failed")
		log.Error().Msg("no stock")
	},
	"zerolog_console": func() {
		log := zerolog.New(zerolog.ConsoleWriter{Out: os.Stdout}).With().Timestamp().Logger()
		log.Warn().Msg("slow")
		log.Error().Err(fail()).Msg("checkout failed")
		log.Error().Msg("no stock")
	},
}

func useSlog(h slog.Handler) {
	log := slog.New(h)
	log.Warn("slow", "request_id", "r-7")
	log.Error("checkout failed", "err", fail())
	log.Error("no stock", "err", nil)
}

func useLogrus(f logrus.Formatter) {
	log := logrus.New()
	log.SetFormatter(f)
	log.WithField("request_id", "r-7").Warn("slow")
	log.WithError(fail()).Error("checkout failed")
	log.Error("no stock")
}

func main() { loggers[os.Args[1]]() }
