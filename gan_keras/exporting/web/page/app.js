// The page: samples in a grid, and a square in which two to four of them are blended.

import {Blend} from './blend.js';
import {controls} from './conditions.js';
import {Generator} from './generator.js';
import {exclusive} from './queue.js';
import {Samples} from './samples.js';
import {fail, handler, tell} from './status.js';

const $ = (id) => document.getElementById(id);

start().catch(fail);

async function start() {
  if (typeof WebAssembly === 'undefined') throw new Error('this browser has no WebAssembly');
  const generator = await Generator.load(tell);
  describe(generator);
  const chosen = []; // Seeds: the samples choose them, and the blend is of them.
  const condition = controls(generator.description.condition, handler(() => samples.draw()));
  const samples = new Samples(generator, condition, chosen, new Blend(generator, condition, chosen));
  document.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
  $('weights').addEventListener('change', handler(() => draw(generator, samples)));
  await draw(generator, samples);
}

function describe({view, description: {name, latent_dim, files, terms}}) {
  document.title = $('name').textContent = name;
  $('about').textContent =
    `Makes ${view.about} from ${latent_dim} random numbers, in this browser. Nothing is sent anywhere.`;
  $('terms').textContent = `Use of the ${view.noun}s: ${terms}.`;
  $('next').textContent = `New ${view.noun}s`;
  $('download').textContent = `Download ${view.suffix.toUpperCase()}`;
  document.body.classList.add(`of-${view.noun}s`);
  for (const {path, title, bytes} of files) {
    $('weights').append(new Option(`${title} (${(bytes / 1e6).toFixed(1)} MB)`, path));
  }
}

/** Draws everything with the weights that were chosen; if they cannot be loaded, those in use stay. */
async function draw(generator, samples) {
  const file = $('weights').value;
  tell(`Loading ${file} …`);
  try {
    await exclusive(() => generator.choose(file));
  } finally {
    if ($('weights').value === file) $('weights').value = generator.file;
  }
  $('main').hidden = false;
  await samples.draw();
}
