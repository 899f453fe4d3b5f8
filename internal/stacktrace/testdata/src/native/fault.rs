// A recursion without an end.
fn total(prices: &[u64], i: usize) -> u64 {
    if prices.is_empty() {
        return 0;
    }
    prices[i % prices.len()] + total(prices, i + 1)
}

fn main() {
    println!("{}", total(&[12, 30], 0));
}
