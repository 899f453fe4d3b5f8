package com.example.orders;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** The requests that reach the service: those it takes, and the failures the driver draws from. */
final class Requests {
  private final Log log;
  private final Random rnd;
  private final Map<String, Runnable> failing = new TreeMap<>();

  Requests(Log log, Random rnd) {
    this.log = log;
    this.rnd = rnd;
    Orders orders = new Orders();
    Stock stock = new Stock();
    Payments payments = new Payments();

    handle("order without customer", () -> orders.greeting(new Orders.Order(id(), null, List.of())));
    handle("customer without address", () -> orders.label(new Orders.Order(id(), new Orders.Customer("Ada", null), List.of())));
    handle("quantity with a comma", () -> orders.quantity(id(), (1 + rnd.nextInt(9)) + ",5"));
    handle("share of no parts", () -> orders.share(1000 + rnd.nextInt(9000), 0));
    handle("shipping a cancelled order", () -> orders.ship(id(), "CANCELLED"));
    handle("refunding an open order", () -> orders.refund(id(), "OPEN"));
    handle("delivery date in words", () -> orders.deliverOn("next " + pick("Monday", "Friday", "Sunday")));
    handle("shelf beyond the last", () -> stock.shelf(5 + rnd.nextInt(20)));
    handle("stock list changed while read", () -> stock.dropEmpty());
    handle("warehouse of unknown region", () -> stock.warehouse(pick("oceania", "antarctica")));
    handle("price list file missing", () -> stock.prices("prices-" + (100 + rnd.nextInt(900)) + ".csv"));
    handle("weight stored as text", () -> stock.weight(Map.of("weight", id() + " g")));
    handle("acquirer down", () -> payments.charge(id(), host()));
    handle("currency unknown to async quote", () -> payments.quote(pick("XQQ", "XRR", "XSS")));
    handle("rollback failed after failed booking", () -> payments.book(id()));

    failing.put("payment rejected", () -> log.error(Payments.class, "Payment %d rejected by acquirer: code %02d", id(), 51 + rnd.nextInt(40)));
    failing.put("order stuck", () -> log.error(Orders.class, "Order %d stuck in state PENDING for %d s", id(), 900 + rnd.nextInt(9000)));
    failing.put("uncaught in worker", () -> stock.recount(id()));
  }

  Map<String, Runnable> failing() {
    return failing;
  }

  void healthy() {
    switch (rnd.nextInt(10)) {
      case 0 -> log.info(Stock.class, "Stock reconciled: %d items, 0 errors", 100 + rnd.nextInt(900));
      case 1 -> log.info(Payments.class, "Settlement file sent, errors=0 exception=none duration=%dms", rnd.nextInt(900));
      case 2 -> log.info(Requests.class, "Error page cache refreshed in %d ms", 1 + rnd.nextInt(40));
      default -> log.info(Requests.class, "POST /orders/%d 200 in %d ms for user u_%08x", id(), 2 + rnd.nextInt(300), rnd.nextInt());
    }
  }

  /** A failure that the service gets over by itself: a trace, and yet no error. */
  void retried() {
    try {
      new Payments().connect(host(), 9443);
    } catch (Exception e) {
      log.warn(Payments.class, "Risk service did not answer, attempt 1 of 3", e);
    }
  }

  private void handle(String name, Callable<?> request) {
    failing.put(name, () -> {
      try {
        log.info(Requests.class, "answered %s", request.call());
      } catch (Exception e) {
        log.error(Requests.class, "Request failed", e);
      }
    });
  }

  private int id() {
    return 100000 + rnd.nextInt(900000);
  }

  private String host() {
    return "127.%d.%d.%d".formatted(16 + rnd.nextInt(16), 1 + rnd.nextInt(250), 1 + rnd.nextInt(250));
  }

  private String pick(String... choices) {
    return choices[rnd.nextInt(choices.length)];
  }
}
