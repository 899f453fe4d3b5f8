package com.acme.shop;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Prints one failure of Java, chosen by name. See ../generate.sh. */
public class Shop {
    static class Declined extends Exception {
        Declined(String message, Throwable cause) { super(message, cause); }
    }

    static class Gateway implements AutoCloseable {
        void charge(String card) throws IOException { throw new IOException("no answer for card " + card); }
        @Override public void close() { throw new IllegalStateException("gateway is busy"); }
    }

    record Item(Integer price) {}

    static int total(List<Item> items) { return items.stream().mapToInt(item -> item.price()).sum(); }

    static void pay(String card) throws Declined {
        try {
            new Gateway().charge(card);
        } catch (IOException e) {
            throw new Declined("payment failed", e);
        }
    }

    static void checkout() {
        try {
            pay("4111");
        } catch (Declined e) {
            throw new RuntimeException("checkout failed", e);
        }
    }

    static int depth(int n) { return depth(n + 1) + 1; }

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "uncaught" -> total(List.of(new Item(null)));
            case "cause" -> checkout();
            case "suppressed" -> { try (Gateway g = new Gateway()) { g.charge("4111"); } }
            case "suppressed_cause" -> {
                try (Gateway g = new Gateway()) { pay("4111"); }
            }
            case "logged" -> {
                try { checkout(); } catch (RuntimeException e) {
                    Logger.getLogger("com.acme.shop.Checkout").log(Level.SEVERE, "order 7 failed", e);
                }
            }
            case "multiline" -> {
                try { throw new IllegalArgumentException("2 errors in order:\nno items\n  no address"); }
                catch (IllegalArgumentException e) { throw new IllegalStateException(e); }
            }
            case "future" -> CompletableFuture.supplyAsync(() -> total(List.of(new Item(null)))).join();
            case "pool" -> Executors.newSingleThreadExecutor().execute(() -> { throw new UnsupportedOperationException(); });
            case "number" -> Integer.parseInt("four");
            case "cast" -> System.out.println((String) (Object) 7);
            case "overflow" -> depth(0);
            case "reflection" -> Shop.class.getDeclaredMethod("checkout").invoke(null);
            case "memory" -> System.out.println(new int[Integer.MAX_VALUE].length);
            case "no_class" -> Class.forName("com.acme.Missing");
            default -> throw new AssertionError(args[0]);
        }
    }
}
