'use strict';
// A seeded generator, so that a seed prints the same log again: FNV-1a of the seed feeds mulberry32.

function random(seed) {
  let state = 2166136261;
  for (const c of String(seed)) state = Math.imul(state ^ c.charCodeAt(0), 16777619);

  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (low, high) => low + Math.floor(next() * (high - low + 1));
  const pick = (list) => list[int(0, list.length - 1)];
  const hex = (n) => Array.from({ length: n }, () => pick('0123456789abcdef')).join('');

  return {
    int,
    pick,
    hex,
    id: () => int(100000, 999999),
    user: () => `u_${hex(10)}`,
    sku: () => `${pick(['SHOE', 'COAT', 'LAMP', 'MUG'])}-${int(100, 999)}`,
    host: () => `127.${int(16, 31)}.${int(1, 250)}.${int(1, 250)}`,
    shuffle(list) {
      const copy = [...list];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = int(0, i);
        [copy[i], copy[j]] = [copy[j], copy[i]];
      }
      return copy;
    },
  };
}

module.exports = { random };
