# A shopping cart that fails in several ways.
namespace eval cart {
    proc total {items} {
        set sum 0
        foreach item $items { incr sum [dict get $item price] }
        return $sum
    }
    proc share {parts} {
        return [expr {100 / $parts}]
    }
    proc charge {card} {
        throw {PAYMENT DECLINED} "card $card was declined"
    }
    proc pay {card} {
        no_such_command $card
    }
    proc check {} { error "invalid order:\n  - no items\nno address" }
    proc load {} { return [open /app/missing.json] }
    proc order {} { return [share] }
    proc deep {n} {
        deep [expr {$n + 1}]
    }
}
