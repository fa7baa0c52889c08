// The line in which the page says what it does, and what went wrong.

const line = document.getElementById('status');

export function tell(text) {
  line.textContent = text;
  line.className = '';
}

export function fail(error) {
  line.textContent = `Cannot draw: ${error?.message ?? error}`;
  line.className = 'error';
  console.warn(error);
}

/** Returns a handler of events that tells when its action, which may be asynchronous, has failed. */
export function handler(action) {
  return async (event) => {
    try {
      await action(event);
    } catch (error) {
      fail(error);
    }
  };
}
