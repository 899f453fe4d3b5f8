// Prints one failure of .NET, chosen by name. See ../generate.sh.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Acme.Shop
{
    public class PaymentException : Exception
    {
        public PaymentException(string message, Exception inner) : base(message, inner) { }
    }

    public class Item { public string Price; }

    public class Cart
    {
        private readonly List<Item> items;
        public Cart(params Item[] items) { this.items = items.ToList(); }
        public int Total() { return items.Select(item => item.Price.Length).Sum(); }
        public int Share(int parts) { return 100 / parts; }

        public void Pay(string card)
        {
            try { Charge(card); }
            catch (ArgumentException e) { throw new PaymentException("payment failed", e); }
        }

        private void Charge(string card) { throw new ArgumentException("card " + card + " was declined"); }

        public async Task<int> PayAsync(string card)
        {
            await Task.Delay(1);
            Charge(card);
            return 1;
        }

        public int this[string name] { get { return new Dictionary<string, int>()[name]; } }

        public IEnumerable<int> Shares()
        {
            for (var parts = 2; parts >= 0; parts--) yield return Share(parts);
        }

        public T Find<T>(IEnumerable<T> all) where T : class { return all.First(); }
    }

    public static class Currency
    {
        public static readonly string Name = Lookup("DEM");
        private static string Lookup(string name) { throw new NotSupportedException("no such currency: " + name); }
    }

    public static class Program
    {
        private static void Logged(Action action)
        {
            try { action(); }
            catch (Exception e) { Console.Error.WriteLine(e); }
        }

        public static void Main(string[] args)
        {
            var cart = new Cart(new Item());
            switch (args[0])
            {
                case "uncaught": cart.Total(); break;
                case "zero": cart.Share(0); break;
                case "cause": cart.Pay("4111"); break;
                case "logged": Logged(() => cart.Pay("4111")); break;
                case "async": cart.PayAsync("4111").Wait(); break;
                case "awaited": Logged(() => cart.PayAsync("4111").GetAwaiter().GetResult()); break;
                case "indexer": Console.WriteLine(cart["amount"]); break;
                case "iterator": Logged(() => cart.Shares().ToList()); break;
                case "generic": Logged(() => cart.Find(new string[0])); break;
                case "initializer": Logged(() => Console.WriteLine(Currency.Name)); break;
                case "range": Logged(() => Console.WriteLine(new int[1][args.Length])); break;
                case "cast": Logged(() => Console.WriteLine((string)(object)cart)); break;
                case "format": Logged(() => int.Parse("many")); break;
                case "aggregate": Logged(() => Task.WaitAll(cart.PayAsync("1"), cart.PayAsync("2"))); break;
                case "multiline": Logged(() => { throw new PaymentException("invalid order:\n  - no items\nno address", null); }); break;
                case "thread": var t = new Thread(() => cart.Share(0)); t.Start(); t.Join(); break;
                case "missing_file": Logged(() => System.IO.File.ReadAllText("/app/missing.json")); break;
            }
        }
    }
}
