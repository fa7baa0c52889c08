// Latent vectors: of this browser's own seeds, and between others.

/** Returns latents of a seed, Float32Array (size,): `'uniform'` on [-1, 1) or `'normal'`. */
export function sampleLatents(seed, size, law) {
  const next = random(seed);
  return Float32Array.from({length: size}, () => (law === 'uniform' ? 2 * next() - 1 : normal(next)));
}

/**
 * Returns the latents at a point between two vectors: a straight line for uniform latents. Normal ones lie near a
 * sphere, and are blended along it, or the images in between would be of latents that are never drawn.
 */
export function between(from, to, share, law) {
  let [a, b] = [1 - share, share];
  if (law === 'normal') {
    const angle = Math.acos(Math.min(1, Math.max(-1, dot(from, to) / Math.sqrt(dot(from, from) * dot(to, to)))));
    const sine = Math.sin(angle);
    if (sine > 1e-4) [a, b] = [Math.sin((1 - share) * angle) / sine, Math.sin(share * angle) / sine];
  }
  return from.map((value, index) => a * value + b * to[index]);
}

function dot(one, other) {
  return one.reduce((sum, value, index) => sum + value * other[index], 0);
}

function normal(next) {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Returns a generator of numbers in [0, 1): SplitMix32 over both halves of a seed. */
function random(seed) {
  let state = (Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca6b) ^ seed) | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
