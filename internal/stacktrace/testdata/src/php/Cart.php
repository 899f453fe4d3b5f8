<?php
namespace App\Shop;

class PaymentException extends \RuntimeException
{
}

class Cart
{
    public function __construct(private array $items)
    {
    }

    public function total(): int
    {
        return array_sum(array_map(fn ($item) => $item['price']->amount(), $this->items));
    }

    public function share(int $parts): int
    {
        return intdiv(100, $parts);
    }

    public function pay(string $card): void
    {
        try {
            $this->charge($card);
        } catch (\InvalidArgumentException $e) {
            throw new PaymentException('payment failed', 7, $e);
        }
    }

    private function charge(string $card): void
    {
        throw new \InvalidArgumentException("card $card was declined");
    }

    public function deep(int $n): int
    {
        return $n === 0 ? $this->share(0) : $this->deep($n - 1);
    }

    public function fill(): void
    {
        $items = [];
        while (true) {
            $items[] = str_repeat('x', 1 << 20);
        }
    }

    public function check(): void
    {
        throw new PaymentException("invalid order:\n  - no items\nno address");
    }

    public function close(): void
    {
        throw new PaymentException();
    }

    public function callUnknown(): int
    {
        return no_such_function(1);
    }

    public function makeUnknown(): object
    {
        return new Missing();
    }

    public function load(): void
    {
        @require '/app/missing.php';
    }

    public static function open(string $currency): self
    {
        throw new \DomainException("no such currency: $currency");
    }
}
