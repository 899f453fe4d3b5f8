//! A shopping cart that fails in several ways.
use std::collections::HashMap;

pub struct Cart {
    pub items: Vec<u32>,
}

pub trait Price {
    fn price(&self, item: &str) -> u32;
}

impl Cart {
    #[inline(never)]
    pub fn item(&self, at: usize) -> u32 {
        self.items[at]
    }

    #[inline(never)]
    pub fn share(&self, parts: u32) -> u32 {
        100 / parts
    }

    #[inline(never)]
    pub fn total(&self, prices: &HashMap<u32, u32>) -> u32 {
        self.items.iter().map(|item| *prices.get(item).expect("no price")).sum()
    }
}

impl Price for Cart {
    #[inline(never)]
    fn price(&self, item: &str) -> u32 {
        item.parse().unwrap()
    }
}
