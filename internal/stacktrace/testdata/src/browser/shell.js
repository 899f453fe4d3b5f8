// Runs shop.js in V8 as a page would: under an address, with print as its way
// out; or prints it as one script, with the address, for SpiderMonkey's shell.
const fs = require('node:fs');
const vm = require('node:vm');

const source = fs.readFileSync(`${__dirname}/shop.js`, 'utf8');
const address = 'https://shop.example/assets/main.3f2a9c1b.js';
const name = process.argv[2];
if (process.argv[3] === 'print') {
  const text = JSON.stringify(`${source}\n(run)\n//# sourceURL=${address}`);
  console.log(`(0, eval)(${text})(${JSON.stringify(name)});`);
} else {
  const page = vm.createContext({ print: console.log });
  page.Promise = vm.runInContext('Promise', page);
  const run = vm.runInContext(`${source}\n(run)`, page, address);
  page.Promise.resolve(name).then(run); // no frames of ours below
}
