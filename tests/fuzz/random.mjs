/** Randomness that a seed repeats: mulberry32, and the few ways in which the generators ask for it. */
export function randomOf(seed) {
  let state = seed >>> 0;
  const below = (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  const one = (list) => list[below(list.length)];
  const chance = (percent) => below(100) < percent;
  const many = (most, make) => Array.from({ length: below(most + 1) }, make);
  const some = (list) => list.filter(() => chance(40));
  return { below, one, chance, many, some };
}

/** Texts that look like what they are not: other alphabets, ends of lines, numbers of other bases. */
export const STRANGE = ['', '\n', '\0', ' ', '.', '..', '-', '_', 'ı', 'ſ', '\u212a', '１', '٠', 'é', '\ud800', '%', '%00', 'zzzzzzz', '0000000', '__proto__', 'constructor', 'NaN', '+', '=', '/', 'A'];

/** A text with one small wound: cut, doubled, swapped, or with a strange character in it. */
export function wound(random, text) {
  const at = random.below(text.length + 1);
  const kinds = [
    () => text.slice(0, at),
    () => text.slice(at),
    () => text.slice(0, at) + random.one(STRANGE) + text.slice(at),
    () => text.slice(0, at) + random.one(STRANGE) + text.slice(at + 1),
    () => text.slice(0, at) + text.slice(at, at + 3).split('').reverse().join('') + text.slice(at + 3),
    () => text.slice(0, at) + text.slice(at + 1),
    () => `${text}${text}`,
    () => `${text}${random.one(STRANGE)}`,
  ];
  return random.one(kinds)();
}
