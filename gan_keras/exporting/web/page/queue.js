// The model draws one thing at a time.

let last = Promise.resolve();

/** Runs an action after those before it have ended, and returns a promise of its result. */
export function exclusive(action) {
  const result = last.then(action);
  last = result.catch(() => {}); // Whoever asked for it gets the error; the next action runs anyway.
  return result;
}
