// The page: samples in a grid, and a square in which two to four of them are blended.

import {between} from './latents.js';
import {Generator} from './generator.js';

const COUNT = 16;
const MOST_CORNERS = 4;
const STEP = 0.05; // Of the square, that an arrow key moves.
const $ = (id) => document.getElementById(id);

const chosen = []; // Seeds of the corners, in the order in which they were chosen.
const point = {x: 0.5, y: 0.5};
let generator;
let drawing = Promise.resolve(); // The model draws one thing at a time.
let asked = 0; // How often the grid was asked for: an older request stops.

start().catch((error) => {
  $('status').textContent = `This page cannot draw: ${error.message}`;
  $('status').className = 'error';
  console.warn(error);
});

async function start() {
  if (typeof WebAssembly === 'undefined') throw new Error('this browser has no WebAssembly');
  const tell = (text) => ($('status').textContent = text);
  generator = await Generator.load(tell);
  describe(generator.description);
  buildGrid();
  listen();
  await useWeights();
}

function describe({name, image_shape, latent_dim, files, condition, terms, sample_seeds}) {
  document.title = $('name').textContent = name;
  const [height, width, channels] = image_shape;
  $('about').textContent =
    `Draws images of ${height} × ${width} × ${channels} from ${latent_dim} random numbers, in this browser. ` +
    'Nothing is sent anywhere.';
  $('terms').textContent = `Use of the images: ${terms}.`;
  $('origin').dataset.count = sample_seeds;
  for (const file of files) $('weights').append(new Option(`${file.title} (${(file.bytes / 1e6).toFixed(1)} MB)`, file.path));
  if (condition?.name === 'labels') {
    condition.class_names.forEach((title, index) => $('class').append(new Option(title, index)));
    $('class').prepend(new Option('in turn', '', true, true));
    $('class-label').hidden = false;
  }
  if (condition?.name === 'attributes') {
    condition.columns.forEach((title, index) => {
      const slider = Object.assign(document.createElement('input'), {
        type: 'range', min: 0, max: 1, step: 0.05, value: condition.defaults[0][index],
      });
      const label = document.createElement('label');
      label.append(title, slider);
      $('attributes').append(label);
    });
    $('attributes').hidden = false;
  }
}

function buildGrid() {
  const [height, width] = generator.description.image_shape;
  for (let index = 0; index < COUNT; index++) {
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('aria-pressed', 'false');
    button.append(Object.assign(document.createElement('canvas'), {width, height}));
    button.addEventListener('click', () => toggle(Number(button.dataset.seed)));
    $('grid').append(button);
  }
  for (const canvas of [...document.querySelectorAll('.corner'), $('blended')]) Object.assign(canvas, {width, height});
}

function listen() {
  $('controls').addEventListener('submit', (event) => event.preventDefault());
  $('seed').addEventListener('change', drawAll);
  $('class').addEventListener('change', drawAll);
  $('attributes').addEventListener('input', drawAll);
  $('weights').addEventListener('change', useWeights);
  $('next').addEventListener('click', () => {
    $('seed').value = firstSeed() + COUNT;
    drawAll();
  });
  $('download').addEventListener('click', download);
  const pad = $('pad');
  pad.addEventListener('pointerdown', (event) => {
    pad.setPointerCapture(event.pointerId);
    drag(event);
  });
  pad.addEventListener('pointermove', (event) => pad.hasPointerCapture(event.pointerId) && drag(event));
  pad.addEventListener('keydown', (event) => {
    const step = {ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP]}[event.key];
    if (!step) return;
    event.preventDefault();
    move(point.x + step[0], point.y + step[1]);
  });
}

async function useWeights() {
  $('main').inert = true;
  await exclusive(() => generator.choose($('weights').value));
  $('main').inert = false;
  $('main').hidden = false;
  $('status').textContent = '';
  await drawAll();
}

/** Runs an action after those before it have ended. */
function exclusive(action) {
  const result = drawing.then(action);
  drawing = result.catch(() => {});
  return result;
}

// === Samples ===

function firstSeed() {
  const seed = Math.floor(Number($('seed').value));
  return Number.isSafeInteger(seed + COUNT) && seed >= 0 ? seed : 0;
}

/** Returns the condition of a seed: what is chosen, or, as the training program has it, its turn among the classes. */
function condition(seed) {
  const {condition: known} = generator.description;
  if (known?.name === 'labels') {
    return $('class').value === '' ? known.defaults[seed % known.defaults.length] : Number($('class').value);
  }
  return known ? [...$('attributes').querySelectorAll('input')].map((slider) => Number(slider.value)) : null;
}

