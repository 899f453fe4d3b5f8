<?php
// Prints one failure of PHP, chosen by name. See ../generate.sh.
namespace App;

use Acme\Wallet\Wallet;
use App\Shop\Cart;

require __DIR__ . '/Cart.php';
require __DIR__ . '/vendor/acme/wallet/src/Wallet.php';

$failures = [
    'uncaught' => fn () => (new Cart([['price' => null]]))->total(),
    'zero' => fn () => (new Cart([]))->share(0),
    'cause' => fn () => (new Cart([]))->pay('4111'),
    'static_call' => fn () => Cart::open('DEM'),
    'type' => fn () => (new Cart([]))->share('many'),
    'arguments' => fn () => (new Cart([]))->share(),
    'undefined_function' => fn () => (new Cart([]))->callUnknown(),
    'undefined_class' => fn () => (new Cart([]))->makeUnknown(),
    'package' => fn () => (new Wallet())->eachCoin(fn ($coin) => (new Cart([]))->share($coin - 1)),
    'json' => fn () => json_decode('{"price": }', false, 512, JSON_THROW_ON_ERROR),
    'multiline' => fn () => (new Cart([]))->check(),
    'no_message' => fn () => (new Cart([]))->close(),
    'recursion' => fn () => (new Cart([]))->deep(5),
    'memory' => fn () => (new Cart([]))->fill(),
    'missing_file' => fn () => (new Cart([]))->load(),
    'syntax' => fn () => require __DIR__ . '/broken.php',
    'generator' => function () {
        $coins = (function () {
            yield 1;
            yield (new Cart([]))->share(0);
        })();
        foreach ($coins as $coin) {
        }
    },
    'logged' => function () {
        try {
            (new Cart([]))->pay('4111');
        } catch (\Throwable $e) {
            error_log((string) $e);
        }
    },
    'monolog' => function () {
        try {
            (new Cart([]))->share(0);
        } catch (\Throwable $e) {
            error_log(sprintf("[2026-11-22T10:00:00.123456+00:00] app.ERROR: %s {\"exception\":\"[object] (%s(code: %d): %s at %s:%d)\n[stacktrace]\n%s\n\"} []",
                $e->getMessage(), get_class($e), $e->getCode(), $e->getMessage(), $e->getFile(), $e->getLine(), $e->getTraceAsString()));
        }
    },
];

$failures[$argv[1]]();
