RATES = {"CHF": 1.0, "EUR": 0.96}


def address_line(event):
    address = event["address"]
    return ", ".join([address["city"], address["country"]])


def convert(event):
    return event["amount"] * rate(event["currency"])


def rate(currency):
    return RATES[currency]


def total(event):
    return sum(parse_amount(text) for text in event["amounts"])


def parse_amount(text):
    return int(text)


def average_price(event):
    prices = event["prices"]
    return sum(prices) / len(prices)


def discount_of(event):
    return event["customer"]["contract"].get("discount", 0)


def flatten(event):
    bundle = {"parts": []}
    bundle["parts"].append(bundle)
    return count_parts(bundle)


def count_parts(bundle):
    return 1 + sum(map(count_parts, bundle["parts"]))