function drawAll() {
  const request = ++asked;
  return exclusive(async () => {
    const first = firstSeed();
    const own = first + COUNT > Number($('origin').dataset.count);
    $('seed').value = first;
    $('origin').textContent = own
      ? `Seeds from ${$('origin').dataset.count} on are this browser's own: other programs draw other images for them.`
      : 'These seeds are the same images in every program that draws with this generator.';
    let milliseconds = 0;
    for (const [index, button] of [...$('grid').children].entries()) {
      if (request !== asked) return; // Something else was asked for meanwhile.
      const begun = performance.now();
      const image = await generator.draw(generator.latents(first + index), condition(first + index));
      milliseconds += performance.now() - begun;
      button.firstChild.getContext('2d').putImageData(image, 0, 0);
      button.dataset.seed = first + index;
      button.setAttribute('aria-label', `Seed ${first + index}`);
      if (index % 4 === 3) await new Promise(requestAnimationFrame);
    }
    $('latency').textContent = `${(milliseconds / COUNT).toFixed(1)} ms an image`;
    $('grid').dataset.drawn = request;
    if (!chosen.length) chosen.push(first, first + 1);
    mark();
    await drawBlend();
  });
}

function toggle(seed) {
  const place = chosen.indexOf(seed);
  if (place >= 0) chosen.splice(place, 1);
  else chosen.push(seed);
  if (chosen.length > MOST_CORNERS) chosen.shift();
  mark();
  exclusive(drawBlend);
}

function mark() {
  for (const button of $('grid').children) {
    const place = chosen.indexOf(Number(button.dataset.seed));
    button.setAttribute('aria-pressed', String(place >= 0));
    button.dataset.place = place + 1;
  }
}

function download() {
  const canvases = [...$('grid').querySelectorAll('canvas')];
  const [height, width] = generator.description.image_shape;
  const columns = Math.sqrt(COUNT);
  const sheet = Object.assign(document.createElement('canvas'), {width: columns * width, height: columns * height});
  canvases.forEach((canvas, index) =>
    sheet.getContext('2d').drawImage(canvas, (index % columns) * width, Math.floor(index / columns) * height),
  );
  const link = document.createElement('a');
  link.download = `${generator.description.name}-seeds-${firstSeed()}-${firstSeed() + COUNT - 1}.png`;
  link.href = sheet.toDataURL('image/png');
  link.click();
}

// === Blends ===

function drag(event) {
  const box = $('pad').getBoundingClientRect();
  move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
}

let waiting = false; // Whether a blend is to be drawn already: it will be of the newest point.

function move(x, y) {
  point.x = Math.min(1, Math.max(0, x));
  point.y = Math.min(1, Math.max(0, y));
  place();
  if (waiting) return;
  waiting = true;
  exclusive(() => {
    waiting = false;
    return drawBlended();
  });
}

function place() {
  $('handle').style.left = `${100 * point.x}%`;
  $('handle').style.top = `${chosen.length > 2 ? 100 * point.y : 50}%`;
  $('pad').classList.toggle('two', chosen.length <= 2);
  $('pad').setAttribute('aria-valuenow', Math.round(100 * point.x));
  const percent = (value) => `${Math.round(100 * value)} %`;
  $('pad').setAttribute('aria-valuetext', `${percent(point.x)} to the right, ${percent(point.y)} down`);
}

async function drawBlend() {
  place();
  for (const canvas of document.querySelectorAll('.corner')) {
    const seed = chosen[canvas.dataset.corner];
    canvas.hidden = seed === undefined;
    if (seed !== undefined) {
      canvas.getContext('2d').putImageData(await generator.draw(generator.latents(seed), condition(seed)), 0, 0);
    }
  }
  await drawBlended();
}

/** Draws the image at the point between the corners; a missing fourth corner is the third, a missing second the first. */
async function drawBlended() {
  if (!chosen.length) return;
  const law = generator.description.latents;
  const [one, two = one, three, four = three] = chosen.map((seed) => generator.latents(seed));
  let latents = between(one, two, point.x, law);
  if (three) latents = between(latents, between(three, four, point.x, law), point.y, law);
  $('blended').getContext('2d').putImageData(await generator.draw(latents, condition(chosen[0])), 0, 0);
  $('blended').dataset.drawn = `${point.x.toFixed(2)},${point.y.toFixed(2)}`;
}
