package com.example.orders;

import java.io.IOException;
import java.net.Socket;
import java.util.Currency;
import java.util.concurrent.CompletableFuture;

/** Takes money, or fails to. */
final class Payments {
  static final class PaymentException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PaymentException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** A booking whose rollback fails too, so that its exception carries a suppressed one. */
  private record Booking(int order) implements AutoCloseable {
    void commit() {
      throw new IllegalArgumentException("order " + order + " was booked before");
    }

    @Override
    public void close() {
      throw new IllegalStateException("rollback of order " + order + " refused");
    }
  }

  String charge(int order, String host) {
    try {
      return authorize(order, host);
    } catch (PaymentException e) {
      throw new RuntimeException("charge failed", e);
    }
  }

  private String authorize(int order, String host) {
    try {
      return connect(host, 8443);
    } catch (IOException e) {
      throw new PaymentException("acquirer " + host + " did not authorize order " + order, e);
    }
  }

  String connect(String host, int port) throws IOException {
    try (Socket socket = new Socket(host, port)) {
      return socket.toString();
    }
  }

  Currency quote(String code) {
    return CompletableFuture.supplyAsync(() -> Currency.getInstance(code), Runnable::run).join();
  }

  String book(int order) {
    try (Booking booking = new Booking(order)) {
      booking.commit();
      return "booked";
    }
  }
}
