<?php
// Stands for a package that the application depends on.
namespace Acme\Wallet;

class Wallet
{
    public function eachCoin(callable $take): array
    {
        return array_map($take, [1, 2]);
    }
}
