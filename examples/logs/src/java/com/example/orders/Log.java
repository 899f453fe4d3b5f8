package com.example.orders;

import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;

/** Lays lines out as logback does with {@code %d %-5level [%thread] %logger{20} - %msg%n%ex}. */
final class Log {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS").withZone(ZoneOffset.UTC);

  private final PrintStream out;
  private final Random rnd;
  private Instant now;

  Log(PrintStream out, Instant start, Random rnd) {
    this.out = out;
    this.now = start;
    this.rnd = rnd;
  }

  void info(Class<?> logger, String format, Object... args) {
    print("INFO ", logger, format.formatted(args));
  }

  void warn(Class<?> logger, String message, Throwable thrown) {
    print("WARN ", logger, message);
    thrown.printStackTrace(out);
  }

  void error(Class<?> logger, String format, Object... args) {
    print("ERROR", logger, format.formatted(args));
  }

  void error(Class<?> logger, String message, Throwable thrown) {
    print("ERROR", logger, message);
    thrown.printStackTrace(out);
  }

  private void print(String level, Class<?> logger, String message) {
    now = now.plusMillis(5 + rnd.nextInt(700));
    String name = "c.e.orders." + logger.getSimpleName();
    out.printf("%s %s [%s] %s - %s%n", TIME.format(now), level, Thread.currentThread().getName(), name, message);
  }
}
