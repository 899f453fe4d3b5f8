package com.example.orders;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Drives the order service with made-up requests. The seed decides which failures happen; seed and start decide how
 * often, in which order, and with which ids.
 */
public final class Main {
  private final Random rnd;
  private final Log log;
  private final Requests requests;
  private final int lines;
  private int printed;

  private Main(String seed, Instant start, int lines) {
    this.rnd = new Random((seed + start).hashCode());
    this.lines = lines;
    PrintStream out = new PrintStream(new LineCounter(new FileOutputStream(FileDescriptor.out)), true, StandardCharsets.UTF_8);
    System.setOut(out);
    System.setErr(out); // a container's log holds both
    this.log = new Log(out, start, rnd);
    this.requests = new Requests(log, rnd);
  }

  public static void main(String[] args) throws Exception {
    Map<String, String> flags = new HashMap<>();
    for (int i = 0; i + 1 < args.length; i += 2) {
      flags.put(args[i], args[i + 1]);
    }
    String seed = flags.getOrDefault("--seed", "1");
    Instant start = Instant.parse(flags.getOrDefault("--start", "2026-11-22T10:00:00Z"));
    Main main = new Main(seed, start, Integer.parseInt(flags.getOrDefault("--lines", "150")));
    String truth = main.run(new Random(seed.hashCode() * 31L));
    if (flags.containsKey("--truth")) {
      Files.writeString(Path.of(flags.get("--truth")), truth);
    }
  }

  /** Draws which failures happen, lets them happen among healthy requests, and returns the truth about them. */
  private String run(Random draw) throws InterruptedException {
    List<String> names = new ArrayList<>(requests.failing().keySet());
    Collections.shuffle(names, draw);
    StringBuilder truth = new StringBuilder();
    List<String> todo = new ArrayList<>();
    for (String name : names.subList(0, 5 + draw.nextInt(4))) {
      int count = rnd.nextInt(3) == 0 ? 1 : 2 + rnd.nextInt(Math.max(1, lines / 40 - 1));
      truth.append("{\"failure\":\"java/%s\",\"count\":%d}%n".formatted(name, count));
      todo.addAll(Collections.nCopies(count, name));
    }
    Collections.shuffle(todo, rnd);
    inThread(requests::retried);
    for (int i = 0; i < todo.size(); i++) {
      for (int gap = rnd.nextInt(3); gap > 0 || printed < (long) lines * i / todo.size(); gap--) {
        inThread(requests::healthy);
      }
      inThread(requests.failing().get(todo.get(i)));
    }
    while (printed < lines) {
      inThread(requests::healthy);
    }
    return truth.toString();
  }

  /** A request runs alone in a thread of its own, so that a trace starts where a service's does and order is kept. */
  private void inThread(Runnable request) throws InterruptedException {
    Thread thread = new Thread(request, "http-nio-8080-exec-" + (1 + rnd.nextInt(10)));
    thread.start();
    thread.join();
  }

  private final class LineCounter extends OutputStream {
    private final OutputStream out;

    LineCounter(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      printed += b == '\n' ? 1 : 0;
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      for (int i = 0; i < length; i++) {
        printed += bytes[offset + i] == '\n' ? 1 : 0;
      }
      out.write(bytes, offset, length);
    }
  }
}
