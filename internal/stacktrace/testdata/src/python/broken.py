price = (1,
currency = "EUR"
