def broken(
  1 +
