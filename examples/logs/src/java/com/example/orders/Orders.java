package com.example.orders;

import java.time.LocalDate;
import java.util.List;

/** Orders and what can be done with them. */
final class Orders {
  record Address(String city) {}

  record Customer(String name, Address address) {}

  record Order(int id, Customer customer, List<String> items) {}

  static final class OrderFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OrderFormatException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  String greeting(Order order) {
    return "Dear " + order.customer().name();
  }

  String label(Order order) {
    return order.id() + " " + city(order.customer());
  }

  private String city(Customer customer) {
    return customer.address().city();
  }

  int quantity(int order, String text) {
    try {
      return parse(text);
    } catch (NumberFormatException e) {
      throw new OrderFormatException("quantity of order " + order + " is no number", e);
    }
  }

  private int parse(String text) {
    return Integer.parseInt(text);
  }

  int share(int cents, int parts) {
    return cents / parts;
  }

  String ship(int id, String state) {
    require(state, "PAID", id);
    return "shipped";
  }

  String refund(int id, String state) {
    require(state, "PAID", id);
    return "refunded";
  }

  private void require(String state, String wanted, int id) {
    if (!state.equals(wanted)) {
      throw new IllegalStateException("order " + id + " is " + state + ", not " + wanted);
    }
  }

  LocalDate deliverOn(String day) {
    return LocalDate.parse(day);
  }
}
