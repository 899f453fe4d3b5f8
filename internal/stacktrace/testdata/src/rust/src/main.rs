//! Prints one failure of Rust, chosen by name. See ../generate.sh.
mod cart;

use cart::{Cart, Price};
use std::cell::RefCell;
use std::collections::HashMap;

#[derive(Debug)]
#[allow(dead_code)]
enum PaymentError {
    Declined { card: String },
}

#[inline(never)]
fn charge(card: &str) -> Result<(), PaymentError> {
    Err(PaymentError::Declined { card: card.to_string() })
}

#[inline(never)]
fn generic<T: std::fmt::Debug>(value: Option<T>) -> T {
    value.unwrap()
}

#[inline(never)]
fn sell() {
    panic!("no stock of {}", "SHOE-1")
}

#[inline(never)]
fn check() {
    panic!("invalid order:\n  - no items\nno address")
}

#[inline(never)]
fn advance() {
    unreachable!("state {}", 3)
}

#[inline(never)]
fn refund() {
    todo!()
}

fn main() {
    let cart = Cart { items: vec![1, 2] };
    let name = std::env::args().nth(1).unwrap();
    let zero: u32 = std::env::args().count() as u32 - 2;
    match name.as_str() {
        "index" => println!("{}", cart.item(7)),
        "divide" => println!("{}", cart.share(zero)),
        "expect" => println!("{}", cart.total(&HashMap::new())),
        "unwrap" => charge("4111").unwrap(),
        "none" => println!("{}", generic::<u32>(None)),
        "parse" => println!("{}", cart.price("many")),
        "message" => sell(),
        "multiline" => check(),
        "closure" => (0..2).for_each(|i| println!("{}", cart.share(i))),
        "thread" => {
            let worker = std::thread::Builder::new().name("checkout-1".to_string());
            let _ = worker.spawn(|| Cart { items: vec![] }.item(0)).unwrap().join();
        }
        "borrow" => {
            let stock = RefCell::new(1);
            let _one = stock.borrow_mut();
            let _two = stock.borrow_mut();
        }
        "unreachable" => advance(),
        "todo" => refund(),
        "assert" => assert_eq!(cart.items.len(), 3, "a cart of three"),
        "slice" => println!("{}", &name[..40]),
        "overflow" => println!("{}", u8::try_from(cart.items.len() + 300).unwrap()),
        _ => {}
    }
}
