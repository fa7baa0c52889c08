// What a conditional generator draws of each seed: its turn among the defaults, as in every program, or what one chose.

const STEP = 0.05; // Of an attribute's slider.
const $ = (id) => document.getElementById(id);

/**
 * Shows the controls of a condition, and returns an object of three functions:
 * `isInTurn()`; `of(seed)`, the condition of a seed; and `between(conditions, shares)`, that of a blend.
 *
 * @param {?object} description `condition` of `model.json`; null for an unconditional generator
 * @param {function()} changed called whenever a control was changed
 */
export function controls(description, changed) {
  if (!description) return {isInTurn: () => true, of: () => null, between: () => null};
  return description.name === 'labels' ? classes(description, changed) : attributes(description, changed);
}

function classes({class_names, defaults}, changed) {
  const select = $('class');
  select.append(new Option('in turn', ''), ...class_names.map((title, index) => new Option(title, index)));
  select.addEventListener('change', changed);
  $('class-label').hidden = false;
  const isInTurn = () => select.value === '';
  return {
    isInTurn,
    of: (seed) => (isInTurn() ? turn(defaults, seed) : Number(select.value)),
    between: (labels, shares) => labels[shares.indexOf(Math.max(...shares))], // No class lies between two others.
  };
}

function attributes({columns, defaults}, changed) {
  const inTurn = $('in-turn');
  const sliders = columns.map((title, index) => slider(title, index, defaults[0][index]));
  inTurn.addEventListener('change', changed);
  $('sliders').addEventListener('input', (event) => {
    inTurn.checked = false; // Whoever moves a slider wants to see what it does.
    changed(event);
  });
  $('attributes').hidden = false;
  return {
    isInTurn: () => inTurn.checked,
    of: (seed) => (inTurn.checked ? turn(defaults, seed) : sliders.map(({value}) => Number(value))),
    between: (vectors, shares) =>
      columns.map((_, column) => sum(vectors.map((vector, corner) => shares[corner] * vector[column]))),
  };
}

/** Adds the slider of an attribute to the page, and returns it. */
function slider(title, index, value) {
  const id = `attribute-${index}`;
  const input = Object.assign(document.createElement('input'), {id, type: 'range', min: 0, max: 1, step: STEP, value});
  const label = Object.assign(document.createElement('label'), {htmlFor: id, textContent: title});
  const output = document.createElement('output');
  output.htmlFor = id;
  output.setAttribute('aria-live', 'off'); // The slider itself tells its value.
  const show = () => (output.value = Number(input.value).toFixed(2));
  input.addEventListener('input', show);
  show();
  const row = document.createElement('div');
  row.append(label, output, input);
  $('sliders').append(row);
  return input;
}

function turn(defaults, seed) {
  return defaults[seed % defaults.length];
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
