#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

// A shop whose process dies in as many ways as C++ has.
struct Cart {
  std::vector<int> prices;
  int *total;
  int Sum(int n) const;
  void Pay(const std::string &card) const;
};

int Cart::Sum(int n) const {
  total[n] = prices[0];
  return total[n];
}

void Cart::Pay(const std::string &card) const {
  throw std::runtime_error("card " + card + " was declined");
}

static int freed(Cart &cart) {
  delete[] cart.total;
  return cart.Sum(0);
}

static int leaked(Cart &cart) {
  cart.total = new int[8];
  cart.total = nullptr;
  return 0;
}

int main(int argc, char **argv) {
  std::string name = argc > 1 ? argv[1] : "";
  Cart cart{{12, 30}, new int[2]};
  if (name == "freed") return freed(cart);
  if (name == "overflow") return cart.Sum(2);
  if (name == "null") { cart.total = nullptr; return cart.Sum(0); }
  if (name == "leaked") return leaked(cart);
  if (name == "exception") cart.Pay("4111");
  if (name == "range") return cart.prices.at(argc + 5);
  if (name == "thrown") throw 7;
  if (name == "twice") { free(cart.total); free(cart.total); }
  if (name == "pointer") { free(reinterpret_cast<char *>(cart.total) + 4); }
  if (name == "smashed") { char b[8]; memset(b, 'x', 64 * argc); puts(b); }
  return 0;
}
