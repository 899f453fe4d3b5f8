package com.example.orders;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What lies in which warehouse. */
final class Stock {
  private final int[] shelves = new int[5];
  private final List<String> regions = List.of("emea", "apac", "latam");

  int shelf(int number) {
    return shelves[number];
  }

  int dropEmpty() {
    List<Integer> counts = new ArrayList<>(List.of(3, 0, 7, 0));
    for (Integer count : counts) {
      if (count == 0) {
        counts.remove(count);
      }
    }
    return counts.size();
  }

  String warehouse(String region) {
    return regions.stream().filter(r -> r.equals(region)).map(this::nearest).findFirst().orElseThrow();
  }

  private String nearest(String region) {
    return region + "-1";
  }

  List<String> prices(String file) {
    return read(Path.of("/srv/prices", file));
  }

  private List<String> read(Path path) {
    try {
      return Files.readAllLines(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int weight(Map<String, Object> item) {
    return (Integer) item.get("weight");
  }

  void recount(int shelf) {
    if (shelves.length < shelf) {
      throw new UnsupportedOperationException("recount of shelf " + shelf + " by worker");
    }
  }
}
